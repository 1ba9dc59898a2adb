"""A pool of a customer's lines over two months: one line leaves it, a late file comes, and the invoice is the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.models import Offer
from apps.lines.models import Line
from apps.lines.services import change_plan
from tests.scenarios.office import Office, told, totals

ONE, TWO, OTHER = "33639980001", "33639980002", "33639980003"

# The plan P31_1H brings an hour to the pool of the customer's lines; a second beyond it costs one cent.
CALLS = [
    (ONE, "2026-10-05T10:00:00+02:00", 5000),
    (TWO, "2026-10-06T10:00:00+02:00", 1000),
    (ONE, "2026-10-20T10:00:00+02:00", 1300),
    (TWO, "2026-10-21T10:00:00+02:00", 400),
    (OTHER, "2026-10-02T10:00:00+02:00", 3700),
]


@pytest.fixture
def shared(office: Office) -> Office:
    """Two lines of C1 and one of C2, all on a plan whose hour is shared."""
    Offer.objects.get(code="P31_1H").allowances.update(shared=True)
    for number, customer in ((ONE, "C1"), (TWO, "C1"), (OTHER, "C2")):
        office.open_line(number, customer, "P31_1H", "2026-10-01")
    return office


def test_two_lines_use_what_both_bring(shared: Office) -> None:
    shared.load(*CALLS)
    invoices = shared.invoice("2026-10", on="2026-11-02")
    # 7200 seconds for C1's two lines. In order of start: 5000, 1000 and 1200 of 1300 are covered; then nothing is.
    assert told(invoices["C1"]) == [
        ("subscription", "2026-10-01", "2026-11-01", "31.00"),
        ("usage", "2026-10-01", "2026-11-01", "1.00"),  # line ONE: 100 seconds
        ("subscription", "2026-10-01", "2026-11-01", "31.00"),
        ("usage", "2026-10-01", "2026-11-01", "4.00"),  # line TWO: 400 seconds
    ]
    assert totals(invoices["C1"]) == ("67.00", ["13.40"], "80.40")
    # C2 has a pool of its own: 3700 seconds less 3600.
    assert totals(invoices["C2"]) == ("32.00", ["6.40"], "38.40")


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 3, 4, 1]])
def test_whatever_file_comes_first(shared: Office, order: list[int]) -> None:
    for place in order:
        shared.load(CALLS[place])
    invoices = shared.draft("2026-10")
    assert [(customer, invoice["net"]) for customer, invoice in invoices.items()] == [("C1", "67.00"), ("C2", "32.00")]


def test_a_line_that_leaves_the_pool_brought_its_days(shared: Office) -> None:
    shared.load(*CALLS)
    change_plan(
        line=Line.objects.get(msisdn=TWO),
        plan=Offer.objects.get(code="P31"),
        price=Decimal("31.00"),
        on=date(2026, 10, 11),
        actor=None,
    )
    invoice = shared.invoice("2026-10", on="2026-11-02")["C1"]
    # 3600 + 3600 × 10/31 = 4761.29: 4761 seconds. The first call takes them all; 239 of it and all others are charged.
    assert [line["net"] for line in invoice["lines"] if line["kind"] == "usage"] == ["15.39", "14.00"]
    # 31.00, and for TWO 31.00 × 10/31 + 31.00 × 21/31
    assert invoice["net"] == "91.39"


def test_a_call_that_comes_after_the_invoice_changes_nothing_on_it(shared: Office) -> None:
    shared.load(*CALLS[:3], CALLS[4])
    invoice = shared.invoice("2026-10", on="2026-11-02")["C1"]
    assert invoice["net"] == "63.00"  # 31 + 31 + 100 seconds
    # Earlier than all of them, yet nothing is left: what was invoiced has taken first.
    shared.load((TWO, "2026-10-01T10:00:00+02:00", 250))
    late = shared.invoice("2026-11", on="2026-12-02")["C1"]
    usage = [line for line in late["lines"] if line["kind"] == "usage"]
    assert [(line["msisdn"], line["period_start"], line["net"]) for line in usage] == [(TWO, "2026-10-01", "2.50")]
