"""Two loads of one pool at the same moment: neither waits for the other for ever, and both are counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from apps.catalog.models import Allowance
from apps.customers.models import Customer
from apps.lines.models import Line, Subscription
from apps.lines.services import add_option, remove_option
from apps.usage.services import cover
from tests.factories import AllowanceFactory, OptionFactory
from tests.faults.loaders import LINES, ended, go, rows, settle, start_load, write
from tests.faults.test_loads_raced import amounts_are_true, race_as_in_turn

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
    race_as_in_turn(*paths)
    assert cover(line_ids=Line.objects.values_list("pk", flat=True)) == 0


def test_clerks_who_change_lines_of_one_pool_at_once_wait_for_one_another(tmp_path: Path) -> None:
    """While a file is loaded for the same lines: nobody is refused, and everything is counted."""
    settle()
    share()
    option = OptionFactory()
    AllowanceFactory(offer=option, quantity=600, shared=True)
    loader = start_load(write(tmp_path / "month.csv", rows(RECORDS)))

    def change(rank: int) -> None:
        try:
            line = Line.objects.order_by("pk")[rank]
            for _ in range(3):
                add_option(line=line, option=option, price=Decimal(5), on=date(2026, 9, 1), actor=None)
                remove_option(line=line, option=option, on=date(2026, 9, 1), actor=None)
            add_option(line=line, option=option, price=Decimal(5), on=date(2026, 9, 1), actor=None)
        finally:
            connection.close()

    go(loader)
    with ThreadPoolExecutor(max_workers=4) as clerks:
        # From both ends: the locks that each has first are the last that another wants.
        done = [clerks.submit(change, rank) for rank in (0, LINES - 2, 2, LINES - 4)]
    assert [one.result() for one in done] == [None] * 4
    assert ended(loader) == (0, "")
    assert Subscription.objects.filter(offer=option).count() == 4
    assert cover(line_ids=Line.objects.values_list("pk", flat=True)) == 0
    assert amounts_are_true()
