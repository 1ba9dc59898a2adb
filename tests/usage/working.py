"""Files that are sent, and workers that do what was asked for, in the process of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.jobs.choices import JobState, Queue
from apps.jobs.models import Job
from apps.jobs.work import Work
from apps.jobs.worker import claim_job, run_job
from apps.usage import tasks
from tests.pure.cdr_files import HEADER, row


def sent(*rows: str, name: str = "octobre.csv", header: str = HEADER) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "".join(f"{line}\n" for line in (header, *rows)).encode())


def calls(count: int, prefix: str = "A", **fields: str) -> list[str]:
    return [row(ID_CDR=f"{prefix}{number}", **fields) for number in range(count)]


def work_off() -> None:
    while work := claim_job(set(Queue)):
        run_job(work)


def done(job: Job) -> dict[str, Any]:
    """What a job that has come to its end reports."""
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    return {**job.result, **{name: list(map(plain, job.result[name])) for name in ("sentences", "refusals")}}


def plain(sentence: str) -> str:
    """With spaces that break, which are easier to type."""
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def error_of(job: Job) -> str:
    work_off()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    return plain(job.error)


def stop_after(monkeypatch: pytest.MonkeyPatch, method: str, times: int, stop: Callable[[Work], None]) -> None:
    """Let ``stop`` be called on the work right after the ``times``-th call of a method of its watch."""
    original = getattr(tasks.WatchedByJob, method)
    left = [times]

    def watched(watch: tasks.WatchedByJob, *args: Any, **kwargs: Any) -> None:
        original(watch, *args, **kwargs)
        left[0] -= 1
        if not left[0]:
            stop(watch.work)

    monkeypatch.setattr(tasks.WatchedByJob, method, watched)


def hand_over(work: Work) -> None:
    work.is_stopping = True
