"""Operations on lines at once: two people on one line, two workers on what is due, two bulk operations crosswise."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import UTC, date, datetime
from typing import Any

import pytest

from apps.core.exceptions import DomainError
from apps.lines.choices import PlannedState
from apps.lines.models import Line, PlannedOperation
from apps.lines.operations.doing import apply_next, do_operation
from apps.lines.operations.kinds import operations
from apps.lines.services import status_disagreements
from tests.factories import LineFactory, UserFactory

TODAY, LATER = date(2026, 11, 24), date(2026, 12, 1)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def plan(line: Line, on: date = LATER) -> Any:
    asked = {"cause": "unpaid", "billed": True}
    return do_operation(
        line=line, operation=operations()["restrict"], parameters=asked, on=on, today=TODAY, actor=UserFactory()
    )


@pytest.mark.postgres  # on SQLite any write waits for any other
def test_two_workers_at_once_do_each_once(elsewhere: Any) -> None:
    customer = LineFactory().customer
    lines = [LineFactory(customer=customer) for _ in range(6)]
    for line in lines:
        plan(line)

    def work() -> int:
        count = 0
        while apply_next(today=LATER, now=NOW) is not None:
            count += 1
        return count

    workers = [elsewhere(work), elsewhere(work)]
    wait(workers, timeout=60)
    assert [worker.exception() for worker in workers] == [None, None]
    assert set(PlannedOperation.objects.values_list("state", flat=True)) == {PlannedState.DONE}
    assert [line.operations.count() for line in lines] == [1] * 6
    assert status_disagreements() == []


@pytest.mark.postgres
def test_two_people_at_once_do_it_once(elsewhere: Any) -> None:
    line = LineFactory()

    def restrict() -> str:
        try:
            plan(line, on=TODAY)
        except DomainError as refusal:
            return str(refusal)
        return ""

    answers = [one.result(60) for one in [elsewhere(restrict), elsewhere(restrict)]]
    assert sorted(map(bool, answers)) == [False, True]
    assert line.operations.count() == 1
