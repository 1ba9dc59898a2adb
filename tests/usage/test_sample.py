"""The month of the sample reseller, whose figures were computed apart from this product."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path

import pytest

from apps.usage.models import CdrFile, RatedRecord
from apps.usage.services import load_file
from tests.commands import run_command
from tests.lines.test_sample_fleet import take_over
from tests.usage.conftest import amounts_are_true

pytestmark = pytest.mark.django_db

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
CALLS = DEMO / "CDR_MOBILE_DEMO_202610_01.csv"
EXPECTED = json.loads((DEMO / "expected_2026-10.json").read_text())
PARTS = 5


def in_parts(folder: Path, *, seed: int) -> list[Path]:
    """The month cut into parts, each under the header, in any order."""
    header, *rows = CALLS.read_text().splitlines(keepends=True)
    size = -(-len(rows) // PARTS)
    paths = [folder / f"part{number}.csv" for number in range(PARTS)]
    for number, path in enumerate(paths):
        path.write_text(header + "".join(rows[number * size : (number + 1) * size]))
    random.Random(seed).shuffle(paths)
    return paths


def test_in_one_file() -> None:
    take_over()
    ended = run_command("load_cdrs", str(CALLS), "--json")
    report = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert {name: report[name] for name in EXPECTED["counts"]} == EXPECTED["counts"]
    assert (report["amount"], report["cost"]) == (EXPECTED["rated_amount"], EXPECTED["cost"])


def test_in_five_parts_in_any_order_and_in_small_chunks(tmp_path: Path) -> None:
    take_over()
    for path in in_parts(tmp_path, seed=3):
        load_file(path=path, actor=None, chunk_bytes=150_000)
    files = list(CdrFile.objects.all())
    assert {name: sum(getattr(file, name) for file in files) for name in EXPECTED["counts"]} == EXPECTED["counts"]
    assert sum(file.amount for file in files) == Decimal(EXPECTED["rated_amount"])
    assert sum(file.cost for file in files) == Decimal(EXPECTED["cost"])
    assert RatedRecord.objects.count() == EXPECTED["counts"]["rated"]
    assert amounts_are_true()
