"""A number arrives, or does not: what becomes of its line (ADR 0018)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from apps.core.exceptions import DomainError
from apps.jobs.choices import Queue
from apps.jobs.kinds import chores
from apps.lines.models import Line, LineOperation
from apps.lines.services import cancel_pending_line
from apps.orders.choices import PortRefusal, PortState
from apps.orders.models import PortEvent, PortIn
from apps.orders.porting import arriving, services
from tests.factories import LineNumberFactory, UserFactory
from tests.orders.arrivals import MONDAY, THURSDAY, a_port_in

pytestmark = pytest.mark.django_db

FRIDAY = THURSDAY + timedelta(days=1)


def do(service: Any, port_in: PortIn, *, today: date = THURSDAY, **given: Any) -> PortIn:
    done: PortIn = service(port_in=port_in, today=today, **{"actor": None, **given})
    return done


def fresh(port_in: PortIn) -> PortIn:
    return PortIn.objects.select_related("line", "item__sim").get(pk=port_in.pk)


# --- It arrives


@pytest.mark.parametrize("state", [PortState.ELIGIBLE, PortState.SCHEDULED])
def test_the_line_serves_from_the_porting_day_on(state: PortState) -> None:
    actor = UserFactory()
    port_in = fresh(do(arriving.mark_ported, a_port_in(state), today=FRIDAY, actor=actor))
    line = port_in.line
    assert (port_in.state, port_in.next_on) == ("ported", None)
    assert (line.status, line.activated_on, line.billing_start, line.committed_from) == (
        "active",
        THURSDAY,
        THURSDAY,
        THURSDAY,
    )
    assert [(one.msisdn, one.start) for one in line.numbers.all()] == [(port_in.msisdn, THURSDAY)]
    assert (port_in.item.state, port_in.item.sim.status) == ("done", "active")
    assert port_in.events.get().actor == actor
    assert line.subscriptions.get().start == THURSDAY


def test_it_does_not_arrive_before_its_day() -> None:
    port_in = a_port_in(PortState.SCHEDULED)
    with pytest.raises(DomainError):
        do(arriving.mark_ported, port_in, today=THURSDAY - timedelta(days=1))
    assert fresh(port_in).line.status == "pending"


def test_it_arrives_once() -> None:
    port_in = a_port_in(PortState.SCHEDULED)
    do(arriving.mark_ported, port_in)
    with pytest.raises(DomainError):
        do(arriving.mark_ported, port_in)
    assert LineOperation.objects.filter(line=port_in.line).count() == 1
    assert PortEvent.objects.count() == 1


@pytest.mark.parametrize("state", [PortState.TO_SEND, PortState.SENT, PortState.REFUSED, PortState.CANCELLED])
def test_what_nobody_let_go_does_not_arrive(state: PortState) -> None:
    port_in = a_port_in(state)
    with pytest.raises(DomainError):
        do(arriving.mark_ported, port_in)
    assert fresh(port_in).line.status == "pending"


# --- By itself


def test_on_its_day_a_scheduled_number_arrives_by_itself() -> None:
    due, later = a_port_in(PortState.SCHEDULED), a_port_in(PortState.SCHEDULED, port_on=FRIDAY)
    unfixed = a_port_in(PortState.ELIGIBLE)
    assert arriving.port_due(today=THURSDAY) == 1
    assert [fresh(one).state for one in (due, later, unfixed)] == ["ported", "scheduled", "eligible"]
    assert arriving.port_due(today=THURSDAY) == 0


def test_workers_that_stood_still_make_good_and_keep_the_day() -> None:
    port_in = a_port_in(PortState.SCHEDULED)
    assert arriving.port_due(today=THURSDAY + timedelta(days=5)) == 1
    assert fresh(port_in).line.activated_on == THURSDAY


def test_one_that_cannot_arrive_says_why_stops_no_other_and_is_tried_again() -> None:
    stuck, other = a_port_in(PortState.SCHEDULED), a_port_in(PortState.SCHEDULED)
    taken = LineNumberFactory(msisdn=stuck.msisdn, start=MONDAY)
    assert arriving.port_due(today=THURSDAY) == 1
    assert fresh(other).state == "ported"
    told = fresh(stuck)
    assert (told.state, told.next_on) == ("scheduled", MONDAY)
    assert "06 39 98" in told.remark
    assert not told.events.exists()
    taken.delete()
    assert arriving.port_due(today=THURSDAY) == 1
    assert fresh(stuck).remark == ""


@pytest.mark.parametrize("day", ["2027-03-27", "2026-10-24"])  # the clocks change in the night after
def test_the_day_is_that_of_paris(day: str) -> None:
    saturday = date.fromisoformat(day)
    port_in = a_port_in(PortState.SCHEDULED, port_on=saturday)
    monday = a_port_in(PortState.SCHEDULED, port_on=saturday + timedelta(days=2))
    [chore] = [one for one in chores(frozenset(Queue)) if one.code == "orders.port"]
    hours = "+01:00" if saturday.month == 3 else "+02:00"
    with time_machine.travel(f"{saturday - timedelta(days=1)} 23:59{hours}", tick=False):
        chore.run()
        assert fresh(port_in).state == "scheduled"
    with time_machine.travel(f"{saturday} 00:01{hours}", tick=False):
        chore.run()
        assert fresh(port_in).state == "ported"
    after = "+02:00" if saturday.month == 3 else "+01:00"
    with time_machine.travel(f"{saturday + timedelta(days=1)} 23:59{after}", tick=False):
        chore.run()
        assert fresh(monday).state == "scheduled"
    with time_machine.travel(f"{saturday + timedelta(days=2)} 00:01{after}", tick=False):
        chore.run()
        assert fresh(monday).state == "ported"


# --- It fails


@pytest.mark.parametrize("state", [PortState.ELIGIBLE, PortState.SCHEDULED])
def test_what_failed_before_the_line_served_leaves_it_waiting(state: PortState) -> None:
    port_in = fresh(do(arriving.mark_failed, a_port_in(state), code=PortRefusal.INACTIVE, remark=""))
    assert (port_in.state, port_in.refusal, port_in.next_on) == ("failed", "inactive", THURSDAY)
    assert port_in.line.status == "pending"


def test_what_failed_once_the_line_served_restricts_it_without_billing_until_it_arrives() -> None:
    port_in = a_port_in(PortState.SCHEDULED)
    arriving.port_due(today=THURSDAY)
    failed = fresh(do(arriving.mark_failed, port_in, today=FRIDAY, code=PortRefusal.OTHER, remark="Incident"))
    assert (failed.state, failed.line.status) == ("failed", "suspended")
    assert [(one.start, one.status, one.billed) for one in failed.line.states.all()] == [(THURSDAY, "suspended", False)]

    again = date(2026, 12, 15)
    do(services.correct, failed, today=FRIDAY, rio=failed.rio, holder=failed.holder, day=again)
    do(services.mark_sent, failed, today=FRIDAY)
    do(services.mark_eligible, failed, today=FRIDAY)
    do(services.schedule, failed, today=FRIDAY, day=again)
    assert arriving.port_due(today=again) == 1
    line = fresh(port_in).line
    assert line.status == "active"
    assert [(one.start, one.end, one.status, one.billed) for one in line.states.order_by("start")] == [
        (THURSDAY, again, "suspended", False),
        (again, None, "active", True),
    ]
    assert line.numbers.count() == 1


def test_nothing_fails_before_its_day() -> None:
    with pytest.raises(DomainError):
        do(arriving.mark_failed, a_port_in(PortState.SCHEDULED), today=MONDAY, code=PortRefusal.RIO, remark="")


# --- It is given up


@pytest.mark.parametrize("state", [PortState.TO_SEND, PortState.SENT, PortState.SCHEDULED, PortState.REFUSED])
def test_a_cancelled_one_frees_its_card_and_ends_its_line(state: PortState) -> None:
    port_in = fresh(do(arriving.cancel_port_in, a_port_in(state), today=MONDAY, reason="Le client reste"))
    assert (port_in.state, port_in.next_on, port_in.remark) == ("cancelled", None, "Le client reste")
    assert (port_in.line.status, port_in.item.state, port_in.item.sim.status) == ("cancelled", "cancelled", "in_stock")
    assert port_in.events.count() == 1


def test_a_line_that_has_served_is_terminated_and_not_cancelled() -> None:
    port_in = a_port_in(PortState.SCHEDULED)
    do(arriving.mark_ported, port_in)
    do(arriving.mark_failed, port_in, code=PortRefusal.OTHER, remark="Incident")
    with pytest.raises(DomainError):
        do(arriving.cancel_port_in, port_in, reason="Le client reste")
    assert fresh(port_in).state == "failed"


def test_whoever_cancels_the_line_cancels_its_porting() -> None:
    port_in = a_port_in(PortState.SENT)
    cancel_pending_line(line=Line.objects.get(pk=port_in.line_id), on=MONDAY, actor=None, reason="Erreur")
    told = fresh(port_in)
    assert (told.state, told.item.state, told.item.sim.status) == ("cancelled", "cancelled", "in_stock")
    assert told.remark == "La ligne a été annulée."
