"""Workers are killed, stopped and crowded: every unit of a job is done once, and its page says how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from apps.jobs import kinds
from apps.jobs.choices import JobState
from apps.jobs.models import Job, Worker
from apps.jobs.services import cancel_job, start_job
from tests.faults.workers import worker
from tests.jobs.kinds import KINDS, TESTED

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds
UNITS = 8

Works = Callable[..., subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def kinds_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, **{kind.code: kind for kind in KINDS}})


@pytest.fixture
def works() -> Iterator[Works]:
    """Starts ``manage.py work`` with the kinds of tests; whatever lives at the end is killed."""
    with ExitStack() as living:

        def started(*arguments: str) -> subprocess.Popen[str]:
            # Workers of a supervisor are started from its script, which does not find the project by itself.
            own = worker(*arguments, program=("-m", "tests.jobs.working"), PYTHONPATH=str(settings.BASE_DIR))
            return living.enter_context(own)

        yield started


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (met := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return met


def job_with_beacon(beacon: Path, **parameters: Any) -> Job:
    return start_job(kind=TESTED, actor=None, parameters={"count": UNITS, "beacon": str(beacon), "at": 3, **parameters})


def units() -> list[int]:
    return sorted(int(name.split()[1]) for name in Group.objects.values_list("name", flat=True) if "unit" in name)


def test_a_worker_killed_in_the_middle_of_a_chunk_loses_and_doubles_nothing(works: Works, tmp_path: Path) -> None:
    beacon = tmp_path / "reached"
    job = job_with_beacon(beacon)
    killed = works("--child", "--queue", "default")
    until(beacon.exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    beacon.unlink()
    job.refresh_from_db()
    assert (job.state, units()) == (JobState.RUNNING, [0, 1, 2]), "the chunk it was in is gone with it"

    works("--until-idle").wait(PATIENCE)
    job.refresh_from_db()
    assert (job.state, job.attempt, units()) == (JobState.DONE, 2, list(range(UNITS)))


def test_the_supervisor_starts_a_killed_worker_again_and_its_job_goes_on(works: Works, tmp_path: Path) -> None:
    beacon = tmp_path / "reached"
    job = job_with_beacon(beacon)
    supervisor = works("--queue", "default")
    until(beacon.exists)
    job.refresh_from_db()
    os.kill(int(job.lease_holder.rpartition("/")[2].partition("@")[0]), signal.SIGKILL)
    beacon.unlink()
    until(lambda: Job.objects.get().state == JobState.DONE)
    assert units() == list(range(UNITS))

    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(PATIENCE)
    assert supervisor.returncode == 0
    assert not Worker.objects.filter(holder__endswith="@").exists()


def test_a_worker_does_not_outlive_its_supervisor(works: Works) -> None:
    supervisor = works("--queue", "default")
    holder = until(lambda: Worker.objects.values_list("holder", flat=True).first())
    supervisor.kill()
    supervisor.wait()
    until(lambda: not Worker.objects.filter(holder=holder).exists())


def test_a_worker_that_is_asked_to_stop_hands_its_job_over(works: Works, tmp_path: Path) -> None:
    beacon = tmp_path / "reached"
    job = job_with_beacon(beacon)
    stopped = works("--child", "--queue", "default")
    until(beacon.exists)
    stopped.send_signal(signal.SIGTERM)
    beacon.unlink()
    stopped.wait(PATIENCE)
    assert stopped.returncode == 0
    job.refresh_from_db()
    assert (job.state, job.is_resuming) == (JobState.QUEUED, True)
    works("--until-idle").wait(PATIENCE)
    assert units() == list(range(UNITS))


def test_a_job_cancelled_while_it_runs_stops_there(works: Works, tmp_path: Path) -> None:
    beacon = tmp_path / "reached"
    job = job_with_beacon(beacon, at=0)
    working = works("--child", "--queue", "default")
    until(beacon.exists)
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        beacon.unlink()  # its chunk holds the database: the request waits for its end
        time.sleep(0.1)
    if Job.objects.get().is_active:
        cancel_job(job=job, actor=None)
    beacon.unlink(missing_ok=True)
    until(lambda: not Job.objects.get().is_active)
    job.refresh_from_db()
    assert job.state in (JobState.CANCELLED, JobState.DONE)
    assert units() == list(range(job.done))
    working.send_signal(signal.SIGTERM)
    working.wait(PATIENCE)


@pytest.mark.postgres
def test_several_workers_share_the_jobs_and_none_is_done_twice(works: Works) -> None:
    for number in range(40):
        start_job(kind=TESTED, actor=None, parameters={"count": 0}, key=f"job {number}")
    workers = [works("--until-idle") for _ in range(4)]
    for process in workers:
        process.wait(PATIENCE)
    assert set(Job.objects.values_list("state", "attempt")) == {(JobState.DONE, 1)}
