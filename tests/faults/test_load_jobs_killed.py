"""Workers that load, rate again or back out are killed at every step: the tables are those of an undisturbed work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.jobs.choices import JobState, Queue
from apps.jobs.models import Job
from apps.jobs.worker import free_abandoned
from apps.lines.models import Line
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import load_file, load_files, request_backing_out, request_load, request_rating
from tests.factories import LineFactory
from tests.faults.loaders import LINES, empty, rows, settle, tables, totals, write
from tests.faults.workers import PATIENCE, seen_on_the_page, work_and_die, work_off, worker

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = 3_000  # some ten chunks, see tests/faults/dying.py

# Each kill falls on what the one before left behind.
WHILE_LOADING = (
    "1 INSERT INTO usage_cdrfile",  # the first file is read through, not begun
    "2 UPDATE usage_cdrfile SET cursor",  # the records of a second chunk are written, to be taken back
    "4 COMMIT UPDATE jobs_job",  # between two chunks
    "1 UPDATE usage_cdrfile SET state",  # all its lines are in and covered, it is not declared loaded
    "2 INSERT INTO usage_cdrfile",  # it is; the second file is not begun
    "1 UPDATE usage_cdrfile SET state",  # nor is that declared loaded
    "2 UPDATE jobs_job SET kind",  # both are, and the job does not say that it is done
)
WHILE_RATING = (
    "1 DELETE FROM usage_suspendedrecord",  # the first chunk is rated, and waits as well: to be taken back
    "2 COMMIT UPDATE jobs_job",  # one chunk is moved
    "2 UPDATE jobs_job SET kind",
)
WHILE_BACKING_OUT = (
    "1 DELETE FROM usage_suspendedrecord",  # what was rated is gone, to be taken back
    "2 UPDATE jobs_job SET kind",
)


def kill_at_each(moments: Sequence[str], job: Job, is_sound: Callable[[], bool]) -> None:
    """Kill a worker at each of the moments; each time the page says that the work goes on, and it does."""
    for moment in moments:
        work_and_die(Queue.CDR, moment)
        assert is_sound(), f"after {moment}"
        assert free_abandoned() == 1
        page = seen_on_the_page(job)
        assert (page["finished"], page["state"]) == (False, JobState.QUEUED), f"after {moment}"
        assert "Reprise" in page["html"], f"after {moment}"


def counts_are_those_of_the_records() -> bool:
    """Counts, cursor and records were committed together, or none of them."""
    return all(
        (file.rated, file.waiting)
        == (RatedRecord.objects.of_file(file).count(), SuspendedRecord.objects.of_file(file).count())
        for file in CdrFile.objects.exclude(state=FileState.BACKED_OUT)
    )


@pytest.fixture
def month(tmp_path: Path) -> list[Path]:
    """Two files that share some calls."""
    settle()
    calls = rows(RECORDS)
    half = RECORDS // 2
    return [write(tmp_path / "a.csv", calls[: half + 200]), write(tmp_path / "b.csv", calls[half:])]


def sent(paths: Sequence[Path]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(path.name, path.read_bytes()) for path in paths]


def ended(job: Job) -> dict[str, Any]:
    work_off(Queue.CDR)
    page = seen_on_the_page(job)
    assert (page["finished"], page["state"]) == (True, JobState.DONE), page["html"]
    job.refresh_from_db()
    return dict(job.result)


def test_a_load_killed_at_every_step_gives_the_same_tables(month: list[Path]) -> None:
    load_files(paths=month, actor=None)
    expected = tables(), totals()
    empty()

    job = request_load(files=sent(month), actor=None)
    kill_at_each(WHILE_LOADING, job, counts_are_those_of_the_records)
    result = ended(job)
    assert (tables(), totals()) == expected
    assert result["refusals"] == []  # what it had loaded itself counts as loaded
    assert {name: result["data"][name] for name in ("lines", "rated", "duplicate")} == {
        name: expected[1][name] for name in ("lines", "rated", "duplicate")
    }
    assert len(result["data"]["files"]) == 2
    assert job.attempt == len(WHILE_LOADING) + 1


def test_a_worker_told_to_stop_hands_the_load_over(month: list[Path]) -> None:
    load_files(paths=month, actor=None)
    expected = tables(), totals()
    empty()

    job = request_load(files=sent(month), actor=None)
    with worker(
        "--until-idle", "--queue", Queue.CDR, DIE_AT="2 UPDATE usage_cdrfile SET cursor", DIE_BY="SIGTERM"
    ) as process:
        out, _err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
    job.refresh_from_db()
    assert (job.state, job.is_resuming) == (JobState.QUEUED, True)  # without anybody having to miss the worker
    assert 0 < CdrFile.objects.get().lines < expected[1]["lines"]
    ended(job)
    assert (tables(), totals()) == expected


def test_a_second_rating_killed_at_every_step_rates_each_once(month: list[Path]) -> None:
    load_file(path=month[0], actor=None)
    waited = SuspendedRecord.objects.filter(reason="unknown_number").count()
    tariff = Line.objects.earliest("pk").tariffs.get().tariff
    LineFactory(msisdn=f"3363998{LINES:04d}", tariff=tariff)  # the number that nobody held
    before = RatedRecord.objects.count()

    job = request_rating(actor=None)
    kill_at_each(WHILE_RATING, job, counts_are_those_of_the_records)
    data = ended(job)["data"]
    moved = RatedRecord.objects.count() - before
    assert moved == data["rated"]
    assert 0 < moved <= waited
    assert not SuspendedRecord.objects.filter(reason="unknown_number").exists()


def test_a_backing_out_killed_at_every_step_is_done_once(month: list[Path]) -> None:
    file = load_file(path=month[0], actor=None)
    job = request_backing_out(file=file, actor=None)
    kill_at_each(WHILE_BACKING_OUT, job, counts_are_those_of_the_records)
    assert ended(job)["sentences"] == ["Le chargement a été annulé."]
    assert not RatedRecord.objects.exists()
    assert CdrFile.objects.get().state == FileState.BACKED_OUT
    load_file(path=month[0], actor=None)
    assert counts_are_those_of_the_records()
