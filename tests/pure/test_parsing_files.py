"""Call-record files as a whole: batches, identifiers, layouts of other operators, and refused files."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime

import polars as pl
import pytest

from apps.usage.parsing import ISM, RECORD_SCHEMA, FormatSpec, UnreadableFile, inspect_file, parse_file
from apps.usage.parsing.formats import KIND_CODES, OUTGOING
from tests.pure.cdr_files import HEADER, parse, row

__all__ = ["parse"]  # a fixture


class TestBatches:
    rows = [row(ID_CDR=f"A{place}", DUREE_S=str(place - 3)) for place in range(12)]
    content = "\r\n".join(["", *rows, ""]).replace("", HEADER, 1).encode()

    @pytest.mark.parametrize("chunk_bytes", [1, 150, 10**6])
    def test_are_the_file_whatever_their_size(self, parse, chunk_bytes):
        records, malformed = parse(content=self.content, chunk_bytes=chunk_bytes)
        assert [record["line_number"] for record in records] == list(range(5, 14))
        assert [line["line_number"] for line in malformed] == [2, 3, 4]

    def test_of_a_packed_file_are_the_same(self, parse):
        assert parse(content=gzip.compress(self.content), chunk_bytes=300) == parse(content=self.content)

    def test_go_on_after_any_of_them(self, tmp_path):
        path = tmp_path / "cdr.csv"
        path.write_bytes(self.content)
        whole = list(parse_file(path, ISM, chunk_bytes=400))
        assert whole[-1].end == len(self.content)
        assert sum(batch.lines for batch in whole) == 12
        for done, batch in enumerate(whole, start=1):
            for chunk_bytes in (200, 10**6):
                rest = list(parse_file(path, ISM, chunk_bytes=chunk_bytes, after=batch.end))
                found = pl.concat([RECORD_SCHEMA.to_frame(), *(later.records for later in rest)])
                wanted = pl.concat([RECORD_SCHEMA.to_frame(), *(later.records for later in whole[done:])])
                assert found.equals(wanted)


class TestIdentifiers:
    spec = FormatSpec.from_layout("NO_ID", {"columns": {k: v for k, v in ISM.columns.items() if k != "cdr_id"}})

    def ids(self, parse, *rows, **options):
        return [record["cdr_id"] for record in parse(*rows, **options)[0]]

    def test_rows_without_one_are_named_by_content_and_occurrence(self, parse):
        first, other, second = self.ids(parse, row(), row(DUREE_S="5"), row(), spec=self.spec)
        assert first.removesuffix("-1") == second.removesuffix("-2")
        assert first.removesuffix("-1") != other.removesuffix("-1")

    def test_the_name_does_not_depend_on_batches_line_ends_or_resuming(self, parse, tmp_path):
        rows = [row(DUREE_S=str(place % 3)) for place in range(12)]
        names = self.ids(parse, *rows, spec=self.spec)
        assert len(set(names)) == 12
        assert self.ids(parse, *rows, spec=self.spec, chunk_bytes=200) == names
        assert self.ids(parse, *rows, spec=self.spec, end="\n") == names
        path = tmp_path / "cdr.csv"
        first = next(parse_file(path, self.spec, chunk_bytes=500))
        assert 0 < first.lines < 12
        assert (
            self.ids(parse, *rows, spec=self.spec, end="\n", chunk_bytes=500, after=first.end) == names[first.lines :]
        )

    def test_an_empty_one_is_none(self, parse):
        named, first, second = self.ids(parse, row(), row(ID_CDR=""), row(ID_CDR=""))
        assert named == "A1"
        assert first.removesuffix("-1") == second.removesuffix("-2")

    def test_one_too_long_to_store_is_hashed(self, parse):
        first, second, other = self.ids(parse, row(ID_CDR="x" * 65), row(ID_CDR="x" * 65), row(ID_CDR="y" * 65))
        assert first == second != other
        assert len(first) <= 64
        assert self.ids(parse, row(ID_CDR="é" * 64)) == ["é" * 64]


class TestUnreadableFiles:
    def refused(self, parse, content, spec=ISM):
        with pytest.raises(UnreadableFile) as refusal:
            parse(content=content, spec=spec)
        return refusal.value.trouble, refusal.value.line, refusal.value.detail

    def test_another_encoding_is_named_with_its_line(self, parse):
        content = f"{HEADER}\r\n{row()}\r\n{row(LIBELLE='été')}\r\n".encode("cp1252")
        assert self.refused(parse, content) == ("encoding", 3, "Windows-1252")

    def test_so_is_a_missing_column(self, parse):
        header = HEADER.replace("TYPE;", "").replace("SENS", "SENSE")
        assert self.refused(parse, f"{header}\n".encode()) == ("columns", 1, "TYPE, SENS")

    def test_an_empty_file_is_no_file(self, parse):
        assert self.refused(parse, b"") == ("empty", None, "")

    def test_a_cut_archive_is_damaged(self, parse):
        packed = gzip.compress(f"{HEADER}\n{row()}\n".encode() * 1000)
        assert self.refused(parse, packed[:-20])[0] == "damaged_archive"

    def test_something_without_lines_is_not_swallowed(self, parse):
        assert self.refused(parse, b"x" * (3 * 1024 * 1024))[0] in ("line_too_long", "columns")

    def test_inspection_finds_all_that_before_a_load(self, tmp_path):
        path = tmp_path / "cdr.csv"
        for content in (b"", b"a;b\n", f"{HEADER}\n\xe9\n".encode("cp1252")):
            path.write_bytes(content)
            with pytest.raises(UnreadableFile):
                inspect_file(path, ISM)

    def test_inspection_tells_what_a_file_is_known_by(self, tmp_path):
        path = tmp_path / "cdr.csv.gz"
        path.write_bytes(gzip.compress(f"{HEADER}\n{row()}\n\nx\n".encode()))
        facts = inspect_file(path, ISM)
        assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (facts.size, facts.lines) == (path.stat().st_size, 2)


class TestOtherFormats:
    operator = FormatSpec.from_layout(
        "AUTRE",
        {
            "columns": {
                "msisdn": "N° ligne",
                "date": "Date",
                "time": "Heure",
                "kind": "Nature",
                "correspondent": "Appelé",
                "duration": "Durée",
                "volume": "Volume (Mo)",
                "cost": "Coût (cts)",
            },
            "delimiter": ",",
            "encoding": "cp1252",
            "date_format": "%d/%m/%Y",
            "kinds": {"Appel": "voice", "Internet": "data"},
            "clock_durations": True,
            "volume_unit": 1024**2,
            "amounts_in_cents": True,
            "national_numbers": True,
        },
    )
    header = "N° ligne,Date,Heure,Nature,Appelé,Durée,Volume (Mo),Coût (cts)"

    def parse_lines(self, parse, *lines):
        return parse(content="\r\n".join([self.header, *lines, ""]).encode("cp1252"), spec=self.operator)

    def test_dates_durations_units_and_numbers_are_mapped(self, parse):
        (call, session), malformed = self.parse_lines(
            parse,
            "0639987210,10/10/2026,21:11:43,Appel,+33696932857,01:02:16,,1.4305",
            "0639987240,17/01/2026,12:23:39,Internet,,,3.223,8.9398",
        )
        assert malformed == []
        assert call["msisdn"] == "33639987210"
        assert call["started_at"] == datetime(2026, 10, 10, 19, 11, 43, tzinfo=UTC)
        assert (call["kind"], call["direction"], call["origin_zone"]) == (KIND_CODES["voice"], OUTGOING, "FR")
        assert (call["correspondent"], call["quantity"], call["cost"]) == ("33696932857", 3736, 14_305)
        assert session["started_at"] == datetime(2026, 1, 17, 11, 23, 39, tzinfo=UTC)
        assert (session["quantity"], session["cost"]) == (3_379_560, 89_398)  # 3.223 · 1024² = 3379560.448

    def test_an_hour_that_comes_twice_is_the_first_and_one_that_never_comes_is_malformed(self, parse):
        (record,), (line,) = self.parse_lines(
            parse,
            "0639987210,25/10/2026,02:30:00,Appel,33696932857,00:00:16,,1",
            "0639987210,29/03/2026,02:30:00,Appel,33696932857,00:00:16,,1",
        )
        assert record["started_at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert (line["column"], line["value"]) == ("Date", "29/03/2026 02:30:00")

    def test_their_faults_are_found(self, parse):
        faults = {
            "0639987210,31/02/2026,21:11:43,Appel,33696932857,00:00:16,,1": "date",
            "0639987210,10/10/2026,21:11:43,Appel,33696932857,16,,1": "quantity",
            "0639987210,10/10/2026,21:11:43,Appel,33696932857,00:61:00,,1": "quantity",
            "0639987210,10/10/2026,21:11:43,Internet,,,-1,1": "quantity",
            "0639987210,10/10/2026,21:11:43,Internet,,,beaucoup,1": "quantity",
            "0639987210,10/10/2026,21:11:43,Fax,33696932857,00:00:16,,1": "kind",
        }
        records, malformed = self.parse_lines(parse, *faults)
        assert records == []
        assert [line["fault"] for line in malformed] == list(faults.values())

    def test_parts_of_a_volume_are_rounded_half_up_to_bytes(self, parse):
        volumes = {"0": 0, "1": 1048576, "0.0000005": 1, "0,5": 524288, "1.00000009537": 1048576}
        lines = (f'0639987210,10/10/2026,21:11:43,Internet,,,"{volume}",1' for volume in volumes)
        records, _ = self.parse_lines(parse, *lines)
        assert [record["quantity"] for record in records] == list(volumes.values())

    def test_a_file_without_header_has_columns_by_position(self, parse):
        spec = FormatSpec.from_layout(
            "PLAIN",
            {
                "columns": {"msisdn": 0, "date": 1, "kind": 2, "correspondent": 3},
                "header": False,
                "delimiter": "\t",
            },
        )
        lines = ["33639980001\t2026-10-01T00:00:00+02:00\tSMS\t33639980002", "too\tshort"]
        (record,), (line,) = parse(content="\n".join(lines).encode(), spec=spec)
        assert (record["line_number"], record["quantity"], record["cost"]) == (1, 1, 0)
        assert (line["line_number"], line["fault"]) == (2, "fields")

    @pytest.mark.parametrize(
        "layout",
        [
            {"nonsense": 1},
            {"code": "X"},
            {"delimiter": ""},
            {"encoding": "utf-16"},
            {"header": False},
            {"columns": {"msisdn": "A"}},
            {"columns": dict(ISM.columns) | {"colour": "B"}},
            {"kinds": {"VOIX": "speech"}},
            {"directions": {"MO": 9}},
            {"volume_unit": 0},
        ],
    )
    def test_a_layout_that_makes_no_sense_is_refused(self, layout):
        with pytest.raises(ValueError):
            FormatSpec.from_layout("X", layout)
