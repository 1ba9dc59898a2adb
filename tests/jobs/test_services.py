"""Starting, cancelling and starting again; what is kept of a job, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.core.files import stored_bytes, stored_file
from apps.jobs.choices import JobState, Queue
from apps.jobs.models import Job, Upload, Worker
from apps.jobs.services import (
    cancel_job,
    clear_old_jobs,
    receive_upload,
    restart_job,
    start_job,
    workers_are_there,
)
from apps.jobs.worker import WorkerProcess, claim_job
from tests.factories import CustomerFactory, UserFactory
from tests.jobs.conftest import Start
from tests.jobs.kinds import OTHER, TESTED

pytestmark = pytest.mark.django_db


def test_a_job_goes_to_the_queue_of_its_kind(start: Start) -> None:
    assert (start().queue, start(OTHER).queue) == (Queue.DEFAULT, Queue.CDR)


def test_the_same_thing_is_under_way_once(start: Start) -> None:
    customer = CustomerFactory()
    first = start(about=customer)
    assert start(about=customer) == first
    assert start(about=CustomerFactory()) != first
    assert start() != start(), "what has no key may be done any number of times"


def test_it_may_be_done_again_once_it_is_over(start: Start) -> None:
    first = start(key="month")
    cancel_job(job=first, actor=None)
    assert start(key="month") != first


def test_another_thing_at_the_same_place_is_refused_in_words(start: Start) -> None:
    start(key="month")
    with pytest.raises(DomainError, match="Making groups"):
        start(OTHER, key="month")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_who_start_the_same_thing_at_once_get_one() -> None:
    ready, started = threading.Barrier(8), []

    def press() -> None:
        ready.wait()
        with transaction.atomic():
            started.append(start_job(kind=TESTED, actor=None, key="month").pk)
        connection.close()

    people = [threading.Thread(target=press) for _ in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(started) == 8
    assert len(set(started)) == 1


def test_a_waiting_job_is_cancelled_at_once(start: Start) -> None:
    job = cancel_job(job=start(), actor=None)
    assert (job.state, claim_job(Queue.values)) == (JobState.CANCELLED, None)
    assert job.finished_at is not None
    with pytest.raises(DomainError):
        cancel_job(job=job, actor=None)


def test_a_cancelled_job_goes_on_where_it_stopped(start: Start) -> None:
    job = start(count=3)
    Job.objects.filter(pk=job.pk).update(cursor={"made": 2})
    cancel_job(job=job, actor=None)
    restart_job(job=job, actor=None)
    WorkerProcess(Queue, until_idle=True).run()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert list(Group.objects.filter(name__startswith="unit").values_list("name", flat=True)) == ["unit 2"]


def test_what_runs_or_is_done_or_was_started_again_is_not_started_again(start: Start) -> None:
    job = start(key="month")
    with pytest.raises(DomainError):
        restart_job(job=job, actor=None)
    cancel_job(job=job, actor=None)
    start(key="month")
    with pytest.raises(DomainError):
        restart_job(job=job, actor=None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_starting_again_and_starting_anew_at_once_make_one_job() -> None:
    ready, broken = threading.Barrier(2), list[Exception]()

    def press(act: Callable[..., Job], **asked: Any) -> None:
        ready.wait()
        try:
            act(actor=None, **asked)
        except DomainError:
            pass  # said in words
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told
            broken.append(error)
        finally:
            connection.close()

    for key in map(str, range(8)):
        failed = cancel_job(job=start_job(kind=TESTED, actor=None, key=key), actor=None)
        people = [
            threading.Thread(target=press, args=[restart_job], kwargs={"job": failed}),
            threading.Thread(target=press, args=[start_job], kwargs={"kind": TESTED, "key": key}),
        ]
        for one in people:
            one.start()
        for one in people:
            one.join()
        assert Job.objects.active().filter(key=key).count() == 1
    assert broken == []


def test_a_file_that_was_sent_is_kept_whole(settings: Any) -> None:
    content = b"x" * 200_000
    upload = receive_upload(SimpleUploadedFile("../../calls.csv", content), UserFactory())
    assert (upload.name, upload.size) == ("calls.csv", len(content))
    assert stored_bytes(upload.path) == content
    assert Path(settings.PRIVATE_ROOT) / "uploads" in stored_file(upload.path).parents


@pytest.mark.parametrize("content", [b"", b"123456789"], ids=["empty", "too large"])
def test_a_file_that_is_empty_or_too_large_is_refused(content: bytes, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 8
    with pytest.raises(DomainError, match=r"calls\.csv"):
        receive_upload(SimpleUploadedFile("calls.csv", content), None)
    assert not Upload.objects.exists()


def test_workers_say_that_they_are_there() -> None:
    assert not workers_are_there(Queue.CDR)
    Worker.objects.create(holder="elsewhere/1@2", queues=["cdr"], seen_at=timezone.now())
    assert workers_are_there(Queue.CDR)
    assert not workers_are_there(Queue.MAIL)
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    assert not workers_are_there(Queue.CDR)


def test_files_go_before_rows_and_nothing_that_is_under_way(start: Start, settings: Any) -> None:
    settings.JOB_FILE_DAYS, settings.JOB_DAYS = 30, 180
    made = {}
    for age in (1, 40, 200):
        job = start(count=0)
        WorkerProcess(Queue, until_idle=True).run()
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=age))
        job.refresh_from_db()
        made[age] = (job, stored_file(job.file_path))
    waiting = start()
    upload = receive_upload(SimpleUploadedFile("calls.csv", b"x"), None)
    kept = stored_file(upload.path)
    Upload.objects.update(created_at=timezone.now() - timedelta(days=31))

    assert clear_old_jobs()
    assert set(Job.objects.all()) == {made[1][0], made[40][0], waiting}
    assert [path.exists() for _job, path in made.values()] == [True, False, False]
    assert not kept.exists()
    assert not Upload.objects.exists()
    assert not clear_old_jobs(), "nothing is left to clear"
