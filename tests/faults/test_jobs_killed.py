"""Workers that do a billing run are killed at every step, or share it: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from apps.billing.choices import JobKind, RunState
from apps.billing.models import BillingRun, Drawing, Invoice, InvoiceDocument
from apps.billing.services import open_run
from apps.billing.services.launching import start_generating, start_issuing, start_mailing
from apps.core.periods import Month
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from apps.jobs.worker import free_abandoned
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Attempt, Delivery
from tests.factories import IntegratorFactory, UserFactory
from tests.faults import octobers
from tests.faults.octobers import Told, issued, settle
from tests.faults.workers import PATIENCE, seen_on_the_page, work_and_die, work_off, worker

pytestmark = pytest.mark.django_db(transaction=True)

# Thirty are six chunks, see tests/faults/dying.py. A whole month of several hundred is asked for by hand.
CUSTOMERS = int(os.environ.get("KILLED_CUSTOMERS", "30"))
OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 2)

# Each kill falls on what the one before left behind.
WHILE_COMPUTING = (
    "1 DELETE FROM billing_runitem",  # the run has begun, the drafts of before are gone
    "2 INSERT INTO billing_invoiceline",  # drafts without lines, in the second chunk
    "4 COMMIT UPDATE jobs_job",  # between two chunks
)
WHILE_ISSUING = (
    "2 UPDATE billing_invoice SET",  # a number given, to be taken back
    "2 COMMIT UPDATE jobs_job",  # the first chunk in the database, its numbers not in the log that must have them
    "2 UPDATE documents_numberseries",  # one chunk numbered, the next at its end
    "1 INSERT INTO jobs_job",  # all numbered, nobody told to draw
)
WHILE_DRAWING = (
    "1 INSERT INTO billing_drawing",  # about to take the first invoices
    "2 INSERT .*INTO billing_invoicedocument",  # a PDF in the store that no row knows
    "3 COMMIT INSERT .*INTO billing_invoicedocument",  # three PDFs drawn, a fourth taken
    "1 DELETE FROM billing_invoiceline",  # everything drawn, the run not closed
)
WHILE_MAILING = (
    "2 INSERT INTO messaging_delivery",  # the second mail rendered, its PDF in the store
    "3 INSERT INTO billing_invoicesending",  # a mail that its invoice does not know of
    "2 COMMIT RELEASE SAVEPOINT",  # between two mails
)


@pytest.fixture
def expected() -> Told:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    return settle(CUSTOMERS)


def assert_sound() -> None:
    """The ledger, and nothing left that a worker had taken to draw."""
    octobers.assert_sound(CUSTOMERS)
    assert not Drawing.objects.exists()


def kill_at_each(moments: Sequence[str], queue: str, job: Callable[[], Job], check: Callable[[Job], None]) -> None:
    """Kill a worker at each of the moments; each time the page says that the work goes on, as it does."""
    for attempt, moment in enumerate(moments, start=1):
        work_and_die(queue, moment)
        assert free_abandoned() == 1
        left = job()
        assert (left.state, left.attempt) == (JobState.QUEUED, attempt), f"after {moment}"
        page = seen_on_the_page(left)
        assert not page["finished"]
        assert "Reprise" in page["html"], f"after {moment}"
        check(left)


def test_a_month_whose_workers_are_killed_again_and_again_ends_as_an_undisturbed_one(expected: Told) -> None:
    camille = UserFactory()
    run = start_generating(month=OCTOBER, actor=camille)

    def of(kind: JobKind) -> Callable[[], Job]:
        return lambda: Job.objects.get(kind=kind)

    def nothing_issued(job: Job) -> None:
        assert issued() == []

    kill_at_each(WHILE_COMPUTING, "default", of(JobKind.COMPUTE), nothing_issued)
    work_off("default")
    run.refresh_from_db()
    assert (run.state, run.invoices.drafts().count()) == (RunState.REVIEW, CUSTOMERS)

    def what_is_counted_is_issued(job: Job) -> None:
        given = issued()
        assert given == expected[: len(given)]
        assert job.done == len(given)

    start_issuing(run=run, issue_on=ISSUED_ON, actor=camille)
    kill_at_each(WHILE_ISSUING, "default", of(JobKind.ISSUE), what_is_counted_is_issued)
    work_off("default")
    assert issued() == expected

    def what_is_counted_is_drawn(job: Job) -> None:
        assert job.done == InvoiceDocument.objects.count()

    kill_at_each(WHILE_DRAWING, "pdf", of(JobKind.RENDER), what_is_counted_is_drawn)
    work_off("pdf")
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert_sound()

    def what_is_counted_is_queued(job: Job) -> None:
        assert job.done == Delivery.objects.count() == Invoice.objects.exclude(sendings=None).count()

    start_mailing(run=run, actor=camille)
    kill_at_each(WHILE_MAILING, "default", of(JobKind.MAIL), what_is_counted_is_queued)
    work_off("default", "mail")
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
    sent = Delivery.objects.filter(state=DeliveryState.SENT)
    assert (sent.count(), Delivery.objects.count(), Attempt.objects.count()) == (CUSTOMERS, CUSTOMERS, CUSTOMERS)
    assert sorted(sent.values_list("key", flat=True)) == sorted(
        f"invoice:{pk}" for pk in run.invoices.values_list("pk", flat=True)
    )
    assert issued() == expected
    assert_sound()


def drafts_and_numbers() -> BillingRun:
    """A run whose invoices are numbered and not drawn."""
    run = start_generating(month=OCTOBER, actor=None)
    work_off("default")
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    work_off("default")
    run.refresh_from_db()
    assert run.state == RunState.RENDERING
    return run


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def test_a_worker_that_is_told_to_stop_hands_the_drawing_over(expected: Told) -> None:
    run = drafts_and_numbers()
    with worker("--until-idle", "--queue", "pdf") as process:
        until(lambda: InvoiceDocument.objects.count() >= 3)
        process.terminate()
        out, _err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
    job = Job.objects.get(kind=JobKind.RENDER)
    assert job.state == JobState.QUEUED
    assert 3 <= job.done == InvoiceDocument.objects.count() < CUSTOMERS
    assert not Drawing.objects.exists()  # nobody has to wait for what it had taken
    assert "Reprise" in seen_on_the_page(job)["html"]
    work_off("pdf")
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert issued() == expected
    assert_sound()


def test_two_workers_share_the_drawing(expected: Told) -> None:
    run = drafts_and_numbers()
    holders: set[str] = set()

    def is_over() -> bool:
        holders.update(Drawing.objects.values_list("holder", flat=True))
        return not Job.objects.active().exists()

    with worker("--queue", "pdf", "--processes", "2", program=["manage.py"]) as process:
        until(is_over)
        process.terminate()
        out, _err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
    assert len(holders) == 2
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert issued() == expected
    assert_sound()


def at_once[T](*acts: Callable[[], T]) -> list[T]:
    def in_a_thread(act: Callable[[], T]) -> T:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(in_a_thread, acts))


def test_two_people_who_start_the_same_thing_get_one_job(expected: Told) -> None:
    people = [UserFactory(), UserFactory()]
    runs = at_once(*(lambda one=one: start_generating(month=OCTOBER, actor=one) for one in people))
    assert runs[0] == runs[1] == open_run(month=OCTOBER)
    assert Job.objects.count() == 1
    work_off("default")
    jobs = at_once(*(lambda one=one: start_issuing(run=runs[0], issue_on=ISSUED_ON, actor=one) for one in people))
    assert jobs[0] == jobs[1]
    assert Job.objects.filter(kind=JobKind.ISSUE).count() == 1
