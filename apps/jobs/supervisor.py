"""The process behind ``manage.py work``: one child per queue, each started again when it dies."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

from django.db import OperationalError, connection

from apps.jobs.choices import Queue
from apps.jobs.worker import free_abandoned

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# A child that dies at once, again and again, is not started in a loop.
SHORTEST_LIFE = 5.0
PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 30.0


@dataclass
class Child:
    queue: Queue
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    not_before: float = field(default=0.0)


class Supervisor:
    """Keeps ``processes`` workers per queue alive until SIGTERM or SIGINT, then lets them end their chunk."""

    def __init__(self, queues: Sequence[Queue], *, processes: int = 1) -> None:
        self.children = [Child(queue) for queue in queues for _ in range(processes)]
        self.stop = threading.Event()

    def run(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stopped)
        try:
            while not self.stop.is_set():
                for child in self.children:
                    self._keep_alive(child)
                self.stop.wait(LOOK_SECONDS)
        finally:
            self._end()

    def _stopped(self, number: int, frame: FrameType | None) -> None:
        self.stop.set()

    def _keep_alive(self, child: Child) -> None:
        if child.process is not None and child.process.poll() is not None:
            logger.warning("the worker of %s ended with %s", child.queue, child.process.returncode)
            if time.monotonic() - child.started < SHORTEST_LIFE:
                child.not_before = time.monotonic() + PAUSE_SECONDS
            child.process = None
            self._free_its_job()
        if child.process is None and time.monotonic() >= child.not_before:
            child.started = time.monotonic()
            child.process = subprocess.Popen(
                [sys.executable, sys.argv[0], "work", "--child", "--queue", child.queue.value],
            )

    def _free_its_job(self) -> None:
        """At once, rather than when its lease runs out; the other workers look every few seconds as well."""
        try:
            free_abandoned()
        except OperationalError:
            logger.exception("the database does not answer")
        finally:
            connection.close()

    def _end(self) -> None:
        for process in self._living():
            process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for process in self._living():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _living(self) -> Iterator[subprocess.Popen[bytes]]:
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                yield child.process
