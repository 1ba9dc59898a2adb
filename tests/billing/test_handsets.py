"""Handsets that go with lines, billed by their dated charges: figures by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.drafting import Draft, draft_of
from apps.billing.facts import facts_of, rules_now
from apps.billing.models import Invoice, InvoiceLine, OneOffClaim
from apps.billing.services import compute_run, open_run
from apps.catalog.choices import SaleMode
from apps.catalog.models import Handset
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.lines.choices import PurchaseMode
from apps.lines.models import Line, LineHandset
from apps.lines.services import give_back, hand_over, instalment_days, last_change, terminate_line
from tests.factories import CustomerFactory, HandsetFactory, LineFactory

OCTOBER = Month(2026, 10)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    """A line that costs nothing but its handset."""
    return LineFactory(customer=CustomerFactory(), price=Decimal(0))


@pytest.fixture
def handset() -> Handset:
    return HandsetFactory(brand="Fairphone", model="6")


def given(line: Line, handset: Handset, mode: str, price: str | None, months: int = 0, **more: Any) -> LineHandset:
    return hand_over(
        line=line,
        handset=handset,
        imei="490154203237518",
        sale_mode=mode,
        purchase_mode=PurchaseMode.STOCK,
        price=None if price is None else Decimal(price),
        months=months,
        **{"on": date(2026, 10, 15), "actor": None} | more,
    )


def draft(line: Line, run: Month = OCTOBER) -> Draft:
    return draft_of(facts_of([line.customer], run=run)[0], run=run, rules=rules_now())


def charged(line: Line, run: Month = OCTOBER) -> list[tuple[str, str, bool]]:
    """What the invoice of a run that has billed nothing yet holds of handsets."""
    return [(one.label, str(one.net), one.goods) for one in draft(line, run).lines if one.kind == "one_off"]


@pytest.mark.parametrize(
    ("on", "days"),
    [
        ("2026-10-15", ["2026-10-15", "2026-11-15", "2026-12-15", "2027-01-15"]),
        # The 31st, or the last day: February does not shorten the months after it.
        ("2026-12-31", ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]),
        ("2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
    ],
)
def test_monthly_charges_fall_on_the_same_day_of_each_month(on: str, days: list[str]) -> None:
    assert [str(day) for day in instalment_days(date.fromisoformat(on), 4)] == days


@pytest.mark.parametrize("mode", [SaleMode.OUTRIGHT, SaleMode.SUBSIDISED])
def test_a_handset_that_is_sold_is_charged_once(line: Line, handset: Handset, mode: str) -> None:
    given(line, handset, mode, "499.00")
    assert charged(line) == [("Terminal Fairphone 6", "499.00", True)]
    assert charged(line, OCTOBER.previous()) == []


def test_the_customers_own_costs_nothing(line: Line, handset: Handset) -> None:
    given(line, handset, "", None)
    assert charged(line) == []
    assert line.handsets.get().imei == "490154203237518"


def test_instalments_are_billed_one_a_month_and_goods(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.INSTALMENTS, "20.00", 24)
    assert charged(line) == [("Terminal Fairphone 6 – échéance 1/24", "20.00", True)]
    assert charged(line, Month(2026, 12)) == [
        ("Terminal Fairphone 6 – échéance 1/24", "20.00", True),
        ("Terminal Fairphone 6 – échéance 2/24", "20.00", True),
        ("Terminal Fairphone 6 – échéance 3/24", "20.00", True),
    ]
    assert sum(one.price for one in line.one_off_charges.all()) == Decimal("480.00")
    assert draft(line).gross == Decimal("24.00")


def test_instalments_stay_due_when_the_line_ends(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.INSTALMENTS, "20.00", 24)
    terminate_line(line=line, on=date(2026, 12, 1), today=date(2026, 12, 1), actor=None)
    assert line.one_off_charges.count() == 24
    assert line.handsets.get().end == date(2026, 12, 1)
    assert len(charged(line, Month(2028, 9))) == 24


def test_rent_stops_when_the_line_ends(line: Line, handset: Handset) -> None:
    """Months from 15 October: those begun by 30 November are due, that of 15 December is not."""
    given(line, handset, SaleMode.RENTAL, "12.50", 36)
    terminate_line(line=line, on=date(2026, 12, 1), today=date(2026, 12, 1), actor=None)
    assert charged(line, Month(2029, 12)) == [
        ("Location Fairphone 6 – mois 1/36", "12.50", False),
        ("Location Fairphone 6 – mois 2/36", "12.50", False),
    ]


def test_rent_stops_when_the_handset_is_given_back(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.RENTAL, "12.50", 36)
    give_back(line=line, on=date(2026, 11, 15), actor=None)
    assert [one.day for one in line.one_off_charges.all()] == [date(2026, 10, 15)]
    assert line.handsets.get().end == date(2026, 11, 15)
    with pytest.raises(DomainError):
        give_back(line=line, on=date(2026, 11, 15), actor=None)


def test_another_handset_takes_the_place_of_the_rented_one(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.RENTAL, "12.50", 36)
    given(line, HandsetFactory(brand="Nokia", model="3310"), SaleMode.OUTRIGHT, "59.00", on=date(2026, 11, 20))
    assert charged(line, Month(2027, 12)) == [
        ("Location Fairphone 6 – mois 1/36", "12.50", False),
        ("Location Fairphone 6 – mois 2/36", "12.50", False),
        ("Terminal Nokia 3310", "59.00", True),
    ]
    assert list(line.handsets.values_list("start", "end")) == [
        (date(2026, 10, 15), date(2026, 11, 20)),
        (date(2026, 11, 20), None),
    ]


def test_a_second_handset_of_the_day_takes_the_place_of_the_first(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.INSTALMENTS, "20.00", 24)
    given(line, handset, SaleMode.OUTRIGHT, "480.00")
    assert charged(line, Month(2029, 1)) == [("Terminal Fairphone 6", "480.00", True)]
    assert line.handsets.count() == 1


def test_what_has_been_invoiced_is_not_taken_off(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.RENTAL, "12.50", 36)
    first, second = line.one_off_charges.order_by("day")[:2]
    invoice = Invoice.objects.create(
        customer=line.customer, period_start=OCTOBER.start, period_end=OCTOBER.end, net=0, vat=0, gross=0
    )
    for one in (first, second):
        OneOffClaim.objects.create(charge=one, invoice=invoice)
    with pytest.raises(DomainError, match="a été facturé"):
        given(line, handset, SaleMode.OUTRIGHT, "480.00")
    # Given back before the second month, which has been invoiced already: a credit note is for people to decide.
    give_back(line=line, on=date(2026, 11, 1), actor=None)
    assert list(line.one_off_charges.order_by("day")) == [first, second]


def test_a_draft_keeps_no_charge(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.RENTAL, "12.50", 36)
    compute_run(run=open_run(month=OCTOBER))
    assert InvoiceLine.objects.filter(one_off_charge__isnull=False).count() == 1
    given(line, handset, SaleMode.OUTRIGHT, "480.00")
    assert charged(line) == [("Terminal Fairphone 6", "480.00", True)]


def test_a_line_that_is_to_end_rents_until_then(handset: Handset) -> None:
    line = LineFactory(price=Decimal(0), terminated_on=date(2026, 12, 1))
    given(line, handset, SaleMode.RENTAL, "12.50", 36)
    assert [one.day for one in line.one_off_charges.all()] == [date(2026, 10, 15), date(2026, 11, 15)]
    assert line.handsets.get().end == date(2026, 12, 1)
    with pytest.raises(DomainError):
        given(line, handset, SaleMode.OUTRIGHT, "480.00", on=date(2026, 12, 1))


def test_a_line_cannot_end_before_its_last_handset(line: Line, handset: Handset) -> None:
    given(line, handset, SaleMode.OUTRIGHT, "480.00")
    assert last_change(line, today=date(2026, 10, 20)) == date(2026, 10, 15)
    with pytest.raises(DomainError):
        given(line, handset, SaleMode.OUTRIGHT, "480.00", on=date(2026, 10, 14))
    with pytest.raises(DomainError):
        terminate_line(line=line, on=date(2026, 10, 15), today=date(2026, 10, 20), actor=None)


@pytest.mark.parametrize(
    ("mode", "price", "months"),
    [
        ("outright", None, 0),
        ("", "5.00", 0),
        ("rental", "5.00", 0),
        ("instalments", "5.00", 0),
        ("outright", "5.00", 3),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    line: Line, handset: Handset, mode: str, price: str | None, months: int
) -> None:
    with pytest.raises(DomainError):
        given(line, handset, mode, price, months)
    assert not line.handsets.exists()


def test_a_long_name_still_says_which_instalment(line: Line) -> None:
    given(line, HandsetFactory(brand="B" * 40, model="M" * 80), SaleMode.INSTALMENTS, "20.00", 2)
    labels = [one.label for one in line.one_off_charges.order_by("day")]
    assert [len(label) for label in labels] == [120, 120]
    assert labels[1].endswith(" – échéance 2/2")
