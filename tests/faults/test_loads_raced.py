"""Loads that are started at the same moment by two processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord
from apps.usage.services import load_file
from tests.faults.loaders import REFUSED, empty, ended, go, rows, settle, start_load, tables, totals, write

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = 6_000


def race(*paths: Path) -> list[tuple[int, str]]:
    """Exit code and output of one load for each path, all of them started at once."""
    processes = [start_load(path) for path in paths]
    for process in processes:
        go(process)
    return [ended(process) for process in processes]


def amounts_are_true() -> bool:
    return all(
        file.amount == sum(RatedRecord.objects.filter(file=file).values_list("price", flat=True))
        for file in CdrFile.objects.all()
    )


def race_as_in_turn(*paths: Path) -> None:
    """Loads started at once store what one after the other stores."""
    for path in paths:
        load_file(path=path, actor=None)
    expected, expected_totals = tables(), totals()
    empty()

    assert [code for code, _out in race(*paths)] == [0] * len(paths)
    assert tables() == expected
    assert totals() == expected_totals
    assert amounts_are_true()


def test_the_same_file_is_loaded_once(tmp_path: Path) -> None:
    settle()
    path = write(tmp_path / "month.csv", rows(RECORDS))
    load_file(path=path, actor=None)
    expected, expected_totals = tables(), totals()
    empty()

    results = race(path, path)
    assert {code for code, _out in results} <= {0, REFUSED}
    assert 0 in {code for code, _out in results}
    assert all("month.csv" in out for code, out in results if code == REFUSED)
    assert CdrFile.objects.get().state == FileState.LOADED
    assert (tables(), totals()) == (expected, expected_totals)


def test_files_that_share_records_rate_each_once(tmp_path: Path) -> None:
    settle()
    calls = rows(RECORDS)
    third = RECORDS // 3
    paths = [write(tmp_path / "a.csv", calls[: 2 * third]), write(tmp_path / "b.csv", calls[third:])]
    # A malformed line in both files waits twice; everything else once, with the same price.
    race_as_in_turn(*paths)
