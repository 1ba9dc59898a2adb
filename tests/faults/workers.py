"""Workers in processes of their own, which die at a chosen moment (:mod:`tests.faults.dying`) or live."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.jobs.models import Job
from tests.factories import UserFactory

PATIENCE = 120  # seconds


@contextmanager
def worker(
    *arguments: str, program: Sequence[str] = ("-m", "tests.faults.dying"), **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """``manage.py work`` in a process of its own, on the test's database and files."""
    inherited = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, *program, "work", *arguments],
        cwd=settings.BASE_DIR,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def work_and_die(queue: str, moment: str) -> None:
    with worker("--until-idle", "--queue", queue, DIE_AT=moment) as process:
        out, _err = process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGKILL, f"lived through {moment}: {out}"


def work_off(*queues: str) -> None:
    chosen = [argument for queue in queues for argument in ("--queue", queue)]
    with worker("--until-idle", *chosen) as process:
        out, _err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out


def seen_on_the_page(job: Job) -> dict[str, Any]:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    answer: dict[str, Any] = client.get(reverse("job_progress", args=[job.pk])).json()
    return answer
