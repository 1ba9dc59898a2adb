"""Lines that are known to end, and what a termination does to charges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from apps.billing.models import Invoice, SliceClaim
from apps.core.exceptions import DomainError
from apps.lines.choices import LineStatus
from apps.lines.models import Discount, Line
from apps.lines.services import (
    add_option,
    change_plan,
    change_tariff,
    remove_option,
    status_disagreements,
    suspend_line,
    swap_sim,
    terminate_line,
)
from apps.sims.choices import SimStatus
from tests.factories import DiscountFactory, LineFactory, OptionFactory, PlanFactory, SimCardFactory, TariffFactory

TODAY = date(2026, 10, 20)
PLANNED = date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory()


@pytest.fixture
def ending() -> Line:
    """A line that serves and is known to end."""
    return LineFactory(terminated_on=PLANNED)


@pytest.fixture(autouse=True)
def agreement() -> Iterator[None]:
    """Whatever a test does through services, periods and statuses agree afterwards."""
    yield
    assert status_disagreements() == []


# --- Until a line ends


def test_a_line_that_is_to_end_can_be_restricted_until_then(ending: Line) -> None:
    suspend_line(line=ending, on=TODAY, today=TODAY, actor=None)
    assert list(ending.states.values_list("status", "start", "end")) == [
        (LineStatus.ACTIVE, date(2026, 1, 1), TODAY),
        (LineStatus.SUSPENDED, TODAY, PLANNED),
    ]


def test_what_changes_on_a_line_that_is_to_end_ends_with_it(ending: Line) -> None:
    option = OptionFactory()
    change_plan(line=ending, plan=PlanFactory(), price=Decimal(25), on=TODAY, actor=None)
    add_option(line=ending, option=option, price=Decimal(5), on=TODAY, actor=None)
    change_tariff(line=ending, tariff=TariffFactory(), on=TODAY, actor=None)
    swap_sim(line=ending, sim=SimCardFactory(), on=TODAY, today=TODAY, actor=None)
    for facts in (ending.subscriptions, ending.tariffs, ending.sims):
        assert {fact.end for fact in facts.filter(start=TODAY)} == {PLANNED}
    remove_option(line=ending, option=option, on=date(2026, 11, 1), actor=None)
    assert ending.subscriptions.get(offer=option).end == date(2026, 11, 1)


@pytest.mark.parametrize("on", [PLANNED, date(2026, 12, 2)])
def test_nothing_changes_once_a_line_has_ended(ending: Line, on: date) -> None:
    changes: tuple[Callable[[], object], ...] = (
        lambda: change_plan(line=ending, plan=PlanFactory(), price=Decimal(25), on=on, actor=None),
        lambda: add_option(line=ending, option=OptionFactory(), price=Decimal(5), on=on, actor=None),
        lambda: change_tariff(line=ending, tariff=TariffFactory(), on=on, actor=None),
        lambda: suspend_line(line=ending, on=on, today=on, actor=None),
        lambda: swap_sim(line=ending, sim=SimCardFactory(), on=on, today=on, actor=None),
    )
    for change in changes:
        with pytest.raises(DomainError):
            change()


@pytest.mark.parametrize("day", [date(2026, 10, 15), PLANNED])
def test_a_line_ends_on_the_day_planned_or_before(ending: Line, day: date) -> None:
    terminate_line(line=ending, on=day, today=max(day, TODAY), actor=None)
    ending.refresh_from_db()
    assert (ending.status, ending.terminated_on) == (LineStatus.TERMINATED, day)
    assert ending.sims.get().sim.status == SimStatus.TERMINATED
    for facts in (ending.numbers, ending.sims, ending.states, ending.tariffs, ending.subscriptions):
        assert facts.get().end == day


def test_a_line_does_not_end_later_than_planned(ending: Line) -> None:
    with pytest.raises(DomainError):
        terminate_line(line=ending, on=date(2026, 12, 2), today=date(2026, 12, 2), actor=None)


# --- What becomes of charges


def test_a_line_does_not_end_before_a_plan_that_it_has_had(line: Line) -> None:
    change_plan(line=line, plan=PlanFactory(), price=Decimal(25), on=date(2026, 10, 10), actor=None)
    with pytest.raises(DomainError):
        terminate_line(line=line, on=date(2026, 10, 10), today=TODAY, actor=None)
    terminate_line(line=line, on=date(2026, 10, 11), today=TODAY, actor=None)


def test_a_line_that_ends_before_it_is_billed_owes_nothing() -> None:
    line = LineFactory(billing_start=date(2026, 11, 1))
    DiscountFactory(subscription=line.subscriptions.get())
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    assert not line.subscriptions.exists()
    assert not Discount.objects.exists()


@pytest.fixture
def invoiced_in_advance(line: Line) -> Discount:
    """The discount on an option to come, whose first month an invoice has taken."""
    option = add_option(line=line, option=OptionFactory(), price=Decimal(5), on=date(2026, 11, 1), actor=None)
    month = {"period_start": date(2026, 10, 1), "period_end": date(2026, 11, 1)}
    invoice = Invoice.objects.create(customer=line.customer, net=5, vat=1, gross=6, **month)
    SliceClaim.objects.create(subscription=option, month=date(2026, 11, 1), net=5, invoice=invoice)
    return DiscountFactory(subscription=option)


def test_a_charge_that_was_invoiced_before_it_began_keeps_the_line_until_then(
    line: Line, invoiced_in_advance: Discount
) -> None:
    with pytest.raises(DomainError, match=invoiced_in_advance.subscription.offer.code):  # type: ignore[union-attr]
        terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    line.refresh_from_db()
    assert line.status == LineStatus.ACTIVE
    assert Discount.objects.get() == invoiced_in_advance
    november = date(2026, 11, 2)
    terminate_line(line=line, on=november, today=november, actor=None)
    assert {one.end for one in line.subscriptions.all()} == {november}


def test_a_plan_that_was_invoiced_is_not_replaced_on_its_first_day(line: Line, invoiced_in_advance: Discount) -> None:
    november = date(2026, 11, 1)
    option = invoiced_in_advance.subscription
    assert option is not None
    with pytest.raises(DomainError, match=option.offer.code):
        remove_option(line=line, option=option.offer, on=november, actor=None)
