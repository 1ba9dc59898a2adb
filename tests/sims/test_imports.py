"""Files of SIM cards: read whole or not at all, harmless the second time (DOMAIN §4)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.csvfiles import HIDDEN
from apps.core.imports import Plan
from apps.core.wording import sentence
from apps.sims.choices import SimFormat, SimStatus
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from tests.commands import run_command
from tests.factories import SimCardFactory, UserFactory, iccid

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
FAULTY = str(ROOT / "tests/fixtures/cartes_sim_erreurs.csv")
TODAY = date(2026, 11, 24)
A, B = iccid(700_000_000_001), iccid(700_000_000_002)
IMSI, OTHER_IMSI = "208220700000001", "208220700000002"


def run(*lines: str, **options: Any) -> Plan[SimCard]:
    return SimImporter(today=TODAY).run("\r\n".join(lines).encode(), **options)


def taken(*lines: str, **options: Any) -> Plan[SimCard]:
    """The plan of a file that is taken over."""
    plan = run(*lines, **options)
    assert [(fault.line, fault.column, sentence(fault)) for fault in plan.faults] == []
    return plan


def everything() -> list[dict[str, Any]]:
    return [*SimCard.objects.order_by("pk").values(), *SimCard.history.order_by("pk").values()]


def faults(*lines: str) -> list[tuple[int, str, str]]:
    """Line, column and reason of all that is wrong with a file, after which nothing is written."""
    before = everything()
    plan = run(*lines)
    assert everything() == before
    assert set(plan.counts().values()) == {0}
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


# --- What a line becomes


def test_a_line_becomes_a_card_in_stock() -> None:
    taken(
        "iccid;Imsi;MSISDN;PIN1;PUK1;PIN2;PUK2;FORMAT;RESEAU;LOT;STATUT",
        f"{A}F;{IMSI};06 39 98 00 01;0123;01234567;4567;76543210;esim;ISM;LOT1;EN_STOCK",
    )
    card = SimCard.objects.get()
    assert (card.iccid, card.imsi, card.msisdn) == (A, IMSI, "33639980001")
    assert (card.pin1, card.puk1, card.pin2, card.puk2) == ("0123", "01234567", "4567", "76543210")
    assert (card.format, card.network, card.batch) == (SimFormat.ESIM, "ISM", "LOT1")
    assert card.status == SimStatus.IN_STOCK


def test_only_the_iccid_is_required() -> None:
    taken("ICCID", A, B)
    assert {card.imsi for card in SimCard.objects.all()} == {None}
    assert SimCard.objects.in_stock().count() == 2


def test_the_history_tells_who_imported_which_file() -> None:
    anne = UserFactory()
    taken("ICCID", A, actor=anne, source="livraison.csv")
    [created] = SimCard.history.all()
    assert (created.history_type, created.history_user, created.history_change_reason) == ("+", anne, "livraison.csv")


@pytest.mark.parametrize(("said", "status"), [("PERDUE", SimStatus.LOST), ("defectueuse", SimStatus.FAULTY)])
def test_a_new_card_may_come_without_being_good_for_use(said: str, status: SimStatus) -> None:
    taken("ICCID;STATUT", f"{A};{said}")
    assert SimCard.objects.get().status == status


def test_a_new_card_cannot_come_with_the_status_that_a_line_gives() -> None:
    assert faults("ICCID;STATUT", f"{A};ACTIVE", f"{B};RESILIEE") == [
        (2, "STATUT", "sim_status_by_line"),
        (3, "STATUT", "sim_status_by_line"),
    ]


# --- Cards that are already there


def test_a_file_taken_twice_changes_nothing_the_second_time() -> None:
    file = ("ICCID;IMSI;PIN1", f"{A};{IMSI};1234", f"{B};;")
    taken(*file)
    before = everything()
    assert taken(*file).counts() == {"new": 0, "changed": 0, "unchanged": 2, "removed": 0}
    assert everything() == before


def test_a_change_names_old_and_new_and_hides_secrets() -> None:
    SimCardFactory(iccid=A, imsi=IMSI, pin1="1234", batch="LOT1")
    plan = taken("ICCID;PIN1;LOT", f"{A};4321;LOT2")
    [change] = plan.changed
    assert sorted(change.described()) == [("LOT", "LOT1", "LOT2"), ("PIN1", HIDDEN, HIDDEN)]
    card = SimCard.objects.get()
    assert (card.pin1, card.batch, card.imsi) == ("4321", "LOT2", IMSI)
    assert card.history.latest().history_type == "~"


def test_what_a_file_leaves_empty_stays() -> None:
    SimCardFactory(iccid=A, imsi=IMSI, pin1="1234", network="ISM")
    assert taken("ICCID;IMSI;PIN1;RESEAU;FORMAT", f"{A};;;;").unchanged == 1


def test_a_card_that_serves_keeps_its_status() -> None:
    SimCardFactory(iccid=A, status=SimStatus.ACTIVE)
    assert taken("ICCID;STATUT", f"{A};EN_STOCK").unchanged == 1
    assert taken("ICCID;STATUT", f"{A};ACTIVE").unchanged == 1
    assert faults("ICCID;STATUT", f"{A};PERDUE") == [(2, "STATUT", "sim_status_refused")]
    assert faults("ICCID;STATUT", f"{A};RESILIEE") == [(2, "STATUT", "sim_status_refused")]


def test_a_card_in_stock_is_declared_lost_by_its_transition() -> None:
    SimCardFactory(iccid=A)
    taken("ICCID;STATUT", f"{A};PERDUE", source="inventaire.csv")
    card = SimCard.objects.get()
    assert card.status == SimStatus.LOST
    assert card.history.latest().history_change_reason == "inventaire.csv"


def test_an_imsi_does_not_move() -> None:
    SimCardFactory(iccid=A, imsi=IMSI)
    SimCardFactory(iccid=B, imsi=None)
    assert faults("ICCID;IMSI", f"{A};{OTHER_IMSI}", f"{B};{IMSI}") == [
        (2, "IMSI", "cannot_change"),
        (3, "IMSI", "imsi_taken"),
    ]
    taken("ICCID;IMSI", f"{B};{OTHER_IMSI}")
    assert SimCard.objects.get(iccid=B).imsi == OTHER_IMSI


# --- What is refused


def test_two_lines_with_one_card_or_one_imsi_are_both_named() -> None:
    plan = run("ICCID;IMSI", f"{A};{IMSI}", f"{B};{IMSI}", f"{A};{OTHER_IMSI}")
    assert [(f.line, f.column, f.reason_code, dict(f.params)) for f in plan.faults] == [
        (3, "IMSI", "given_twice", {"line": 2}),
        (4, "ICCID", "given_twice", {"line": 2}),
    ]


@pytest.mark.parametrize("column", ["KI", "OPC", "opc"])
def test_keys_with_which_a_card_can_be_copied_are_refused_and_not_shown(column: str) -> None:
    plan = run(f"ICCID;{column}", f"{A};0011223344556677")
    assert [(fault.column, fault.reason_code) for fault in plan.faults] == [(column.upper(), "column_forbidden")]
    assert "0011223344556677" not in repr(plan.faults)
    assert not SimCard.objects.exists()


ESIM_CODE = "LPA:1$smdp.exemple.fr$4F2A-77B1"


def test_an_esim_comes_with_its_code_and_its_supplier() -> None:
    taken("ICCID;FORMAT;CODE_ESIM;FOURNISSEUR", f"{A};ESIM;{ESIM_CODE.removeprefix('LPA:')};Opérateur A")
    card = SimCard.objects.get()
    assert (card.esim_code, card.supplier) == (ESIM_CODE, "Opérateur A")
    (change,) = taken("ICCID;CODE_ESIM", f"{A};LPA:1$smdp.exemple.fr$NEW").changed
    assert list(change.described()) == [("CODE_ESIM", HIDDEN, HIDDEN)]
    assert not hasattr(SimCard.history.model, "esim_code"), "no version keeps it"


def test_a_code_that_is_none_is_refused_and_not_shown() -> None:
    plan = run("ICCID;CODE_ESIM", f"{A};LPA:1$smdp$secret")
    assert [(fault.column, fault.value, fault.reason_code) for fault in plan.faults] == [
        ("CODE_ESIM", HIDDEN, "esim_code_form")
    ]


@pytest.mark.parametrize("known", [True, False])
def test_only_an_esim_has_a_code(known: bool) -> None:
    if known:
        SimCardFactory(iccid=A, format=SimFormat.NANO)
    header, line = (
        ("ICCID;CODE_ESIM", f"{A};{ESIM_CODE}") if known else ("ICCID;FORMAT;CODE_ESIM", f"{A};NANO;{ESIM_CODE}")
    )
    assert faults(header, line) == [(2, "CODE_ESIM", "esim_code_of_card")]


def test_texts_that_the_database_cannot_hold_are_refused() -> None:
    assert faults("ICCID;RESEAU;LOT", f"{A};{'x' * 41};{'y' * 41}") == [
        (2, "RESEAU", "text_length"),
        (2, "LOT", "text_length"),
    ]


def test_odd_cards_are_taken_with_a_warning() -> None:
    plan = taken("ICCID", "89332207000000000035")
    assert [(warning.line, warning.column, warning.reason_code) for warning in plan.warnings] == [
        (2, "ICCID", "iccid_luhn")
    ]
    assert SimCard.objects.count() == 1


# --- In number


def test_the_number_of_queries_does_not_grow_with_the_file() -> None:
    def queries(first: int, count: int) -> int:
        lines = [f"{iccid(first + n)};{n + first:015d}".replace(";000000000", ";208220000") for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            taken("ICCID;IMSI", *lines)
            taken("ICCID;IMSI;LOT", *(f"{line};LOT{first}" for line in lines))
        return len(captured)

    assert queries(1_000, 2) == queries(2_000, 40)


# --- The command


@pytest.fixture
def stock() -> str:
    file = str(ROOT / "fixtures/demo/cartes_sim.csv")
    assert run_command("import_sims", file).code == 0
    assert SimCard.objects.in_stock().count() == 600
    return file


def test_the_sample_stock_is_taken_once(stock: str) -> None:
    code, out, _ = run_command("import_sims", stock, "--json")
    assert code == 0
    assert json.loads(out) == {
        "file": "cartes_sim.csv",
        "lines": 600,
        "new": 0,
        "changed": 0,
        "unchanged": 600,
        "removed": 0,
        "warnings": [],
    }


@pytest.mark.usefixtures("stock")
def test_every_fault_of_the_faulty_sample_is_named_and_nothing_is_written() -> None:
    before = everything()
    code, out, _ = run_command("import_sims", FAULTY, "--json")
    assert code == 1
    assert everything() == before
    errors = json.loads(out)["errors"]
    assert [(error["line"], error["column"], error["value"]) for error in errors] == [
        (5, "ICCID", "8933220790000000039"),  # check digit
        (7, "ICCID", "8,93322E+18"),  # destroyed by a spreadsheet
        (9, "ICCID", "8933220790000000061"),  # as line 8
        (11, "ICCID", "893322079000"),  # too short
        (13, "IMSI", "12345"),
        (15, "PUK1", HIDDEN),
        (17, "FORMAT", "MAXI"),
        (19, "", "8933220790000000178"),  # fields are missing
        (21, "IMSI", "208220790000019"),  # a card of the stock, which has another IMSI
    ]
    assert all(error["reason"] for error in errors)


def test_a_refused_file_is_told_line_by_line_on_stderr() -> None:
    code, out, err = run_command("import_sims", FAULTY)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1 + 8
