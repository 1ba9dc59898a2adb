"""Operations for a day to come: asked for once, done by a worker on their day, refused with a sentence, given up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.jobs.choices import Queue
from apps.jobs.worker import WorkerProcess
from apps.lines.choices import LineStatus, PlannedState
from apps.lines.models import Line, PlannedOperation
from apps.lines.operations.doing import apply_next, cancel_planned, do_operation
from apps.lines.operations.kinds import operations
from apps.lines.services import status_disagreements, terminate_line
from tests.factories import LineFactory, UserFactory
from tests.factories_planned import PlannedOperationFactory
from tests.lines.operating import ask, do, plain
from tests.people import SignIn

TODAY, LATER = date(2026, 11, 24), date(2026, 12, 1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ANSWERS = {"cause": "unpaid", "billed": "on", "on": LATER.isoformat(), "reason": "Relance n° 3"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def line() -> Line:
    return LineFactory()


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def plan(line: Line, code: str = "restrict", on: date = LATER, **parameters: Any) -> Any:
    asked = parameters or {"cause": "unpaid", "billed": True}
    return do_operation(
        line=line, operation=operations()[code], parameters=asked, on=on, today=TODAY, actor=UserFactory()
    )


def work_off(moment: str) -> None:
    with time_machine.travel(moment, tick=False):
        WorkerProcess(list(Queue), until_idle=True).run()


def test_a_day_to_come_is_planned_and_a_worker_does_it_then(line: Line, support: Client) -> None:
    assert "L’opération est prévue" in plain(ask(support, line, "restrict", **ANSWERS))
    assert do(support, line, "restrict", **ANSWERS).status_code == 302
    planned = PlannedOperation.objects.get()
    assert (planned.state, planned.effective_on, planned.reason) == (PlannedState.PLANNED, LATER, "Relance n° 3")
    assert not line.operations.exists()

    # Midnight is that of Paris, not that of UTC.
    work_off("2026-11-30T22:30:00+00:00")
    line.refresh_from_db()
    assert line.status == LineStatus.ACTIVE
    work_off("2026-11-30T23:30:00+00:00")
    line.refresh_from_db()
    planned.refresh_from_db()
    assert line.status == LineStatus.SUSPENDED
    assert planned.state == PlannedState.DONE
    entry = planned.operation
    assert entry is not None
    assert (entry.actor, entry.effective_on, entry.reason) == (planned.asked_by, LATER, "Relance n° 3")
    assert status_disagreements() == []


def test_a_worker_that_comes_late_does_it_as_of_its_day(line: Line) -> None:
    plan(line)
    work_off("2026-12-04T08:00:00+01:00")
    assert line.states.get(end=None).start == LATER


def test_what_the_line_refuses_by_then_is_kept_with_its_sentence_and_stops_no_other(line: Line) -> None:
    other = LineFactory()
    refused, done = plan(line), plan(other)
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    work_off("2026-12-01T08:00:00+01:00")
    for planned in (refused, done):
        planned.refresh_from_db()
    assert refused.state == PlannedState.REFUSED
    assert "Résiliée" in refused.refusal.replace("\N{NO-BREAK SPACE}", " ")
    assert done.state == PlannedState.DONE
    assert [one.kind for one in line.operations.all()] == ["termination"]


def test_one_that_breaks_is_kept_as_refused_and_stops_no_other(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    broken = PlannedOperationFactory(line=line, code="restrict", parameters={"cause": "nonsense"}, effective_on=LATER)
    unknown = PlannedOperationFactory(line=line, code="abolished", effective_on=LATER)
    good = PlannedOperationFactory(line=line, effective_on=LATER)
    work_off("2026-12-01T08:00:00+01:00")
    for planned in (broken, unknown, good):
        planned.refresh_from_db()
    assert [broken.state, unknown.state, good.state] == ["refused", "refused", "done"]
    assert "broke" in caplog.text


def test_those_of_a_line_are_done_in_the_order_of_their_days(line: Line) -> None:
    second = plan(line, "user", on=date(2026, 12, 3), user_name="TROIS")
    first = plan(line, "user", on=date(2026, 12, 2), user_name="DEUX")
    work_off("2026-12-05T08:00:00+01:00")
    line.refresh_from_db()
    assert line.user_name == "TROIS"
    for planned in (first, second):
        planned.refresh_from_db()
    assert first.operation_id < second.operation_id


def test_the_same_click_twice_plans_it_once(line: Line, support: Client) -> None:
    do(support, line, "restrict", **ANSWERS)
    assert "est déjà prévue pour le 01/12/2026" in plain(do(support, line, "restrict", **ANSWERS))
    assert PlannedOperation.objects.count() == 1
    with pytest.raises(DomainError):
        plan(line)


def test_it_stands_on_the_page_of_the_line_and_in_a_list(line: Line, support: Client) -> None:
    do(support, line, "restrict", **ANSWERS)
    page = plain(support.get(reverse("admin:lines_line_change", args=[line.pk])))
    assert "01/12/2026" in page
    assert "Impayé" in page or "impayée" in page
    fleet = plain(support.get(reverse("admin:lines_line_changelist")))
    assert "Opérations prévues" in fleet
    found = plain(support.get(reverse("admin:lines_plannedoperation_changelist"), {"q": line.msisdn[2:]}))
    assert "Restriction entrante-sortante" in found


# --- Giving up


def cancel(client: Client, planned: PlannedOperation) -> Any:
    return client.post(reverse("admin:lines_plannedoperation_cancel", args=[planned.pk]), {"_form_submitted": "True"})


def test_a_planned_one_can_be_given_up_once(line: Line, support: Client) -> None:
    planned = plan(line)
    assert cancel(support, planned).status_code == 302
    planned.refresh_from_db()
    assert planned.state == PlannedState.CANCELLED
    assert planned.settled_by is not None
    assert "ne peut plus être annulée" in plain(cancel(support, planned))
    work_off("2026-12-01T08:00:00+01:00")
    assert not line.operations.exists()
    assert isinstance(plan(line), PlannedOperation), "it may be asked for again"


@pytest.mark.parametrize("role", [Role.READER, Role.SALES])
def test_whoever_may_only_look_gives_nothing_up(role: Role, line: Line, sign_in_as: SignIn) -> None:
    planned = plan(line)
    assert cancel(sign_in_as(role), planned).status_code == 403
    planned.refresh_from_db()
    assert planned.state == PlannedState.PLANNED


def test_what_is_done_is_not_given_up(line: Line) -> None:
    planned = plan(line)
    apply_next(today=LATER, now=NOW)
    with pytest.raises(DomainError):
        cancel_planned(planned=planned, actor=None, now=NOW)
