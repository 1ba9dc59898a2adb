"""Files of lines: what a line began with, taken over whole or not at all (DOMAIN §13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.imports import Plan
from apps.core.wording import sentence
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.imports import LineImporter
from apps.lines.models import (
    Discount,
    Line,
    LineNumber,
    LineOperation,
    LineSim,
    LineState,
    LineTariff,
    Subscription,
)
from apps.lines.services import (
    change_plan,
    remove_option,
    status_disagreements,
    swap_sim,
    terminate_line,
    who_held_number,
    who_held_sim,
)
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import (
    CustomerFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    TariffFactory,
    UserFactory,
    iccid,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
A, B, C = iccid(1), iccid(2), iccid(3)
LINE = {
    "MSISDN": "33639980001",
    "ICCID": A,
    "NUM_CLIENT": "C1",
    "UTILISATEUR": "JEANNE MARTIN",
    "OFFRE": "PRO",
    "OPTIONS": "VOIX+DATA",
    "GRILLE": "STANDARD",
    "DATE_ACTIVATION": "2026-03-16",
    "DEBUT_FACTURATION": "2026-10-01",
    "ENGAGEMENT_MOIS": "24",
    "REMISE_PCT": "10",
    "REMISE_MOIS": "6",
    "DATE_RESILIATION": "",
}
SIMPLE = LINE | {"OPTIONS": "", "REMISE_PCT": "", "REMISE_MOIS": ""}
SECOND = SIMPLE | {"MSISDN": "33639980002", "ICCID": B}


@pytest.fixture(autouse=True)
def reseller() -> None:
    """A catalogue, a grid, two customers and three cards in stock."""
    for number in ("C1", "C2"):
        CustomerFactory(number=number)
    TariffFactory(code="STANDARD")
    for factory, code, amount in (
        (PlanFactory, "PRO", "19.90"),
        (OptionFactory, "DATA", "5.00"),
        (OptionFactory, "VOIX", "4.17"),
    ):
        OfferPriceFactory(offer=factory(code=code, catalogue_price=None), amount=Decimal(amount))
    for number in (A, B, C):
        SimCardFactory(iccid=number)


def csv(*lines: dict[str, str]) -> bytes:
    return "\r\n".join(";".join(cells) for cells in (lines[0], *(line.values() for line in lines))).encode()


def run(*lines: dict[str, str], today: date = TODAY, **options: Any) -> Plan[Line]:
    return LineImporter(today=today).run(csv(*lines), **options)


def taken(*lines: dict[str, str], **options: Any) -> Plan[Line]:
    """The plan of a file that is taken over."""
    plan = run(*lines, **options)
    assert [(fault.line, fault.column, sentence(fault)) for fault in plan.faults] == []
    assert status_disagreements() == []
    return plan


def faults(*lines: dict[str, str], **options: Any) -> list[tuple[int, str, str]]:
    """Line, column and reason of all that is wrong with a file, after which nothing is written."""
    before = list(everything())
    plan = run(*lines, **options)
    assert list(everything()) == before
    assert all(sentence(fault) for fault in plan.faults)
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


def everything() -> Iterator[dict[str, Any]]:
    facts = (LineNumber, LineSim, LineTariff, LineState, Subscription, Discount, LineOperation)
    for model in (Line, *facts, SimCard):
        yield from model._default_manager.order_by("pk").values()


# --- What a line of the file becomes


def test_a_line_serves_from_its_activation_and_is_billed_from_its_billing_start() -> None:
    anne = UserFactory()
    taken(LINE, actor=anne, source="lignes.csv")
    line = Line.objects.get()
    assert (line.customer.number, line.msisdn, line.user_name) == ("C1", "33639980001", "JEANNE MARTIN")
    assert (line.status, line.activated_on, line.billing_start) == (
        LineStatus.ACTIVE,
        date(2026, 3, 16),
        date(2026, 10, 1),
    )
    assert (line.commitment_months, line.committed_from) == (24, date(2026, 3, 16))

    for facts in (line.numbers, line.sims, line.tariffs, line.states):
        assert [(fact.start, fact.end) for fact in facts.all()] == [(date(2026, 3, 16), None)]
    assert line.sims.get().sim.iccid == A
    assert line.sims.get().sim.status == SimStatus.ACTIVE

    charged = {one.offer.code: (one.kind, one.price, one.start, one.end) for one in line.subscriptions.all()}
    assert charged == {
        "PRO": ("plan", Decimal("19.90"), date(2026, 10, 1), None),
        "DATA": ("option", Decimal("5.00"), date(2026, 10, 1), None),
        "VOIX": ("option", Decimal("4.17"), date(2026, 10, 1), None),
    }
    discount = Discount.objects.get()
    assert discount.subscription is not None
    assert (discount.subscription.offer.code, discount.percent, discount.months) == ("PRO", 10, 6)

    journal = line.operations.get()
    assert (journal.kind, journal.actor, journal.reason) == (OperationKind.TAKE_OVER, anne, "lignes.csv")
    assert journal.effective_on == date(2026, 3, 16)


def test_a_discount_without_months_is_for_ever() -> None:
    taken(LINE | {"REMISE_MOIS": ""})
    assert Discount.objects.get().months is None


def test_a_short_file_says_enough() -> None:
    required = ("MSISDN", "ICCID", "NUM_CLIENT", "OFFRE", "GRILLE", "DATE_ACTIVATION")
    taken({name: LINE[name] for name in required})
    line = Line.objects.get()
    assert (line.billing_start, line.user_name, line.commitment_months) == (date(2026, 3, 16), "", 0)
    assert not Discount.objects.exists()


def test_an_offer_is_billed_as_it_is_sold_at_the_price_of_the_first_day_billed() -> None:
    plan = PlanFactory(code="NEUF", in_advance=True, catalogue_price=None)
    OfferPriceFactory(offer=plan, amount=Decimal("10.00"), start=date(2026, 1, 1), end=date(2026, 10, 1))
    OfferPriceFactory(offer=plan, amount=Decimal("12.00"), start=date(2026, 10, 1))
    taken(SIMPLE | {"OFFRE": "NEUF"})
    charge = Subscription.objects.get()
    assert (charge.price, charge.in_advance) == (Decimal("12.00"), True)


def test_a_line_that_has_ended_keeps_its_periods() -> None:
    taken(SIMPLE | {"DATE_RESILIATION": "2026-10-07"})
    line = Line.objects.get()
    assert (line.status, line.terminated_on) == (LineStatus.TERMINATED, date(2026, 10, 7))
    for facts in (line.numbers, line.sims, line.tariffs, line.states, line.subscriptions):
        assert facts.get().end == date(2026, 10, 7)
    assert line.sims.get().sim.status == SimStatus.TERMINATED


def test_a_line_that_ended_before_it_was_billed_has_no_charges() -> None:
    taken(LINE | {"DATE_RESILIATION": "2026-10-01"})
    line = Line.objects.get()
    assert line.numbers.get().end == date(2026, 10, 1)
    assert not line.subscriptions.exists()
    assert taken(LINE | {"DATE_RESILIATION": "2026-10-01"}).unchanged == 1


def test_a_line_that_will_end_still_serves() -> None:
    taken(SIMPLE | {"DATE_RESILIATION": "2026-12-01"})
    line = Line.objects.get()
    assert (line.status, line.numbers.get().end) == (LineStatus.ACTIVE, date(2026, 12, 1))
    assert line.sims.get().sim.status == SimStatus.ACTIVE


def test_a_number_is_held_by_one_line_after_another() -> None:
    taken(
        SIMPLE | {"DATE_RESILIATION": "2026-10-10"},
        SECOND | {"MSISDN": SIMPLE["MSISDN"], "NUM_CLIENT": "C2", "DATE_ACTIVATION": "2026-10-10"},
    )
    before, after = (who_held_number(msisdn="33639980001", day=date(2026, 10, day)) for day in (9, 10))
    assert before is not None
    assert after is not None
    assert (before.line.customer.number, before.iccid) == ("C1", A)
    assert (after.line.customer.number, after.iccid) == ("C2", B)


def test_a_line_may_go_to_another_customer_with_its_card() -> None:
    moved = SIMPLE | {"NUM_CLIENT": "C2", "DATE_ACTIVATION": "2026-10-10", "DEBUT_FACTURATION": "2026-10-10"}
    taken(moved, SIMPLE | {"DATE_RESILIATION": "2026-10-10"})
    held = who_held_sim(iccid=A, day=date(2026, 10, 9))
    assert held is not None
    assert held.line.customer.number == "C1"
    assert SimCard.objects.get(iccid=A).status == SimStatus.ACTIVE


# --- Lines that are already there


@pytest.mark.parametrize("ends", ["", "2026-10-07", "2026-12-01"])
def test_a_file_taken_twice_changes_nothing_the_second_time(ends: str) -> None:
    file = (LINE | {"DATE_RESILIATION": ends}, SECOND)
    taken(*file)
    before = list(everything())
    assert taken(*file).counts() == {"new": 0, "changed": 0, "unchanged": 2, "removed": 0}
    assert list(everything()) == before


def test_a_file_names_the_user_and_ends_a_line() -> None:
    taken(LINE)
    plan = taken(LINE | {"UTILISATEUR": "paul durand", "DATE_RESILIATION": "2026-11-20"}, source="lignes.csv")
    [change] = plan.changed
    assert sorted(change.described()) == [
        ("DATE_RESILIATION", "", "2026-11-20"),
        ("UTILISATEUR", "JEANNE MARTIN", "PAUL DURAND"),
    ]
    line = Line.objects.get()
    assert (line.user_name, line.status, line.terminated_on) == (
        "PAUL DURAND",
        LineStatus.TERMINATED,
        date(2026, 11, 20),
    )
    assert {one.end for one in line.subscriptions.all()} == {date(2026, 11, 20)}
    assert set(line.operations.values_list("kind", "reason")) == {
        (OperationKind.TAKE_OVER, ""),
        (OperationKind.USER_CHANGE, "lignes.csv"),
        (OperationKind.TERMINATION, "lignes.csv"),
    }


def test_a_number_that_a_file_frees_is_held_by_the_next_line_of_the_same_file() -> None:
    taken(SIMPLE)
    taken(
        SIMPLE | {"DATE_RESILIATION": "2026-11-01"},
        SECOND | {"MSISDN": SIMPLE["MSISDN"], "DATE_ACTIVATION": "2026-11-01"},
    )
    assert [line.status for line in Line.objects.order_by("activated_on")] == ["terminated", "active"]


def test_what_became_of_a_line_since_is_no_difference() -> None:
    taken(LINE)
    line = Line.objects.get()
    later = {"line": line, "on": date(2026, 11, 2), "actor": None}
    change_plan(plan=PlanFactory(), price=Decimal("30.00"), **later)
    remove_option(option=Subscription.objects.get(offer__code="DATA").offer, **later)
    swap_sim(sim=SimCard.objects.get(iccid=C), today=TODAY, **later)
    terminate_line(line=line, on=date(2026, 11, 10), today=TODAY, actor=None)
    assert taken(LINE).unchanged == 1
    assert Line.objects.get().status == LineStatus.TERMINATED


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("ICCID", C),
        ("NUM_CLIENT", "C2"),
        ("OFFRE", "DATA"),
        ("OPTIONS", "DATA"),
        ("GRILLE", "AUTRE"),
        ("DEBUT_FACTURATION", "2026-10-02"),
        ("ENGAGEMENT_MOIS", "12"),
        ("REMISE_PCT", "20"),
        ("REMISE_MOIS", "12"),
    ],
)
def test_what_a_line_began_with_cannot_be_changed_by_a_file(column: str, cell: str) -> None:
    taken(LINE)
    assert faults(LINE | {column: cell}) == [(2, column, "cannot_change")]


def test_a_line_that_has_ended_cannot_be_changed_by_a_file() -> None:
    ended = LINE | {"DATE_RESILIATION": "2026-11-20"}
    taken(ended)
    assert faults(ended | {"UTILISATEUR": "PAUL DURAND", "DATE_RESILIATION": "2026-11-21"}) == [
        (2, "UTILISATEUR", "cannot_change"),
        (2, "DATE_RESILIATION", "cannot_change"),
    ]


def test_a_line_that_serves_is_not_ended_by_a_file_on_a_day_to_come() -> None:
    taken(LINE)
    assert faults(LINE | {"DATE_RESILIATION": "2026-11-25"}) == [(2, "DATE_RESILIATION", "termination_to_come")]


def test_a_line_is_not_ended_before_its_last_change() -> None:
    taken(SIMPLE)
    swap_sim(line=Line.objects.get(), sim=SimCard.objects.get(iccid=C), on=date(2026, 11, 10), today=TODAY, actor=None)
    assert faults(SIMPLE | {"DATE_RESILIATION": "2026-11-05"}) == [(2, "DATE_RESILIATION", "changed_since")]


# --- What is refused


def test_every_fault_is_named() -> None:
    SimCardFactory(iccid=iccid(9), status=SimStatus.RESERVED)
    assert faults(
        LINE | {"NUM_CLIENT": "C9", "GRILLE": "AUTRE", "ICCID": iccid(8), "OFFRE": "VOIX", "OPTIONS": "PRO+RIEN"},
        LINE | {"MSISDN": "0123456789", "ICCID": "12", "UTILISATEUR": "Hélène", "DATE_ACTIVATION": "16/03/2026"},
        SECOND | {"ICCID": iccid(9), "OFFRE": "RIEN", "OPTIONS": "VOIX+VOIX", "REMISE_MOIS": "3"},
        SECOND | {"MSISDN": "33639980003", "DATE_RESILIATION": "2026-03-16", "ENGAGEMENT_MOIS": "x"},
        SECOND | {"MSISDN": "33639980004", "DEBUT_FACTURATION": "1999-12-31", "REMISE_PCT": "101"},
    ) == [
        (2, "NUM_CLIENT", "customer_unknown"),
        (2, "GRILLE", "tariff_unknown"),
        (2, "ICCID", "sim_unknown"),
        (2, "OFFRE", "offer_no_plan"),
        (2, "OPTIONS", "offer_no_option"),
        (2, "OPTIONS", "offer_unknown"),
        (3, "MSISDN", "msisdn_not_mobile"),
        (3, "ICCID", "iccid_prefix"),
        (3, "UTILISATEUR", "charset_character"),
        (3, "DATE_ACTIVATION", "date_format"),
        (4, "OPTIONS", "offer_twice"),
        (4, "REMISE_PCT", "discount_without_rate"),
        (4, "ICCID", "sim_not_in_stock"),
        (4, "OFFRE", "offer_unknown"),
        (5, "ENGAGEMENT_MOIS", "number_expected"),
        (5, "DATE_RESILIATION", "ends_too_early"),
        (6, "REMISE_PCT", "number_too_large"),
        (6, "OFFRE", "offer_without_price"),
    ]


def test_two_lines_with_one_key_are_both_named() -> None:
    assert faults(SIMPLE, SECOND | {"MSISDN": SIMPLE["MSISDN"]}) == [(3, "MSISDN", "given_twice")]


def test_a_number_and_a_card_are_in_one_line_at_a_time() -> None:
    later = {"DATE_ACTIVATION": "2026-10-09"}
    plan = run(SECOND | later | {"MSISDN": SIMPLE["MSISDN"], "ICCID": A}, SIMPLE | {"DATE_RESILIATION": "2026-10-10"})
    assert [(f.line, f.column, f.reason_code, dict(f.params)) for f in plan.faults] == [
        (2, "ICCID", "sim_held", {"line": 3}),
        (2, "MSISDN", "number_held", {"line": 3}),
    ]


def test_a_number_that_another_line_holds_is_refused() -> None:
    taken(SIMPLE)
    held = {"MSISDN": SIMPLE["MSISDN"], "DATE_ACTIVATION": "2026-10-01"}
    assert faults(SECOND | held, SECOND | {"MSISDN": "01", "ICCID": "12"}) == [
        (2, "MSISDN", "number_held_since"),
        (3, "MSISDN", "msisdn_length"),
        (3, "ICCID", "iccid_prefix"),
    ]
    earlier = {"DATE_ACTIVATION": "2026-01-01", "DEBUT_FACTURATION": "2026-01-01", "DATE_RESILIATION": "2026-03-16"}
    taken(SECOND | {"MSISDN": SIMPLE["MSISDN"]} | earlier)


def test_a_card_that_served_is_not_used_again() -> None:
    taken(SIMPLE | {"DATE_RESILIATION": "2026-10-07"})
    assert faults(SECOND | {"ICCID": A, "DATE_ACTIVATION": "2026-11-01"}) == [(2, "ICCID", "sim_not_in_stock")]


def test_a_line_that_is_billed_before_it_serves_is_odd() -> None:
    [warning] = taken(SIMPLE | {"DEBUT_FACTURATION": "2026-03-01"}).warnings
    assert (warning.line, warning.column, warning.reason_code) == (2, "DEBUT_FACTURATION", "billed_before_service")


# --- In number


def test_the_number_of_queries_does_not_grow_with_the_file() -> None:
    def queries(first: int, count: int) -> int:
        file = []
        for n in range(first, first + count):
            SimCardFactory(iccid=iccid(n))
            file.append(LINE | {"MSISDN": f"3363998{n:04d}", "ICCID": iccid(n)})
        with CaptureQueriesContext(connection) as captured:
            taken(*file)
            taken(*file)
        return len(captured)

    assert queries(1000, 2) == queries(2000, 30)
