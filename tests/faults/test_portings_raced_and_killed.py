"""Two people, or two workers, at one porting; a worker that is killed: the line begins to serve once, or not yet."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.lines.models import LineOperation
from apps.lines.services import cancel_pending_line
from apps.messaging.models import Delivery
from apps.orders.choices import PortRefusal, PortState
from apps.orders.models import PortEvent, PortIn
from apps.orders.porting import arriving, services
from tests.factories import ContactFactory, CustomerFactory, IntegratorFactory
from tests.faults.workers import work_and_die, work_off
from tests.orders.arrivals import a_port_in

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30  # seconds

type Act = Callable[[], Any]


def at_once(elsewhere: Any, *acts: Act) -> list[bool]:
    """Which of ``acts`` were not refused, all of them started at the same moment."""
    start = Barrier(len(acts))

    def begun(act: Act) -> Act:
        def run() -> bool:
            start.wait(PATIENCE)
            try:
                act()
            except DomainError:
                return False
            return True

        return run

    return [one.result(PATIENCE) for one in [elsewhere(begun(act)) for act in acts]]


@pytest.fixture
def arriving_today() -> PortIn:
    return a_port_in(PortState.SCHEDULED, port_on=localdate(), next_on=localdate())


def is_in_service_once(port_in: PortIn) -> bool:
    line = PortIn.objects.get(pk=port_in.pk).line
    return (
        line.status == "active"
        and line.numbers.count() == line.sims.count() == line.states.count() == 1
        and line.subscriptions.count() == 1
        and LineOperation.objects.filter(line=line).count() == 1
        and PortEvent.objects.filter(port_in=port_in, after=PortState.PORTED).count() == 1
    )


def test_two_answers_at_once_leave_one_and_tell_the_customer_of_one(elsewhere: Any) -> None:
    IntegratorFactory(email="contact@ism.example")
    customer = CustomerFactory()
    ContactFactory(customer=customer, email="compta@client.example")
    port_in = a_port_in(PortState.SENT, customer=customer)
    given = {"port_in": port_in, "actor": None, "today": localdate()}
    done = at_once(
        elsewhere,
        lambda: services.mark_eligible(**given),
        lambda: services.mark_eligible(**given),
    )
    assert sorted(done) == [False, True]
    assert PortEvent.objects.count() == Delivery.objects.count() == 1


def test_the_chore_of_two_workers_and_a_click_bring_the_line_to_serve_once(
    elsewhere: Any, arriving_today: PortIn
) -> None:
    today = localdate()
    at_once(
        elsewhere,
        lambda: arriving.port_due(today=today),
        lambda: arriving.port_due(today=today),
        lambda: arriving.mark_ported(port_in=arriving_today, actor=None, today=today),
    )
    assert is_in_service_once(arriving_today)
    assert PortIn.objects.get().remark == ""


def test_it_arrives_or_fails_or_is_cancelled_but_only_one_of_them(elsewhere: Any, arriving_today: PortIn) -> None:
    given = {"port_in": arriving_today, "actor": None, "today": localdate()}
    done = at_once(
        elsewhere,
        lambda: arriving.mark_ported(**given),
        lambda: services.mark_refused(code=PortRefusal.RIO, remark="", **given),
        lambda: cancel_pending_line(line=arriving_today.line, on=localdate(), actor=None, reason="Erreur"),
    )
    assert any(done)
    port_in = PortIn.objects.select_related("line", "item__sim").get()
    state = (port_in.state, port_in.line.status, port_in.item.state, port_in.item.sim.status)
    assert state in {
        ("ported", "active", "done", "active"),
        ("refused", "pending", "waiting", "reserved"),
        ("cancelled", "cancelled", "cancelled", "in_stock"),
    }


@pytest.mark.parametrize(
    "moment",
    [
        "1 INSERT INTO lines_linenumber",
        "1 UPDATE orders_mobileitem",
        "1 UPDATE orders_portin",
        "1 INSERT INTO orders_portevent",
        "1 COMMIT INSERT INTO orders_portevent",
    ],
)
def test_a_killed_worker_leaves_it_done_or_not_begun_and_another_goes_on(moment: str, arriving_today: PortIn) -> None:
    later = a_port_in(PortState.SCHEDULED, port_on=localdate() + timedelta(days=1))
    work_and_die("default", moment)
    port_in = PortIn.objects.get(pk=arriving_today.pk)
    was_committed = re.search("COMMIT", moment) is not None
    assert (port_in.state, port_in.line.status) == (("ported", "active") if was_committed else ("scheduled", "pending"))
    work_off("default")
    assert is_in_service_once(arriving_today)
    assert PortIn.objects.get(pk=later.pk).state == "scheduled"
