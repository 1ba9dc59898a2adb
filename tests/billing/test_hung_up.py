"""The database hangs up in the middle of a run: no customer is refused for it, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import OperationalError, connection

from apps.billing.choices import JobKind
from apps.billing.models import Invoice
from apps.billing.services import verify_ledger
from apps.billing.services.launching import start_generating, start_issuing
from apps.core.periods import Month
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from tests.billing.working import work_off
from tests.factories import CustomerFactory, LineFactory

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator")]


@contextmanager
def hanging_up(*, before: str = "", after_commit_of: str = "") -> Iterator[None]:
    """Once: before the first statement that begins so, or when the commit that follows one is done and not yet told."""
    commit, due, last = connection.commit, [True], [""]

    def hang_up() -> None:
        due.clear()
        raise OperationalError("server closed the connection unexpectedly")

    def told(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        statement = sql.replace('"', "")
        if due and before and statement.startswith(before):
            hang_up()
        if after_commit_of and statement.startswith(after_commit_of):
            last[0] = after_commit_of
        return execute(sql, *more)

    def committed() -> None:
        commit()
        if due and last[0]:
            hang_up()

    with pytest.MonkeyPatch.context() as fault, connection.execute_wrapper(told):
        fault.setattr(connection, "commit", committed)
        yield
    assert not due, "it did not hang up"


@pytest.mark.parametrize("customers", [1, 3])
def test_drafts_are_made_again(customers: int) -> None:
    for number in range(customers):
        LineFactory(customer=CustomerFactory(number=f"C{number}"), billing_start=OCTOBER.start)
    run = start_generating(month=OCTOBER, actor=None)
    with hanging_up(before="INSERT INTO billing_invoiceline"):
        work_off()
    job = Job.objects.get()
    assert (job.state, job.attempt) == (JobState.DONE, 2)
    assert (run.invoices.drafts().count(), run.items.refused().count()) == (customers, 0)


@pytest.mark.parametrize("customers", [1, 3])
@pytest.mark.parametrize(
    "moment", [{"before": "UPDATE documents_numberseries"}, {"after_commit_of": "UPDATE documents_numberseries"}]
)
def test_numbers_are_given_once(customers: int, moment: dict[str, str]) -> None:
    for number in range(customers):
        LineFactory(customer=CustomerFactory(number=f"C{number}"), billing_start=OCTOBER.start)
    run = start_generating(month=OCTOBER, actor=None)
    work_off()
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    with hanging_up(**moment):
        work_off()
    job = Job.objects.get(kind=JobKind.ISSUE)
    assert (job.state, job.attempt) == (JobState.DONE, 2)
    assert (Invoice.objects.issued().count(), run.items.refused().count()) == (customers, 0)
    assert verify_ledger().faults == []
