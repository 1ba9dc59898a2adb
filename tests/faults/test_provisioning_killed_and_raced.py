"""Whoever exchanges files with the operator is killed at every step, or is not alone: each request is in one file."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.utils.timezone import localdate

from apps.lines.choices import ProvisioningState
from apps.lines.models import ProvisioningFile, ProvisioningRequest
from apps.lines.services import reactivate_line, suspend_line
from tests.factories import LineFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 120  # seconds
LINES = 12

# Each kill falls on what the one before left behind.
WHILE_SENDING = (
    "1 INSERT INTO lines_provisioningfile",  # about to claim
    "1 UPDATE lines_provisioningrequest",  # the requests about to be put into the file
    "1 COMMIT UPDATE lines_provisioningrequest",  # the file claimed and not written
    "1 RENAME .*/out/",  # written and without its name
    "1 UPDATE lines_provisioningrequest",  # lying with the operator, which nobody has noted
    "1 UPDATE lines_provisioningfile",
)
WHILE_READING = (
    "1 UPDATE lines_provisioningrequest",
    "4 UPDATE lines_provisioningrequest",  # some of the answers noted, in a transaction that ends here
    "1 COMMIT UPDATE lines_provisioningrequest",  # all of them noted, the file still in its place
    "1 INSERT INTO lines_provisioningfile",
    "1 RENAME .*/done/",
)


@pytest.fixture
def shared(tmp_path: Path, settings: Any) -> Path:
    root = tmp_path / "operator"
    root.mkdir()
    settings.PROVISIONING, settings.PROVISIONING_DIR = "file_drop", str(root)
    return root


def start(root: Path, **environment: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.dying", "exchange_provisioning"],
        cwd=project.BASE_DIR,
        env={**inherited, "PROVISIONING": "file_drop", "PROVISIONING_DIR": str(root), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def exchange_and_die(root: Path, moment: str) -> None:
    process = start(root, DIE_AT=moment)
    out, _err = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL, f"lived through {moment}: {out}"


def exchange(root: Path) -> None:
    process = start(root)
    out, _err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out


def suspend(count: int) -> None:
    for _ in range(count):
        suspend_line(line=LineFactory(), on=localdate(), today=localdate(), actor=None)


class Greedy:
    """An operator that takes every file as soon as it sees it, and whose programs take no name twice."""

    def __init__(self, root: Path) -> None:
        self.outgoing = root / "out"
        self.taken: dict[str, bytes] = {}

    def take(self) -> None:
        for path in sorted(self.outgoing.glob("*.csv")):
            data = path.read_bytes()
            assert self.taken.setdefault(path.name, data) == data, f"{path.name} came back as another file"
            path.unlink()

    def rows(self) -> Iterator[dict[str, str]]:
        for name in sorted(self.taken):
            yield from csv.DictReader(self.taken[name].decode().splitlines(), delimiter=";")


def test_a_killed_worker_neither_loses_nor_doubles_a_request(shared: Path) -> None:
    operator = Greedy(shared)
    suspend(LINES)
    for moment in WHILE_SENDING:
        exchange_and_die(shared, moment)
        operator.take()
        suspend(1)
    exchange(shared)
    operator.take()
    found = Counter(row["REFERENCE"] for row in operator.rows())
    asked = ProvisioningRequest.objects.values_list("reference", flat=True)
    assert found == Counter(asked), "every request is in exactly one file"
    assert len(found) == LINES + len(WHILE_SENDING)
    assert set(ProvisioningRequest.objects.values_list("state", flat=True)) == {ProvisioningState.SENT}
    for name, file in dict(ProvisioningRequest.objects.values_list("reference", "file")).items():
        assert name in operator.taken[file].decode()
    assert not [path for path in shared.rglob("*") if path.is_file() and not path.name.endswith(".part")]


def test_a_killed_reader_takes_every_answer_once(shared: Path) -> None:
    suspend(LINES)
    exchange(shared)
    references = list(ProvisioningRequest.objects.order_by("pk").values_list("reference", flat=True))
    answers = shared / "in" / "REPONSES_1.csv"
    rows = [f"{reference};{'KO' if number % 3 == 0 else 'OK'};" for number, reference in enumerate(references)]
    answers.write_text("\n".join(["REFERENCE;RESULTAT;MESSAGE", *rows, ""]))
    then = time.time() - 60
    os.utime(answers, (then, then))
    for moment in WHILE_READING:
        # Once all answers are noted none is written again: the last moments come at once.
        exchange_and_die(shared, moment)
        assert answers.exists(), f"after {moment}"
    exchange(shared)
    assert (shared / "done" / "REPONSES_1.csv").exists()
    assert not answers.exists()
    states = Counter(ProvisioningRequest.objects.values_list("state", flat=True))
    assert states == {ProvisioningState.REFUSED: 4, ProvisioningState.ACKNOWLEDGED: 8}
    assert ProvisioningFile.objects.filter(direction="in").count() == 1


def test_several_workers_at_once_send_each_request_once_and_in_order(shared: Path) -> None:
    lines = [LineFactory() for _ in range(4)]
    day = localdate()
    suspend(1)
    exchange(shared)  # the folders are there
    running = []
    for turn in range(6):
        running += [start(shared) for _ in range(2)]
        for line in lines:
            move = suspend_line if turn % 2 == 0 else reactivate_line
            move(line=line, on=day, today=day, actor=None)
    for process in running:
        out, _err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
    exchange(shared)
    operator = Greedy(shared)
    operator.take()
    rows = list(operator.rows())
    assert Counter(row["REFERENCE"] for row in rows) == Counter(
        ProvisioningRequest.objects.values_list("reference", flat=True)
    )
    told = defaultdict(list)
    for row in rows:
        told[row["MSISDN"]].append(row["ETAT"])
    for line in lines:
        assert told[line.msisdn] == ["SUSPENDU", "ACTIF"] * 3
