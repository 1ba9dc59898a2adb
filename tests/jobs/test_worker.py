"""What becomes of a job in a worker's hands: it ends, is refused, breaks, is cancelled, handed over or given up."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, transaction
from django.utils import timezone

from apps.core.files import stored_bytes, stored_file
from apps.jobs import kinds, worker
from apps.jobs.choices import JobState, Queue
from apps.jobs.kinds import Chore, Kind
from apps.jobs.models import Job, Worker
from apps.jobs.services import cancel_job
from apps.jobs.work import Cancelled, HandedOver, LeaseLost, Work
from apps.jobs.worker import WorkerProcess, claim_job, free_abandoned, run_job
from tests.jobs.conftest import Start
from tests.jobs.kinds import OTHER, TESTED

pytestmark = pytest.mark.django_db


def work_off(*queues: Queue) -> None:
    WorkerProcess(queues or list(Queue), until_idle=True).run()


def claimed() -> Work:
    work = claim_job(Queue.values)
    assert work is not None
    return work


def groups() -> int:
    return Group.objects.filter(name__startswith="unit").count()


def test_a_job_that_comes_to_its_end_says_what_it_did(start: Start) -> None:
    job = start(count=3)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent, groups()) == (JobState.DONE, 3, 3, 100, 3)
    assert job.result["sentences"] == ["3 groups."]
    assert (job.file_name, job.lease_token, job.note) == ("groups.csv", "", "")
    assert job.started_at is not None
    assert job.finished_at is not None


def test_jobs_are_taken_in_their_order_from_the_queues_of_the_worker(start: Start) -> None:
    first, second, elsewhere = start(count=0), start(count=0), start(OTHER, count=0)
    assert claimed().job == first
    work = claim_job([Queue.DEFAULT])
    assert work is not None
    assert work.job == second
    assert claim_job([Queue.DEFAULT]) is None
    assert claimed().job == elsewhere


def test_a_refusal_is_told_with_its_reasons(start: Start) -> None:
    job = start(refuse="The month is closed.")
    work_off()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error == "The month is closed.\nThe first reason.\nThe second."


def test_a_bug_is_logged_and_not_shown(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    job = start(**{"break": True})
    with caplog.at_level(logging.ERROR):
        work_off()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "journal du serveur" in job.error
    assert "division" not in job.error
    assert "ZeroDivisionError" in caplog.text


def test_a_kind_that_nobody_knows_any_more_fails(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start()
    monkeypatch.delitem(kinds._kinds, TESTED)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.title) == (JobState.FAILED, TESTED)


def test_cancelling_stops_at_the_end_of_a_chunk(start: Start) -> None:
    start(count=5)
    work = claimed()
    with transaction.atomic():
        work.progress(done=1, total=5)
    cancel_job(job=work.job, actor=None)
    with pytest.raises(Cancelled):
        work.progress(done=2)
    run_job(work)
    work.job.refresh_from_db()
    assert (work.job.state, work.job.done, groups()) == (JobState.CANCELLED, 1, 0)


def test_a_worker_that_stops_hands_its_job_over(start: Start) -> None:
    start(count=5)
    work = claimed()
    work.is_stopping = True
    with pytest.raises(HandedOver):
        work.progress(done=0)
    run_job(work)
    work.job.refresh_from_db()
    assert (work.job.state, work.job.is_resuming) == (JobState.QUEUED, True)
    work_off()
    assert groups() == 5


def test_a_job_whose_lease_is_over_is_taken_by_another_worker(start: Start) -> None:
    job = start(count=4)
    slow = claimed()
    Job.objects.update(lease_holder="elsewhere/1@2")
    assert free_abandoned() == 0, "its lease still runs, on a machine of which nothing is known"
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert free_abandoned() == 1
    with pytest.raises(LeaseLost):
        slow.progress(done=1)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.attempt, groups()) == (JobState.DONE, 2, 4)
    run_job(slow)
    job.refresh_from_db()
    assert (job.state, groups()) == (JobState.DONE, 4), "the slow one comes too late to change anything"


def test_a_worker_that_was_only_slow_keeps_its_job(start: Start) -> None:
    start()
    work = claimed()
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    as_the_reaper_saw_it = Job.objects.get()
    work.progress(done=1)
    assert worker._free(as_the_reaper_saw_it) is False
    assert Job.objects.get().state == JobState.RUNNING
    work.progress(done=2)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_there_as_long_as_a_row_names_it(start: Start) -> None:
    start()
    work = claimed()
    work.keep_file(name="a.csv", content_type="text/csv", data=b"first")
    with transaction.atomic():
        work.keep_file(name="a.csv", content_type="text/csv", data=b"second")
        transaction.set_rollback(True)
    kept = Job.objects.get().file_path
    assert stored_bytes(kept) == b"first"
    work = Work(Job.objects.get())
    work.keep_file(name="a.csv", content_type="text/csv", data=b"third")
    assert not stored_file(kept).exists()


def test_a_job_whose_worker_is_dead_waits_for_no_lease(start: Start) -> None:
    start(count=4)
    claimed()
    Job.objects.update(lease_holder=worker.this_process().replace("@", "@1"))
    assert free_abandoned() == 1


def test_a_job_cancelled_while_its_worker_was_dead_ends(start: Start) -> None:
    job = start()
    claimed()
    cancel_job(job=job, actor=None)
    Job.objects.update(lease_until=timezone.now())
    free_abandoned()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_work_that_takes_its_worker_down_each_time_is_given_up(start: Start) -> None:
    job = start(count=4)
    for _ in range(worker.MOST_STALLED):
        claimed()
        Job.objects.update(lease_until=timezone.now())
        free_abandoned()
    work_off()
    job.refresh_from_db()
    assert (job.state, groups()) == (JobState.FAILED, 0)


def test_work_that_gets_further_each_time_is_not_given_up(start: Start) -> None:
    job = start(count=4)
    for done in range(worker.MOST_STALLED + 2):
        claimed().progress(done=done)
        Job.objects.update(lease_until=timezone.now())
        free_abandoned()
    work_off()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_database_that_was_away_costs_an_attempt_only(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job, calls = start(count=2), []

    def once_away(work: Work) -> None:
        calls.append(work)
        if len(calls) == 1:
            raise OperationalError("the server closed the connection")

    monkeypatch.setitem(kinds._kinds, TESTED, Kind(code=TESTED, title="", run=once_away, permission="auth.view_group"))
    monkeypatch.setattr(worker.connection, "close", lambda: None)  # the test's transaction lives in it
    work_off()
    job.refresh_from_db()
    assert (job.state, len(calls)) == (JobState.DONE, 2)


def test_more_may_come_up_than_was_counted(start: Start) -> None:
    start()
    work = claimed()
    work.progress(done=1, total=2)
    work.progress(done=5)
    work.job.refresh_from_db()
    assert (work.job.done, work.job.total) == (5, 5)


def test_a_worker_sees_to_the_chores_of_its_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def chore(code: str, queue: Queue, run: Any) -> Chore:
        return Chore(code=code, queue=queue, run=run, every=0.01)

    def mail() -> bool:
        calls.append("mail")
        return len(calls) < 3

    def broken() -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(
        kinds,
        "_chores",
        {
            "broken": chore("broken", Queue.MAIL, broken),
            "mail": chore("mail", Queue.MAIL, mail),
            "pdf": chore("pdf", Queue.PDF, lambda: bool(calls.append("pdf"))),
        },
    )
    work_off(Queue.MAIL)
    assert calls == ["mail"] * 3, "as long as it finds something to do; a broken one stops nobody"


def test_a_worker_is_listed_while_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(worker, "claim_job", lambda queues: seen.append(Worker.objects.get().queues))
    work_off(Queue.MAIL)
    assert seen == [["mail"]]
    assert not Worker.objects.exists()
