"""Two loads of one pool at the same moment: neither waits for the other for ever, and both are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.catalog.models import Allowance
from apps.customers.models import Customer
from apps.lines.models import Line, Subscription
from apps.usage.services import cover, load_file
from tests.faults.loaders import empty, rows, settle, tables, totals, write
from tests.faults.test_loads_raced import amounts_are_true, race

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = 6_000


def share() -> None:
    """Put the lines of the test in two pools: those of even and those of odd rank."""
    customers = list(Customer.objects.order_by("pk")[:2])
    for rank, line in enumerate(Line.objects.order_by("pk")):
        owner = customers[rank % 2]
        Line.objects.filter(pk=line.pk).update(customer=owner)
        Subscription.objects.filter(line=line).update(customer=owner)
    Allowance.objects.update(shared=True)


def test_loads_that_share_pools_give_what_one_after_the_other_gives(tmp_path: Path) -> None:
    settle()
    share()
    calls = rows(RECORDS)
    half = RECORDS // 2
    paths = [write(tmp_path / "a.csv", calls[:half]), write(tmp_path / "b.csv", calls[half:])]
    for path in paths:
        load_file(path=path, actor=None)
    expected, expected_totals = tables(), totals()
    empty()

    assert [code for code, _out in race(*paths)] == [0, 0]
    assert tables() == expected
    assert totals() == expected_totals
    assert amounts_are_true()
    assert cover(line_ids=Line.objects.values_list("pk", flat=True)) == 0
