"""Loads of call records in processes of their own, which can be killed and raced."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from tests.factories import AllowanceFactory, LineFactory, PlanFactory, RateFactory
from tests.pure.cdr_files import HEADER, row

ROOT = Path(__file__).parents[2]
LINES = 20
CHUNK_BYTES = 40_000
REFUSED = 1

LOAD = f"""
import sys, django; django.setup()
from pathlib import Path
from apps.core.exceptions import DomainError
from apps.usage.services import load_file
print("ready", flush=True)
sys.stdin.readline()
try:
    load_file(path=Path(sys.argv[1]), actor=None, chunk_bytes={CHUNK_BYTES})
except DomainError as refusal:
    print(refusal)
    sys.exit({REFUSED})
"""


def settle() -> None:
    """Lines with an hour each, and one without a rate for half of its calls."""
    rate = RateFactory(prefix="336", included=True)
    plan = PlanFactory()
    AllowanceFactory(offer=plan, quantity=3600)
    for rank in range(LINES):
        LineFactory(msisdn=f"3363998{rank:04d}", tariff=rate.version.tariff, plan=plan, activated_on=date(2026, 1, 1))


def rows(count: int, *, seed: int = 1) -> list[str]:
    """Calls of two months in no order; one in ten repeats an identifier, some wait, some are malformed."""
    rng = random.Random(seed)
    calls = []
    for rank in range(count):
        # An identifier always has the same facts: whichever of its occurrences comes first says the same.
        name = rank if rng.random() < 0.9 else rng.randrange(count)
        facts = random.Random(name)
        calls.append(
            row(
                ID_CDR=f"A{name}",
                MSISDN=f"3363998{facts.randrange(LINES + 1):04d}",
                DATE_HEURE=f"2026-{facts.choice(['09', '10'])}-{facts.randrange(10, 25)}T12:00:00+02:00",
                CORRESPONDANT=facts.choice(["33612345678"] * 9 + ["999999999"]),
                TYPE=facts.choice(["VOIX"] * 30 + ["FAX"]),
                DUREE_S=str(facts.randrange(120)),
            )
        )
    return calls


def write(path: Path, calls: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *calls, ""]))
    return path


def start_load(path: Path) -> subprocess.Popen[str]:
    """A process that is ready to load and waits for :func:`go`."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(path)],
        cwd=ROOT,
        # The settings of tests prefer the server that the run was given to the database of this worker.
        env={name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, _ = process.communicate(timeout=120)
    return process.returncode, out


def wait_until(what: Callable[[], bool], *, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up
        time.sleep(0.002)


def tables() -> list[list[tuple[Any, ...]]]:
    """What is stored, but for keys, files and times."""
    names = [field.attname for field in RatedRecord._meta.fields if field.name not in ("id", "file")]
    return [
        sorted(RatedRecord.objects.values_list(*names), key=repr),
        sorted(SuspendedRecord.objects.values_list("reason", "month", "cdr_id", "raw"), key=repr),
    ]


def totals() -> dict[str, Any]:
    """The counts and amounts of all files together."""
    names = ("lines", "rated", "duplicate", "unknown_number", "unrated", "malformed", "amount", "cost")
    files = list(CdrFile.objects.all())
    return {name: sum(getattr(file, name) for file in files) for name in names}


def empty() -> None:
    for model in (RatedRecord, SuspendedRecord, CdrFile):
        model.objects.all().delete()
