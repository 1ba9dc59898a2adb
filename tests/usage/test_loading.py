"""A file is loaded once, whole, in any pieces and in any order."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.tariffs.imports import TariffImporter
from apps.usage.bulk import bulk
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, CdrFormat, RatedRecord, SuspendedRecord
from apps.usage.services import load_file, load_files, loading, loading_files, pending_counts
from tests.factories import AllowanceFactory, UserFactory
from tests.pure.cdr_files import HEADER, row
from tests.usage.conftest import Load, amounts_are_true, counts, rated_contents, waiting_contents

pytestmark = pytest.mark.django_db


def a_month(number: int) -> list[str]:
    """Rows of all outcomes, in no order."""
    rng = random.Random(number)
    return [
        row(
            ID_CDR=f"A{rng.randrange(number)}",
            MSISDN=rng.choice(["33639980001"] * 9 + ["33639989999"]),
            DATE_HEURE=f"2026-{rng.choice(['09', '10'])}-{rng.randrange(10, 25)}T{rng.randrange(24):02d}:00:00+02:00",
            TYPE=rng.choice(["VOIX"] * 19 + ["FAX"]),
            CORRESPONDANT=rng.choice(["33612345678"] * 9 + ["999999999"]),
            DUREE_S=str(rng.randrange(300)),
        )
        for _ in range(number)
    ]


@pytest.fixture
def an_hour_included(line: Line) -> None:
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=3600)


class TestPieces:
    @pytest.fixture(autouse=True)
    def with_allowance(self, an_hour_included: None) -> None:
        """So that the order in which records come could matter."""

    @pytest.mark.parametrize("before", ["", "\r\n" * 9])
    def test_a_chunk_of_nothing_but_blank_lines_or_the_header_is_passed_over(self, load: Load, before: str) -> None:
        file = load(before + row(ID_CDR="A1"), row(ID_CDR="A2"), "\r\n" * 9, chunk_bytes=1)
        assert (file.state, file.rated + file.unrated) == (FileState.LOADED, 2)

    def test_small_chunks_give_what_one_gives(self, load: Load, write: Callable[..., Path]) -> None:
        rows = a_month(120)
        whole = load(*rows)
        expected = counts(whole), whole.amount, whole.cost, rated_contents(), waiting_contents()
        assert len({record[1] for record in expected[3]}) > 1
        CdrFile.objects.all().delete()
        RatedRecord.objects.all().delete()
        SuspendedRecord.objects.all().delete()
        pieces = load(*rows, chunk_bytes=1500)
        assert (counts(pieces), pieces.amount, pieces.cost, rated_contents(), waiting_contents()) == expected
        assert amounts_are_true()

    @pytest.mark.parametrize("seed", range(4))
    def test_five_files_in_any_order_give_what_one_gives(
        self, load: Load, write: Callable[..., Path], seed: int
    ) -> None:
        rows = list(dict.fromkeys(a_month(120)))
        unlike = list({text.split(";")[0] + text.split(";")[2][:7]: text for text in rows}.values())
        load(*unlike)
        expected, expected_waiting = rated_contents(), waiting_contents()
        expected_amount = sum(file.amount for file in CdrFile.objects.all())
        for model in (CdrFile, RatedRecord, SuspendedRecord):
            model.objects.all().delete()
        parts = [unlike[start::5] for start in range(5)]
        random.Random(seed).shuffle(parts)
        for part in parts:
            load(*part)
        assert rated_contents() == expected
        assert waiting_contents() == expected_waiting
        assert sum(file.amount for file in CdrFile.objects.all()) == expected_amount
        assert amounts_are_true()

    def test_a_load_that_broke_off_goes_on_where_it_stopped(
        self, load: Load, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = a_month(120)
        whole = load(*rows, name="whole.csv")
        expected = counts(whole), whole.amount, rated_contents(), waiting_contents()
        for model in (CdrFile, RatedRecord, SuspendedRecord):
            model.objects.all().delete()

        path, original, calls = write(*rows), type(bulk()).insert, []

        def insert(self: Any, model: Any, rows: Any) -> None:
            calls.append(model)
            if len(calls) == 5:
                raise KeyboardInterrupt
            original(self, model, rows)

        with monkeypatch.context() as patch:
            patch.setattr(type(bulk()), "insert", insert)
            with pytest.raises(KeyboardInterrupt):
                load_file(path=path, actor=None, chunk_bytes=1500)
        file = CdrFile.objects.get()
        assert file.state == FileState.LOADING
        assert loading_files() == [path.name]
        assert 0 < file.lines < 120
        assert file.rated == RatedRecord.objects.count()

        file = load_file(path=path, actor=None, chunk_bytes=700)
        assert (counts(file), file.amount, rated_contents(), waiting_contents()) == expected
        assert (file.state, loading_files(), CdrFile.objects.count()) == (FileState.LOADED, [], 1)
        assert amounts_are_true()

    def test_one_that_broke_off_before_its_records_were_covered_is_finished(
        self, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(**kwargs: Any) -> None:
            raise KeyboardInterrupt

        late, early = (
            row(ID_CDR=day, DATE_HEURE=f"2026-10-{day}T12:00:00+02:00", DUREE_S="3600") for day in ("20", "10")
        )
        path = write(late, early)
        with monkeypatch.context() as patch:
            patch.setattr("apps.usage.services.loading.cover", killed)
            with pytest.raises(KeyboardInterrupt):
                load_file(path=path, actor=None, chunk_bytes=len(HEADER) + len(late) + 5)
        assert dict(RatedRecord.objects.values_list("cdr_id", "covered_quantity")) == {"20": 3600, "10": 0}
        load_file(path=path, actor=None)
        assert dict(RatedRecord.objects.values_list("cdr_id", "covered_quantity")) == {"20": 0, "10": 3600}
        assert amounts_are_true()


class TestTheSameFile:
    def test_is_refused_naming_it_who_loaded_it_and_when(self, line: Line, write: Callable[..., Path]) -> None:
        path = write(row(), name="octobre.csv")
        load_file(path=path, actor=UserFactory(username="marie"))
        with pytest.raises(DomainError, match=r"octobre\.csv.*marie.*\d\d/\d\d/\d{4}"):
            load_file(path=path, actor=None)
        assert RatedRecord.objects.count() == 1

    def test_is_known_by_its_content_whatever_its_name(self, line: Line, write: Callable[..., Path]) -> None:
        load_file(path=write(row(), name="octobre.csv"), actor=None)
        with pytest.raises(DomainError, match=r"copie\.csv.*octobre\.csv"):
            load_file(path=write(row(), name="copie.csv"), actor=None)

    def test_does_not_keep_the_others_out(self, line: Line, write: Callable[..., Path]) -> None:
        first, second = write(row(), name="a.csv"), write(row(ID_CDR="A2"), name="b.csv")
        report = load_files(paths=[first, first, second], actor=None)
        assert [file.name for file in report.files] == ["a.csv", "b.csv"]
        assert len(report.refusals) == 1

    def test_compressed_is_another_file_with_the_same_records(self, line: Line, write: Callable[..., Path]) -> None:
        path = write(row())
        packed = path.with_suffix(".csv.gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        assert counts(load_file(path=packed, actor=None)) == {"rated": 1}
        assert counts(load_file(path=path, actor=None)) == {"duplicate": 1}

    def test_must_be_finished_with_its_format(self, line: Line, write: Callable[..., Path], load: Load) -> None:
        CdrFormat.objects.create(code="OTHER", label="Autre")
        path = write(row())
        load_file(path=path, actor=None)
        CdrFile.objects.update(state=FileState.LOADING)
        with pytest.raises(DomainError, match="ISM"):
            load_file(path=path, actor=None, format_code="OTHER")


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (b"", "cdr.csv"),
            (b"A;B;C\n1;2;3\n", "MSISDN"),
            (HEADER.encode() + b"\n" + row(CORRESPONDANT="x").encode() + b"\nNum\xe9ro\n", "3"),
            (gzip.compress(HEADER.encode() * 100)[:-20], "cdr.csv"),
        ],
        ids=["empty", "columns", "encoding", "archive"],
    )
    def test_a_file_that_is_not_what_its_format_says(
        self, db: None, tmp_path: Path, content: bytes, named: str
    ) -> None:
        path = tmp_path / "cdr.csv"
        path.write_bytes(content)
        with pytest.raises(DomainError, match=named):
            load_file(path=path, actor=None)
        assert not CdrFile.objects.exists()

    def test_an_unknown_format(self, write: Callable[..., Path]) -> None:
        with pytest.raises(DomainError, match=r"NOPE.*ISM"):
            load_file(path=write(row()), actor=None, format_code="NOPE")

    def test_a_format_that_makes_no_sense(self, write: Callable[..., Path]) -> None:
        CdrFormat.objects.create(code="ODD", label="Odd", layout={"delimiter": ";;"})
        with pytest.raises(DomainError, match="ODD"):
            load_file(path=write(row()), actor=None, format_code="ODD")


def test_another_operator_s_file_is_loaded_by_its_format(line: Line, tmp_path: Path) -> None:
    CdrFormat.objects.create(
        code="CENTS",
        label="Autre opérateur",
        layout={
            "columns": {"msisdn": 0, "date": 1, "kind": 2, "correspondent": 3, "duration": 4, "cost": 5},
            "delimiter": ",",
            "header": False,
            "date_format": "%d/%m/%Y %H:%M",
            "kinds": {"Appel": "voice"},
            "clock_durations": True,
            "amounts_in_cents": True,
            "national_numbers": True,
        },
    )
    path = tmp_path / "cents.csv"
    path.write_text("0639980001,10/10/2026 12:00,Appel,33612345678,00:01:00,1.5\n" * 2)
    file = load_file(path=path, actor=None, format_code="CENTS")
    assert (counts(file), str(file.amount), str(file.cost)) == ({"rated": 2}, "0.120000", "0.030000")


def test_what_waits_is_counted_by_month(line: Line, load: Load) -> None:
    load(row(MSISDN="33639989999"), row(ID_CDR="A2", CORRESPONDANT="999999999"), row(TYPE="FAX"))
    (month,) = set(SuspendedRecord.objects.exclude(month=None).values_list("month", flat=True))
    assert pending_counts(month) == {"unknown_number": 1, "unrated": 1}


def test_a_file_without_a_record_is_loaded(db: None, load: Load) -> None:
    file = load()
    assert (file.state, file.lines, file.amount) == (FileState.LOADED, 0, 0)


ANOTHER_GRID = (
    b"PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;"
    b"FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT\n"
    b"44;Royaume-Uni;VOIX;MO;FR;UE;0,2;;;0;1;1;0;OUI\n"
)


def test_a_grid_that_loses_a_row_during_the_load_prices_nothing_by_it(
    line: Line, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was priced by the row yet, so nothing kept it; a record without its rate could never be covered."""
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=30)
    real = loading.judged

    def judged(*some: Any) -> Any:
        found = real(*some)
        importer = TariffImporter(today=date(2026, 11, 24), table=line.tariffs.get().tariff.code)
        assert importer.run(ANOTHER_GRID).counts()["removed"] == 1
        return found

    monkeypatch.setattr(loading, "judged", judged)
    assert counts(load_file(path=write(row(ID_CDR="A")), actor=None)) == {"unrated": 1}
