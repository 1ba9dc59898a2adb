"""Kinds of jobs for tests.

«Making groups» makes a group per unit, in the transaction that says how far it is: a unit done twice breaks the unique
name, one left out is missing. ``beacon`` is a file by which it tells that it is in the middle of a chunk, and waits.
"""

from __future__ import annotations

import time
from pathlib import Path

from django.contrib.auth.models import Group
from django.db import transaction

from apps.core.exceptions import DomainError
from apps.jobs.kinds import Kind, Queue
from apps.jobs.work import Outcome, Work

TESTED = "tests.groups"
OTHER = "tests.other"
PERMISSION = "auth.view_group"
STARTS_OTHER = "auth.add_group"


def make_groups(work: Work) -> Outcome:
    count: int = work.parameters["count"]
    for number in range(work.cursor.get("made", 0), count):
        if refused := work.parameters.get("refuse"):
            raise DomainError(refused, reasons=["The first reason.", "The second."])
        if work.parameters.get("break"):
            raise ZeroDivisionError("a bug")
        with transaction.atomic():
            Group.objects.create(name=f"unit {number}")
            if (beacon := work.parameters.get("beacon")) and number == work.parameters.get("at", count // 2):
                _wait_for(Path(beacon))
            work.save_cursor(made=number + 1)
            work.progress(done=number + 1, total=count)
    work.keep_file(name="groups.csv", content_type="text/csv", data=b"made\n")
    return Outcome(sentences=[f"{count} groups."], refusals=["None was refused."], link="/admin/", data={"made": count})


def _wait_for(beacon: Path) -> None:
    """Tell by a file that the middle of a chunk is reached, and wait until the file is taken away."""
    if beacon.with_suffix(".passed").exists():
        return
    beacon.with_suffix(".passed").touch()
    beacon.touch()
    while beacon.exists():
        time.sleep(0.02)


KINDS = [
    Kind(code=TESTED, title="Making groups", run=make_groups, permission=PERMISSION),
    Kind(
        code=OTHER,
        title="Something else",
        run=make_groups,
        permission=PERMISSION,
        starts=STARTS_OTHER,
        queue=Queue.CDR,
    ),
]
