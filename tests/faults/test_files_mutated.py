"""No file breaks an import: 2,000 CSV files and 300 workbooks that something has been done to.

Planning never raises. What is refused says why, in French, at a line of the file; what is accepted adds up, and taken
over twice it plans nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings

from apps.catalog.imports import OfferImporter
from apps.core.imports import Importer, Plan
from apps.core.wording import located_sentence
from apps.customers.imports import CustomerImporter
from apps.lines.imports import LineImporter
from apps.sims.imports import SimImporter
from apps.tariffs.imports import TariffImporter
from tests.faults.mutations import Table, csv_files, last_line, workbooks

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
SAMPLES = Path(__file__).parents[2] / "fixtures/demo"
CSV_FILES, WORKBOOKS = 400, 60  # of each kind
LINES = 8  # of a sound file
# So many lines of each sample are in the database. Those of lines need cards, customers and offers.
KNOWN = {"offres": 6, "grille_minutes": 4, "cartes_sim": 16, "clients": 16, "lignes": 4}

# In the order in which an installation takes them over.
IMPORTERS: Mapping[str, Callable[[], Importer[Any]]] = {
    "offres": lambda: OfferImporter(today=TODAY),
    "grille_minutes": lambda: TariffImporter(today=TODAY, table="STANDARD"),
    "cartes_sim": lambda: SimImporter(today=TODAY),
    "clients": lambda: CustomerImporter(today=TODAY),
    "lignes": lambda: LineImporter(today=TODAY),
}
EACH = pytest.mark.parametrize("name", IMPORTERS)
TRIES = settings(max_examples=CSV_FILES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def rows(name: str) -> Table:
    return [line.split(";") for line in (SAMPLES / f"{name}.csv").read_text().splitlines()]


def sound(name: str) -> Table:
    """A file whose first half is known and whose second half is new."""
    header, *lines = rows(name)
    return [header, *lines[max(0, KNOWN[name] - LINES // 2) :][:LINES]]


@pytest.fixture(autouse=True)
def an_installation() -> None:
    for name, importer in IMPORTERS.items():
        plan = importer().run("\n".join(map(";".join, rows(name)[: KNOWN[name] + 1])).encode())
        assert [located_sentence(fault) for fault in plan.faults] == []


class Undone(Exception):
    pass


def check(importer: Callable[[], Importer[Any]], data: bytes, file: str, lines: int) -> bool:
    """Whether the file is accepted."""
    plan = importer().plan(data, name=file)
    if plan.faults:
        check_refusal(plan, lines)
        return False
    counts = plan.counts()
    assert counts["new"] + counts["changed"] + counts["unchanged"] == len(plan.records) > 0
    try:
        with transaction.atomic():
            done = importer().run(data, source=file)
            assert done.counts() == counts
            again = importer().plan(data, name=file)
            assert again.faults == []
            assert again.counts() == {"new": 0, "changed": 0, "unchanged": len(plan.records), "removed": 0}
            raise Undone
    except Undone:
        return True


def check_refusal(plan: Plan[Any], lines: int) -> None:
    assert set(plan.counts().values()) == {0}
    assert [fault.line for fault in plan.faults] == sorted(fault.line for fault in plan.faults)
    for fault in plan.faults:
        assert 1 <= fault.line <= lines
        with translation.override("fr"):
            told = located_sentence(fault)
        with translation.override("en"):
            assert told != located_sentence(fault)
        assert "%(" not in told


@EACH
def test_no_mutated_csv_breaks_an_import(name: str) -> None:
    seen: Counter[bool] = Counter()

    @TRIES
    @given(csv_files(sound(name)))
    def holds(data: bytes) -> None:
        seen[check(IMPORTERS[name], data, f"{name}.csv", last_line(data))] += 1

    holds()
    assert seen.total() >= CSV_FILES
    assert min(seen[True], seen[False]) > CSV_FILES // 20


@EACH
def test_no_mutated_workbook_breaks_an_import(name: str) -> None:
    seen: Counter[bool] = Counter()

    @settings(TRIES, max_examples=WORKBOOKS)
    @given(workbooks(sound(name)))
    def holds(data: bytes) -> None:
        seen[check(IMPORTERS[name], data, f"{name}.xlsx", 2 * LINES + 4)] += 1

    holds()
    assert seen.total() >= WORKBOOKS
    assert min(seen[True], seen[False]) > WORKBOOKS // 20
