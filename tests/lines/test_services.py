"""What can happen to a line, and what cannot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.core import slots
from apps.core.exceptions import DomainError
from apps.lines.choices import Barring, LineStatus, OperationKind
from apps.lines.models import Discount, Line
from apps.lines.services import (
    NewLine,
    add_option,
    change_plan,
    change_tariff,
    change_user,
    open_lines,
    reactivate_line,
    remove_option,
    status_disagreements,
    suspend_line,
    swap_sim,
    terminate_line,
    who_held_number,
    who_held_sim,
)
from apps.lines.terms import DiscountTerms
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import (
    CustomerFactory,
    DiscountFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    TariffFactory,
    UserFactory,
)

TODAY = date(2026, 10, 20)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory()


@pytest.fixture
def actor() -> Any:
    return UserFactory()


@pytest.fixture(autouse=True)
def agreement() -> Iterator[None]:
    """Whatever a test does through services, periods and statuses agree afterwards."""
    yield
    assert status_disagreements() == []


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The lines whose allowances were said to have changed."""
    heard: list[list[int]] = []
    slots.contribute("lines.allowances_changed", listener := lambda line_ids: heard.append(line_ids))
    yield heard
    slots._slots["lines.allowances_changed"].remove(listener)


def card(line: Line) -> SimCard:
    return line.sims.order_by("start").last().sim


def test_a_restriction_and_its_end_are_dated_and_journaled(line: Line, actor: Any) -> None:
    suspend_line(line=line, on=date(2026, 10, 5), today=TODAY, actor=actor, billed=False, reason="Impayé")
    line.refresh_from_db()
    assert (line.status, card(line).status) == (LineStatus.SUSPENDED, SimStatus.SUSPENDED)
    reactivate_line(line=line, on=date(2026, 10, 12), today=TODAY, actor=actor)
    line.refresh_from_db()
    assert (line.status, card(line).status) == (LineStatus.ACTIVE, SimStatus.ACTIVE)
    assert list(line.states.values_list("status", "start", "end", "billed")) == [
        (LineStatus.ACTIVE, date(2026, 1, 1), date(2026, 10, 5), True),
        (LineStatus.SUSPENDED, date(2026, 10, 5), date(2026, 10, 12), False),
        (LineStatus.ACTIVE, date(2026, 10, 12), None, True),
    ]
    restriction = line.operations.get(kind=OperationKind.RESTRICTION)
    assert (restriction.actor, restriction.reason, restriction.after["billed"]) == (actor, "Impayé", False)


def test_the_same_click_twice_does_it_once(line: Line) -> None:
    suspend_line(line=line, on=TODAY, today=TODAY, actor=None)
    with pytest.raises(DomainError):
        suspend_line(line=line, on=TODAY, today=TODAY, actor=None)
    assert line.operations.count() == 1


def test_restricted_and_reactivated_on_one_day_leaves_one_period(line: Line) -> None:
    suspend_line(line=line, on=TODAY, today=TODAY, actor=None)
    reactivate_line(line=line, on=TODAY, today=TODAY, actor=None)
    assert list(line.states.values_list("status", "start", "end")) == [
        (LineStatus.ACTIVE, date(2026, 1, 1), TODAY),
        (LineStatus.ACTIVE, TODAY, None),
    ]
    assert line.operations.count() == 2


def test_a_termination_ends_everything_and_frees_the_number(line: Line, told: list[list[int]]) -> None:
    end = date(2026, 10, 15)
    terminate_line(line=line, on=end, today=TODAY, actor=None)
    line.refresh_from_db()
    assert (line.status, line.terminated_on, card(line).status) == (LineStatus.TERMINATED, end, SimStatus.TERMINATED)
    for facts in (line.numbers, line.sims, line.states, line.tariffs, line.subscriptions):
        assert [fact.end for fact in facts.all()] == [end]
    assert told == [[line.pk]]
    assert who_held_number(msisdn=line.msisdn, day=date(2026, 10, 14)).line == line
    assert who_held_number(msisdn=line.msisdn, day=end) is None


@pytest.mark.parametrize("move", [suspend_line, reactivate_line, terminate_line])
def test_a_terminated_line_never_revives(move: Any) -> None:
    line = LineFactory(terminated=True, sim=None)
    with pytest.raises(DomainError):
        move(line=line, on=TODAY, today=TODAY, actor=None)


def test_a_line_serves_at_least_a_day(line: Line) -> None:
    for day in (line.activated_on, date(2025, 12, 31)):
        with pytest.raises(DomainError):
            terminate_line(line=line, on=day, today=TODAY, actor=None)


def test_nothing_ends_before_its_last_change(line: Line) -> None:
    suspend_line(line=line, on=date(2026, 10, 10), today=TODAY, actor=None)
    for day in (date(2026, 10, 5), date(2026, 10, 10)):
        with pytest.raises(DomainError):
            terminate_line(line=line, on=day, today=TODAY, actor=None)
    line.refresh_from_db()
    assert line.status == LineStatus.SUSPENDED


def test_a_status_does_not_change_on_a_day_to_come(line: Line) -> None:
    with pytest.raises(DomainError):
        suspend_line(line=line, on=date(2026, 10, 21), today=TODAY, actor=None)


def test_a_subscription_to_come_never_begins_once_the_line_has_ended(line: Line) -> None:
    add_option(line=line, option=OptionFactory(), price=Decimal(5), on=date(2026, 11, 1), actor=None)
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    assert [one.kind for one in line.subscriptions.all()] == ["plan"]


def test_a_plan_change_keeps_both_periods_and_prices(line: Line, told: list[list[int]]) -> None:
    old = line.subscriptions.get().offer
    new = PlanFactory()
    change_plan(
        line=line,
        plan=new,
        price=Decimal("25.00"),
        on=date(2026, 10, 16),
        actor=None,
        discounts=[Discount(percent=Decimal(10))],
    )
    before, after = (who_held_number(msisdn=line.msisdn, day=date(2026, 10, day)) for day in (15, 16))
    assert (before.plan, before.price) == (old.code, Decimal("10.00"))
    assert (after.plan, after.price) == (new.code, Decimal("25.00"))
    assert line.subscriptions.get(offer=new).discounts.get().percent == Decimal(10)
    assert told == [[line.pk]]


def test_a_second_plan_change_on_one_day_replaces_the_first(line: Line) -> None:
    first, second = PlanFactory(), PlanFactory()
    change_plan(line=line, plan=first, price=Decimal(20), on=TODAY, actor=None)
    DiscountFactory(subscription=line.subscriptions.get(offer=first))
    change_plan(line=line, plan=second, price=Decimal(30), on=TODAY, actor=None)
    assert [one.offer for one in line.subscriptions.order_by("start")][1:] == [second]
    assert line.operations.filter(kind=OperationKind.PLAN_CHANGE).count() == 2


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 5, 31)])
def test_a_plan_is_not_changed_before_billing_or_underneath_a_later_change(line: Line, day: date) -> None:
    change_plan(line=line, plan=PlanFactory(), price=Decimal(20), on=date(2026, 6, 1), actor=None)
    with pytest.raises(DomainError):
        change_plan(line=line, plan=PlanFactory(), price=Decimal(20), on=day, actor=None)


def test_only_a_plan_replaces_a_plan(line: Line) -> None:
    with pytest.raises(DomainError):
        change_plan(line=line, plan=OptionFactory(), price=Decimal(20), on=TODAY, actor=None)


def test_an_option_comes_once_and_goes(line: Line) -> None:
    option = OptionFactory()
    add_option(line=line, option=option, price=Decimal(5), on=date(2026, 10, 1), actor=None)
    with pytest.raises(DomainError):
        add_option(line=line, option=option, price=Decimal(5), on=TODAY, actor=None)
    remove_option(line=line, option=option, on=TODAY, actor=None)
    with pytest.raises(DomainError):
        remove_option(line=line, option=option, on=TODAY, actor=None)
    assert who_held_number(msisdn=line.msisdn, day=date(2026, 10, 19)).options == ((option.code, Decimal("5.00")),)
    assert who_held_number(msisdn=line.msisdn, day=TODAY).options == ()


def test_a_grid_is_known_for_any_date(line: Line) -> None:
    old = line.tariffs.get().tariff
    new = TariffFactory()
    change_tariff(line=line, tariff=new, on=date(2026, 10, 10), actor=None)
    days = [who_held_number(msisdn=line.msisdn, day=date(2026, 10, day)).tariff for day in (9, 10)]
    assert days == [old.code, new.code]


def test_a_sim_swap_keeps_number_and_billing(line: Line) -> None:
    old, new = card(line), SimCardFactory()
    swap_sim(line=line, sim=new, on=date(2026, 10, 10), today=TODAY, actor=None)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, new.status) == (SimStatus.REPLACED, SimStatus.ACTIVE)
    assert who_held_sim(iccid=old.iccid, day=date(2026, 10, 9)).line == line
    assert who_held_sim(iccid=new.iccid, day=date(2026, 10, 10)).number == line.msisdn
    assert line.subscriptions.count() == 1


def test_a_card_that_serves_elsewhere_is_refused(line: Line) -> None:
    with pytest.raises(DomainError):
        swap_sim(line=line, sim=card(LineFactory()), on=TODAY, today=TODAY, actor=None)


def test_a_user_is_renamed_and_the_old_name_kept_in_the_journal(line: Line, actor: Any) -> None:
    change_user(line=line, user_name="PAUL DURAND", on=TODAY, actor=actor)
    operation = line.operations.get()
    assert (operation.before, operation.after) == ({"user_name": "JEANNE MARTIN"}, {"user_name": "PAUL DURAND"})


def new_line(**fields: Any) -> NewLine:
    return NewLine(
        **{
            "customer": CustomerFactory(),
            "msisdn": "33639981111",
            "sim": SimCardFactory(),
            "tariff": TariffFactory(),
            "offers": [(PlanFactory(), Decimal("19.90")), (OptionFactory(), Decimal("5.00"))],
            "activated_on": date(2026, 3, 1),
            "billing_start": date(2026, 10, 1),
            **fields,
        }
    )


def test_lines_taken_over_have_everything_a_line_has() -> None:
    (line,) = open_lines(
        new_lines=[new_line(discounts=[DiscountTerms(percent=Decimal(10), months=1)], commitment_months=24)],
        today=TODAY,
        actor=None,
    )
    holding = who_held_number(msisdn="33639981111", day=date(2026, 10, 1))
    assert (holding.price, len(holding.options)) == (Decimal("19.90"), 1)
    assert who_held_number(msisdn="33639981111", day=date(2026, 3, 1)).price is None  # not billed yet
    plan, option = line.subscriptions.order_by("kind").reverse()
    assert plan.discounts.get().months == 1
    assert not option.discounts.exists()
    assert line.committed_from == date(2026, 3, 1)
    assert line.operations.get().kind == OperationKind.TAKE_OVER


def test_a_line_that_ended_before_billing_keeps_its_past_and_owes_nothing() -> None:
    (line,) = open_lines(new_lines=[new_line(terminated_on=date(2026, 9, 1))], today=TODAY, actor=None)
    assert line.status == LineStatus.TERMINATED
    assert not line.subscriptions.exists()
    assert who_held_number(msisdn="33639981111", day=date(2026, 8, 31)).line == line


def test_a_number_is_reused_by_a_second_line() -> None:
    customer = CustomerFactory()
    first, second = open_lines(
        new_lines=[
            new_line(customer=customer, terminated_on=date(2026, 10, 8)),
            new_line(customer=customer, activated_on=date(2026, 10, 8), billing_start=date(2026, 10, 8)),
        ],
        today=TODAY,
        actor=None,
    )
    held = [who_held_number(msisdn="33639981111", day=date(2026, 10, day)).line for day in (7, 8)]
    assert held == [first, second]


def test_disagreements_are_found() -> None:
    line = LineFactory()
    line.states.all().delete()
    assert status_disagreements() == [f"{line} (active)"]
    line.states.create(status=LineStatus.SUSPENDED, barring=Barring.BOTH, start=line.activated_on)
    assert status_disagreements() == [f"{line} (active)"]
    line.states.update(status=LineStatus.ACTIVE, barring="")
    for status in (SimStatus.IN_STOCK, SimStatus.SUSPENDED, SimStatus.TERMINATED):
        SimCard.objects.filter(pk=card(line).pk).update(status=status)
        assert status_disagreements() == [f"{card(line)} ({status})"]
    SimCard.objects.filter(pk=card(line).pk).update(status=SimStatus.ACTIVE)

    ended = LineFactory(terminated=True)
    ended.numbers.update(end=None)
    assert status_disagreements() == [f"{ended} (terminated)"]
    ended.numbers.update(end=ended.terminated_on)

    idle = SimCardFactory(status=SimStatus.ACTIVE)
    assert status_disagreements() == [f"{idle} (active)"]
    idle.delete()
