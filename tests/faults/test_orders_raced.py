"""Several people and several processes that sell at the same moment: each card, each number and each order once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import wait as await_all
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.utils.timezone import localdate

from apps.catalog.services import withdraw
from apps.core.exceptions import DomainError
from apps.customers.closing import close_customer
from apps.jobs.models import Job
from apps.lines.choices import LineStatus
from apps.lines.models import Line, LineNumber, LineSim, Subscription
from apps.lines.services import cancel_pending_line, status_disagreements
from apps.orders.choices import HOLDING, ItemState, NumberSource, OrderKind, OrderState
from apps.orders.models import MobileItem, Order
from apps.orders.services import (
    activate_item,
    cancel_order,
    drafting,
    expire_drafts,
    settling,
    start_order,
    validate_order,
)
from apps.orders.services.activating import activate_due
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import CustomerFactory, LineFactory, PlanFactory, TariffFactory, UserFactory
from tests.faults.sellers import PATIENCE, sold, start
from tests.orders.selling import draft, numbered_card, order_line, order_service

pytestmark = pytest.mark.django_db(transaction=True)

MEANWHILE = 1  # second, in which somebody else gets as far as the locks let them
CARDS, PROCESSES = 10, 8

type Act = Callable[[], Any]


def done(act: Act) -> bool:
    """Whether it went through; anything but a refusal is a fault."""
    try:
        act()
    except DomainError:
        return False
    return True


def at_once(elsewhere: Any, *acts: Act) -> list[bool]:
    """Which of ``acts`` went through, all of them started at the same moment."""
    begin = Barrier(len(acts))

    def begun(act: Act) -> Act:
        def run() -> bool:
            begin.wait(PATIENCE)
            return done(act)

        return run

    return [one.result(PATIENCE) for one in [elsewhere(begun(act)) for act in acts]]


def validate(order: Order) -> Order:
    return validate_order(order=order, actor=None, today=localdate())


def entered(**terms: Any) -> tuple[Order, MobileItem]:
    order = draft(today=localdate())
    return order, order_line(order, today=localdate(), **terms)


def all_is_well() -> bool:
    """No card and no number on two lines, every card as its line or its order has it, nothing held by nobody."""
    reserved = set(SimCard.objects.filter(status=SimStatus.RESERVED).values_list("pk", flat=True))
    held = set(MobileItem.objects.filter(state__in=HOLDING).values_list("sim", flat=True))
    return status_disagreements() == [] and reserved == held


# --- Processes


@pytest.mark.postgres
def test_eight_processes_that_sell_the_same_ten_cards_sell_each_once() -> None:
    UserFactory(), PlanFactory(), TariffFactory()
    CustomerFactory.create_batch(3)
    cards = [numbered_card().pk for _card in range(CARDS)]
    sellers = [start("sell", cards) for _process in range(PROCESSES)]
    assert sum(sold(one) for one in sellers) == CARDS
    assert set(SimCard.objects.values_list("status", flat=True)) == {SimStatus.ACTIVE}
    assert Line.objects.filter(status=LineStatus.ACTIVE).count() == CARDS
    assert LineSim.objects.values("sim").distinct().count() == LineSim.objects.count() == CARDS
    assert LineNumber.objects.values("msisdn").distinct().count() == LineNumber.objects.count() == CARDS
    assert Job.objects.filter(kind="orders.confirm").count() == CARDS
    assert all_is_well()


@pytest.mark.postgres
def test_eight_processes_that_validate_the_same_ten_orders_validate_each_once() -> None:
    customers, plan, tariff = CustomerFactory.create_batch(2), PlanFactory(), TariffFactory()
    orders = []
    for rank in range(CARDS):
        order = draft(customers[rank % 2], today=localdate())
        order_line(order, today=localdate(), plan=plan, tariff=tariff)
        orders.append(order)
    sellers = [start("validate", [order.pk for order in orders]) for _process in range(PROCESSES)]
    assert sum(sold(one) for one in sellers) == CARDS
    assert Line.objects.count() == Job.objects.filter(kind="orders.confirm").count() == CARDS
    assert all_is_well()


@pytest.mark.parametrize(
    "moment",
    [
        "1 INSERT INTO lines_line",
        "1 UPDATE sims_simcard",
        "1 UPDATE orders_mobileitem",
        "1 INSERT INTO orders_portin",
        "1 UPDATE orders_order",
        "1 INSERT INTO jobs_job",
    ],
)
def test_a_process_killed_in_the_middle_of_a_validation_leaves_nothing_of_it(moment: str) -> None:
    today = localdate()
    order = draft(today=today)
    order_line(order, today=today)
    order_line(order, today=today, active_on=today + timedelta(days=1))
    ported = {"msisdn": "33639980001", "rio": "01P123456XTT", "holder": "ATELIER", "port_on": _porting_day(today)}
    order_line(order, today=today, number_source=NumberSource.PORTED, **ported)
    killed = start("validate", [order.pk], DIE_AT=moment)
    out, _err = killed.communicate(timeout=PATIENCE)
    assert killed.returncode == -signal.SIGKILL, f"lived through {moment}: {out}"
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT
    assert not Line.objects.exists()
    assert not Job.objects.exists()
    assert all_is_well()
    validate(order)
    assert Line.objects.count() == 3
    assert all_is_well()


def _porting_day(today: date) -> date:
    from apps.orders.porting.checking import allowed_days

    return next(allowed_days(today=today))


# --- Two at once


def test_two_drafts_of_the_same_card_leave_it_to_one(elsewhere: Any) -> None:
    card = numbered_card()
    first, second = draft(today=localdate()), draft(today=localdate())
    kept = at_once(
        elsewhere, *(lambda one=one: order_line(one, today=localdate(), sim=card) for one in (first, second))
    )
    assert sorted(kept) == [False, True]
    assert MobileItem.objects.get().sim == card
    assert all_is_well()


def test_two_drafts_of_the_same_number_leave_it_to_one(elsewhere: Any) -> None:
    typed = {"number_source": NumberSource.TYPED, "msisdn": "33639984321", "today": localdate()}
    orders = [draft(today=localdate()) for _order in range(2)]
    kept = at_once(elsewhere, *(lambda one=one: order_line(one, **typed) for one in orders))
    assert sorted(kept) == [False, True]
    assert SimCard.objects.filter(status=SimStatus.RESERVED).count() == 1
    assert all_is_well()


def test_the_same_click_twice_at_once_sells_once(elsewhere: Any) -> None:
    order, _item = entered()
    assert sorted(at_once(elsewhere, *[lambda: validate(order)] * 2)) == [False, True]
    assert Line.objects.count() == Job.objects.count() == 1


def test_the_same_click_twice_at_once_charges_a_service_once(elsewhere: Any) -> None:
    """It has no card that would tell the second click: the order's own lock does."""
    order = draft(kind=OrderKind.SERVICE, today=localdate())
    order_service(order, today=localdate(), start=localdate())
    assert sorted(at_once(elsewhere, *[lambda: validate(order)] * 2)) == [False, True]
    assert Subscription.objects.count() == Job.objects.count() == 1


def test_no_order_is_started_for_a_customer_that_is_being_closed(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, seller, today = CustomerFactory(), UserFactory(), localdate()
    real, others = drafting.refuse_closed, []

    def refuse_closed(*some: Any) -> None:
        real(*some)
        closing = {"customer": customer, "on": today, "today": today, "reason": "", "actor": None}
        others.append(elsewhere(lambda: done(lambda: close_customer(**closing))))
        await_all(others, timeout=MEANWHILE)

    monkeypatch.setattr(drafting, "refuse_closed", refuse_closed)
    start_order(customer=customer, kind=OrderKind.MOBILE, seller=seller, actor=seller, today=today)
    assert others[0].result(PATIENCE) is False


@pytest.mark.parametrize("other", ["expired", "cancelled"])
def test_a_draft_that_ends_while_it_is_validated_is_sold_or_freed_and_never_both(other: str, elsewhere: Any) -> None:
    order, item = entered()
    acts: dict[str, Act] = {
        "expired": lambda: expire_drafts(today=order.expires_on) or done_not(),
        "cancelled": lambda: cancel_order(order=order, reason="", actor=None),
    }
    validated, ended = at_once(elsewhere, lambda: validate(order), acts[other])
    assert validated != ended
    item.refresh_from_db()
    assert (item.state == ItemState.DONE) == validated
    assert Line.objects.exists() == validated
    assert all_is_well()


def done_not() -> None:
    raise DomainError("nothing to expire")


def test_a_plan_is_withdrawn_before_or_after_the_sale_and_not_in_between(elsewhere: Any) -> None:
    order, item = entered()
    sold_it, _withdrawn = at_once(
        elsewhere, lambda: validate(order), lambda: withdraw(row=item.plan, on=localdate(), actor=None)
    )
    assert Line.objects.exists() == sold_it
    assert all_is_well()


def test_a_customer_is_not_closed_while_its_order_is_validated(elsewhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever closes waits for the sale, and then finds the line."""
    order, _item = entered()
    real, others = settling.begin, []

    def begin(*some: Any, **more: Any) -> None:
        today = localdate()
        others.append(
            elsewhere(
                lambda: done(
                    lambda: close_customer(customer=order.customer, on=today, today=today, reason="", actor=None)
                )
            )
        )
        await_all(others, timeout=MEANWHILE)
        real(*some, **more)

    monkeypatch.setattr(settling, "begin", begin)
    validate(order)
    assert others[0].result(PATIENCE) is False
    order.customer.refresh_from_db()
    assert order.customer.closed_on is None


@pytest.mark.postgres
def test_a_file_that_gives_the_number_away_at_that_moment_keeps_all_from_being_sold(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of fleets know nothing of orders: the database alone sees it, and the clerk is told which number."""
    order, item = entered(number_source=NumberSource.TYPED, msisdn="33639984321")
    real = settling.faults_of
    asked: list[int] = []

    def faults_of(*some: Any, **more: Any) -> list[str]:
        found = list(real(*some, **more))
        if not asked:  # all was well, and then it was not
            asked.append(1)
            elsewhere(lambda: LineFactory(msisdn=item.msisdn, activated_on=localdate()).pk).result(PATIENCE)
        return found

    monkeypatch.setattr(settling, "faults_of", faults_of)
    with pytest.raises(DomainError) as refused:
        validate(order)
    assert [reason for reason in refused.value.reasons if "06 39 98 43 21" in reason]
    assert Line.objects.get().customer != order.customer


def test_a_line_given_up_while_its_day_has_it_serve_does_one_of_both(elsewhere: Any) -> None:
    order, item = entered(active_on=localdate() + timedelta(days=1))
    validate(order)
    item.refresh_from_db()
    tomorrow = localdate() + timedelta(days=1)
    served, given_up = at_once(
        elsewhere,
        lambda: activate_item(item=item, on=tomorrow, actor=None, today=tomorrow),
        lambda: cancel_pending_line(line=item.line, on=tomorrow, actor=None),
    )
    assert served != given_up
    item.refresh_from_db()
    assert (item.state == ItemState.DONE) == served
    assert all_is_well()


def test_two_workers_have_a_line_serve_once(elsewhere: Any) -> None:
    order, item = entered(active_on=localdate() + timedelta(days=1))
    validate(order)
    tomorrow = localdate() + timedelta(days=1)
    counts: list[int] = []
    at_once(elsewhere, *[lambda: counts.append(activate_due(today=tomorrow))] * 2)
    assert sum(counts) == 1
    item.refresh_from_db()
    assert item.line.operations.filter(kind="activation").count() == 1
    assert all_is_well()
