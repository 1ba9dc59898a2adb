"""``python -m tests.faults.dying COMMAND …``: a management command that dies by SIGKILL at a chosen moment.

A moment is just before a statement is sent to the database or just after a commit: between two of them nothing that
outlives the process changes, save its files. ``DIE_AT`` is the number of the moment, from 1 on; without it the command
runs to its end. ``MOMENTS`` names a file to which each moment is written as it comes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.core.management import execute_from_command_line
from django.db import connection

CHUNK = 5  # customers a transaction: kills fall between two chunks without fifty invoices to draw each time
COMMIT = "COMMIT"


class Clock:
    """Counts the moments of this process and ends it when its own has come."""

    def __init__(self, *, die_at: int | None, moments: Path) -> None:
        self.die_at = die_at
        self.journal = moments.open("w", buffering=1)
        self.count = 0

    def tick(self, moment: str) -> None:
        self.count += 1
        self.journal.write(" ".join(moment.split()[:3]) + "\n")
        if self.count == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        self.tick(sql)
        return execute(sql, *more)


def watch(clock: Clock) -> None:
    """Let ``clock`` see what this process does to its database."""
    connection.execute_wrappers.append(clock.before_statement)
    commit = connection.commit

    def watched_commit() -> None:
        commit()
        clock.tick(COMMIT)

    connection.commit = watched_commit  # type: ignore[method-assign]


if __name__ == "__main__":
    django.setup()
    from apps.billing.services.chunks import in_chunks

    in_chunks.__kwdefaults__["size"] = CHUNK
    die_at = os.environ.get("DIE_AT")
    watch(Clock(die_at=int(die_at) if die_at else None, moments=Path(os.environ["MOMENTS"])))
    execute_from_command_line(["manage.py", *sys.argv[1:]])
