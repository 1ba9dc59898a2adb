"""Call-record files line by line: what a record says, and what makes a line malformed (DOMAIN §11)."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, date, datetime

import polars as pl
import pytest

from apps.usage.parsing import (
    ISM,
    MALFORMED_SCHEMA,
    RECORD_SCHEMA,
    FormatSpec,
    UnreadableFile,
    inspect_file,
    parse_file,
)
from apps.usage.parsing.formats import FORWARDED, INCOMING, KIND_CODES, OUTGOING
from apps.usage.parsing.readings import iso_instant

HEADER = (
    "ID_CDR;MSISDN;DATE_HEURE;TYPE;SENS;CORRESPONDANT;DUREE_S;VOLUME_OCTETS;NB_UNITES;"
    "ZONE_ORIGINE;RESEAU;ZONE_DESTINATION;LIBELLE;APN;MONTANT_ACHAT_HT"
)
NAMES = HEADER.split(";")


def row(**fields):
    defaults = {
        "ID_CDR": "A1",
        "MSISDN": "33639980001",
        "DATE_HEURE": "2026-10-24T16:35:59+02:00",
        "TYPE": "VOIX",
        "SENS": "MO",
        "CORRESPONDANT": "33639980002",
        "DUREE_S": "61",
        "ZONE_ORIGINE": "FR",
        "MONTANT_ACHAT_HT": "0.087887",
    }
    return ";".join((defaults | fields).get(name, "") for name in NAMES)


@pytest.fixture
def parse(tmp_path):
    """Parses rows (or whole bytes) and gives records and malformed lines as lists of dicts."""

    def parse(*rows, spec=ISM, header=HEADER, end="\r\n", content=None, name="cdr.csv", **options):
        path = tmp_path / name
        if content is None:
            content = "".join(line + end for line in (header, *rows) if line is not None).encode()
        path.write_bytes(content)
        batches = list(parse_file(path, spec, **options))
        for batch in batches:
            assert batch.records.schema == RECORD_SCHEMA
            assert batch.malformed.schema == MALFORMED_SCHEMA
        records = pl.concat([RECORD_SCHEMA.to_frame(), *(batch.records for batch in batches)])
        malformed = pl.concat([MALFORMED_SCHEMA.to_frame(), *(batch.malformed for batch in batches)])
        return records.to_dicts(), malformed.to_dicts()

    return parse


def test_a_record_is_read(parse):
    (record,), malformed = parse(row())
    assert malformed == []
    assert record == {
        "line_number": 2,
        "cdr_id": "A1",
        "msisdn": "33639980001",
        "started_at": datetime(2026, 10, 24, 14, 35, 59, tzinfo=UTC),
        "local_date": date(2026, 10, 24),
        "kind": KIND_CODES["voice"],
        "direction": OUTGOING,
        "correspondent": "33639980002",
        "quantity": 61,
        "origin_zone": "FR",
        "cost": 87887,
    }


@pytest.mark.parametrize(
    ("fields", "kind", "quantity"),
    [
        ({"TYPE": "VOIX", "DUREE_S": "0"}, "voice", 0),
        ({"TYPE": "SMS", "DUREE_S": "", "NB_UNITES": "2"}, "sms", 2),
        (
            {"TYPE": "MMS", "DUREE_S": "-4", "NB_UNITES": "1"},
            "mms",
            1,
        ),  # only the quantity of the kind counts
        ({"TYPE": "DATA", "CORRESPONDANT": "", "VOLUME_OCTETS": "8596203"}, "data", 8596203),
        ({"TYPE": "DATA", "CORRESPONDANT": "33639980002", "VOLUME_OCTETS": "0"}, "data", 0),
        ({"TYPE": "VOIX", "DUREE_S": "0061", "VOLUME_OCTETS": "many"}, "voice", 61),
    ],
)
def test_each_kind_has_its_quantity(parse, fields, kind, quantity):
    (record,), _ = parse(row(**fields))
    assert (record["kind"], record["quantity"]) == (KIND_CODES[kind], quantity)


def test_each_direction_has_its_code(parse):
    records, _ = parse(*(row(SENS=direction) for direction in ("MO", "MT", "FWD")))
    assert [record["direction"] for record in records] == [OUTGOING, INCOMING, FORWARDED]


class TestInstants:
    # As written, in UTC, and the day in Paris.
    READ = (
        ("2026-10-31T23:30:00+01:00", "2026-10-31T22:30:00", "2026-10-31"),
        ("2026-10-31T23:30:00+00:00", "2026-10-31T23:30:00", "2026-11-01"),  # already November in Paris
        ("2026-11-01T00:30:00+02:00", "2026-10-31T22:30:00", "2026-10-31"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00", "2026-10-25"),  # the hour that comes twice
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00", "2026-10-25"),
        ("2026-06-30T22:00:00-04:30", "2026-07-01T02:30:00", "2026-07-01"),
        ("2028-02-29T12:00:00+01:00", "2028-02-29T11:00:00", "2028-02-29"),
        ("2026-10-24T14:35:59Z", "2026-10-24T14:35:59", "2026-10-24"),
        ("2026-10-24T16:35:59+02", "2026-10-24T14:35:59", "2026-10-24"),
        ("2026-10-24T16:35:59+0200", "2026-10-24T14:35:59", "2026-10-24"),
        ("2026-10-24T16:35+02:00", "2026-10-24T14:35:00", "2026-10-24"),
        ("2026-10-24T16:35:59.25+02:00", "2026-10-24T14:35:59.250000", "2026-10-24"),
        ("2026-10-24T16:35:59,123456789-01:00", "2026-10-24T17:35:59.123456", "2026-10-24"),
        ("20261024T163559+0200", "2026-10-24T14:35:59", "2026-10-24"),
    )
    MALFORMED = (
        "",
        "2026-10-24",
        "2026-10-24T16:35:59",  # without offset
        "2026-13-45T99:00:00",
        "2026-02-29T12:00:00+01:00",
        "2026-11-31T12:00:00Z",
        "2026-10-24T24:00:00+02:00",
        "2026-10-24T16:60:00+02:00",
        "2026-10-24T16:35:60+02:00",
        "2026-10-24T16:35:59+24:00",
        "2026-10-24T16:35:59+02:60",
        "2026-1024T16:35:59+02:00",
        "0026-10-24T16:35:59+02:00",
        "2026-10-24T16:35:59+02:00 ",
        "24/10/2026 16:35:59",
        "٢٠٢٦-10-24T16:35:59+02:00",
    )

    def test_are_read_with_their_offset_and_have_a_day_in_paris(self, parse):
        records, malformed = parse(*(row(DATE_HEURE=text) for text, _, _ in self.READ))
        assert malformed == []
        for record, (_, instant, day) in zip(records, self.READ, strict=True):
            assert record["started_at"] == datetime.fromisoformat(instant).replace(tzinfo=UTC)
            assert record["local_date"] == date.fromisoformat(day)

    def test_others_are_malformed(self, parse):
        records, malformed = parse(*(row(DATE_HEURE=text) for text in self.MALFORMED))
        assert records == []
        assert [(line["fault"], line["column"], line["value"]) for line in malformed] == [
            ("date", "DATE_HEURE", text) for text in self.MALFORMED
        ]

    def test_both_ways_of_reading_agree(self, parse):
        texts = [
            f"2026-{month:02}-{month + 3:02}T1{month % 10}:00:0{month % 10}-0{month % 10}:30"
            for month in range(1, 13)
        ]
        records, _ = parse(*(row(DATE_HEURE=text) for text in texts))
        assert [record["started_at"] for record in records] == [iso_instant(text) for text in texts]


def test_amounts_are_micro_euros(parse):
    amounts = {
        "0": 0,
        "0.087887": 87_887,
        "0,087887": 87_887,
        "12": 12_000_000,
        "12.": 12_000_000,
        ".5": 500_000,
        "+1,5": 1_500_000,
        "-0.5": -500_000,
        "-.000001": -1,
        "0.0000005": 1,  # half up
        "0.0000004": 0,
        "-0.0000005": -1,  # away from zero
        "999999999999.999999": 999_999_999_999_999_999,
    }
    records, _ = parse(*(row(MONTANT_ACHAT_HT=text) for text in amounts))
    assert {text: record["cost"] for text, record in zip(amounts, records, strict=True)} == amounts


@pytest.mark.parametrize(
    ("fault", "column", "values"),
    [
        ("kind", "TYPE", ["", "FAX", "voix", "VOIX "]),
        ("direction", "SENS", ["", "MX", "mo"]),
        ("msisdn", "MSISDN", ["", "+33639980001", "33 639980001", "A", "3" * 21, "٣٣٦"]),
        ("correspondent", "CORRESPONDANT", ["", "+33639980002", "#31#", "0639x", "1" * 21]),
        ("cost", "MONTANT_ACHAT_HT", ["", "-", ".", "1e3", "1.2.3", "1 000", "12€", "NaN", "1" * 13]),
        ("quantity", "DUREE_S", ["", "-12", "1.5", "1,0", "+3", " 4", "x", "100000000", "9" * 30]),
    ],
)
def test_a_malformed_line_tells_its_column_and_value(parse, fault, column, values):
    records, malformed = parse(*(row(**{column: value}) for value in values))
    assert records == []
    assert [(line["fault"], line["column"], line["value"]) for line in malformed] == [
        (fault, column, value) for value in values
    ]
    assert malformed[0]["raw"] == row(**{column: values[0]})


@pytest.mark.parametrize(
    ("kind", "column"),
    [("SMS", "NB_UNITES"), ("MMS", "NB_UNITES"), ("DATA", "VOLUME_OCTETS"), ("VOIX", "DUREE_S")],
)
def test_the_quantity_of_the_kind_is_the_one_that_is_missing(parse, kind, column):
    quantities = {"DUREE_S": "1", "NB_UNITES": "1", "VOLUME_OCTETS": "1"} | {column: ""}
    _, (line,) = parse(row(TYPE=kind, **quantities))
    assert (line["fault"], line["column"]) == ("quantity", column)


def test_a_line_with_several_faults_tells_the_first(parse):
    _, (line,) = parse(row(DATE_HEURE="never", TYPE="FAX", DUREE_S="-1"))
    assert line["fault"] == "date"


def test_the_number_of_fields_is_exact(parse):
    short, long = row().rsplit(";", 1)[0], row() + ";"
    records, malformed = parse(row(), short, row(), long, "x")
    assert [record["line_number"] for record in records] == [2, 4]
    assert [(line["line_number"], line["fault"], line["value"], line["raw"]) for line in malformed] == [
        (3, "fields", "14/15", short),
        (5, "fields", "16/15", long),
        (6, "fields", "1/15", "x"),
    ]


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_end_in_either_way(self, parse, end):
        records, malformed = parse(row(), row(ID_CDR="A2"), end=end)
        assert [record["cdr_id"] for record in records] == ["A1", "A2"]
        assert [record["cost"] for record in records] == [87_887, 87_887]
        assert malformed == []

    def test_the_last_needs_no_end(self, parse):
        records, _ = parse(content=f"{HEADER}\n{row()}".encode())
        assert len(records) == 1

    def test_blank_ones_count_for_the_line_numbers_only(self, parse):
        records, malformed = parse("", row(), "", "", row())
        assert [record["line_number"] for record in records] == [3, 6]
        assert malformed == []

    def test_a_byte_order_mark_is_no_part_of_the_header(self, parse):
        records, _ = parse(content=b"\xef\xbb\xbf" + f"{HEADER}\r\n{row()}\r\n".encode())
        assert len(records) == 1

    def test_the_header_may_be_in_any_order_and_case_and_have_more_columns(self, parse):
        header = (
            "montant_achat_ht;Type;MSISDN;id_cdr;DATE_HEURE;sens;correspondant;"
            "duree_s;volume_octets;nb_unites;zone_origine;plus"
        )
        (record,), _ = parse("1,5;SMS;33639980001;Z;2026-10-01T00:00:00+02:00;MT;15;;;3;UE;?", header=header)
        assert (record["cdr_id"], record["quantity"], record["origin_zone"], record["cost"]) == (
            "Z",
            3,
            "UE",
            1_500_000,
        )

    def test_other_line_separators_of_unicode_are_text(self, parse):
        records, malformed = parse(row(LIBELLE="a\x0bb\x0cc\x85d\u2028e"), row(ID_CDR="A2"))
        assert [record["line_number"] for record in records] == [2, 3]
        assert malformed == []

    def test_quotes_hold_delimiters(self, parse):
        quoted = row(LIBELLE='"Promo; ""été"""', ID_CDR='"A;1"')
        records, malformed = parse(row(ID_CDR="before"), quoted, row(ID_CDR="after"))
        assert [record["cdr_id"] for record in records] == ["before", "A;1", "after"]
        assert malformed == []

    def test_a_quote_within_a_field_is_a_character(self, parse):
        records, malformed = parse(row(LIBELLE='écran 5" plat'), row(ID_CDR="after"))
        assert [record["cdr_id"] for record in records] == ["A1", "after"]
        assert malformed == []

    def test_a_quote_left_open_spoils_its_own_line_only(self, parse):
        records, (line,) = parse(row(ID_CDR='"A1'), row(ID_CDR="after"))
        assert [record["cdr_id"] for record in records] == ["after"]
        assert (line["line_number"], line["fault"]) == (2, "fields")

    def test_no_character_is_lost_that_a_database_refuses(self, parse):
        (record,), (line,) = parse(row(ID_CDR="A\0B"), row(TYPE="\0"))
        assert record["cdr_id"] == "A\N{REPLACEMENT CHARACTER}B"
        assert "\0" not in line["raw"]

    def test_a_file_may_have_no_record(self, parse):
        assert parse() == ([], [])


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
    spec = FormatSpec.from_layout(
        "NO_ID", {"columns": {k: v for k, v in ISM.columns.items() if k != "cdr_id"}}
    )

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
            self.ids(parse, *rows, spec=self.spec, end="\n", chunk_bytes=500, after=first.end)
            == names[first.lines :]
        )

    def test_an_empty_one_is_none(self, parse):
        named, first, second = self.ids(parse, row(), row(ID_CDR=""), row(ID_CDR=""))
        assert named == "A1"
        assert first.removesuffix("-1") == second.removesuffix("-2")

    def test_one_too_long_to_store_is_hashed(self, parse):
        first, second, other = self.ids(
            parse, row(ID_CDR="x" * 65), row(ID_CDR="x" * 65), row(ID_CDR="y" * 65)
        )
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
