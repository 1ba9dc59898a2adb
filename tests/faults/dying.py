"""``python -m tests.faults.dying COMMAND …``: a management command that dies by SIGKILL at a chosen moment.

A moment is just before a statement is sent to the database or a file gets its name, or just after a commit: between two
of them nothing that outlives the process changes, save files that have no name yet. A statement's moment is its SQL
without quotes; a commit's is ``COMMIT`` and the last statement before it; a file's is ``RENAME`` and its new path.
``DIE_AT`` says which: ``2 UPDATE billing_invoice`` is the second that begins so (a regular expression); without it the
command lives. ``DIE_BY=SIGTERM`` only asks it to stop there.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.core.management import execute_from_command_line
from django.db import connection

CHUNK = 5  # customers a transaction: kills fall between two chunks without fifty invoices to draw
CDR_CHUNK_BYTES = 40_000  # some hundred calls, for the same reason
WAITING_CHUNK = 100
CARDS_AT_ONCE = 200


class Death:
    """Comes at the ``count``-th moment that begins with ``pattern``."""

    def __init__(self, *, count: int, pattern: str, by: signal.Signals = signal.SIGKILL) -> None:
        self.left = count
        self.by = by
        self.pattern = re.compile(pattern)
        self.last_statement = ""

    def wait(self, moment: str) -> None:
        if self.pattern.match(moment):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), self.by)

    def before_statement(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        self.last_statement = sql.replace('"', "")
        self.wait(self.last_statement)
        return execute(sql, *more)

    def after_commit(self, commit: Callable[[], None]) -> None:
        commit()
        self.wait(f"COMMIT {self.last_statement}")


def await_death(death: Death) -> None:
    """Let ``death`` see what this process does to its database."""
    commit = connection.commit
    connection.execute_wrappers.append(death.before_statement)
    connection.commit = lambda: death.after_commit(commit)  # type: ignore[method-assign]
    rename = Path.rename

    def dying_rename(self: Path, target: Any) -> Path:
        death.wait(f"RENAME {target}")
        return rename(self, target)

    Path.rename = dying_rename  # type: ignore[method-assign]


if __name__ == "__main__":
    django.setup()
    from apps.billing.services.chunks import in_chunks
    from apps.jobs.choices import Queue
    from apps.sims.imports import SimImporter

    SimImporter.part = CARDS_AT_ONCE
    in_chunks.__kwdefaults__["size"] = CHUNK
    if Queue.CDR in sys.argv:  # their services take half a second to load
        from apps.usage.services import load_files, pending

        load_files.__kwdefaults__["chunk_bytes"] = CDR_CHUNK_BYTES
        pending.CHUNK = WAITING_CHUNK
    if "DIE_AT" in os.environ:
        count, pattern = os.environ["DIE_AT"].split(maxsplit=1)
        by = signal.Signals[os.environ.get("DIE_BY", "SIGKILL")]
        await_death(Death(count=int(count), pattern=pattern, by=by))
    execute_from_command_line(["manage.py", *sys.argv[1:]])
