"""A load that is killed goes on where it stopped, as if nothing had happened."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import load_file
from tests.faults.loaders import empty, ended, go, rows, settle, start_load, tables, totals, wait_until, write

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = 8_000
KILLS = 10


def lines_in() -> int:
    return CdrFile.objects.values_list("lines", flat=True).first() or 0


def is_consistent() -> bool:
    """Counts, cursor and records were committed together, or none of them."""
    file = CdrFile.objects.first()
    if file is None:
        return not RatedRecord.objects.exists() and not SuspendedRecord.objects.exists()
    waiting = file.unknown_number + file.inactive_line + file.unrated + file.malformed
    return (file.rated, waiting) == (RatedRecord.objects.count(), SuspendedRecord.objects.count())


def test_killed_ten_times_it_gives_the_same_tables(tmp_path: Path) -> None:
    settle()
    path = write(tmp_path / "month.csv", rows(RECORDS))
    load_file(path=path, actor=None)
    expected, expected_totals = tables(), totals()
    empty()

    rng = random.Random(5)
    for kill in range(KILLS):
        process = start_load(path)
        go(process)
        # From before the first chunk to the covering after the last one.
        reached = RECORDS * kill // (KILLS - 1)
        wait_until(lambda wanted=reached, load=process: lines_in() >= wanted or load.poll() is not None)
        time.sleep(rng.random() / 20)
        process.kill()
        ended(process)
        assert is_consistent()
    assert lines_in() == RECORDS

    file = CdrFile.objects.get()
    if file.state == FileState.LOADING:  # the last kill came before its end
        file = load_file(path=path, actor=None)
    assert file.state == FileState.LOADED
    assert (tables(), totals()) == (expected, expected_totals)
