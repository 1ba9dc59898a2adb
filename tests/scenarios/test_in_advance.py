"""A reseller billed in advance («à échoir»): two months, and a line that leaves in the middle of the second."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from apps.lines.models import Line
from apps.lines.services import terminate_line
from tests.scenarios.office import Office, told, totals

LEAVES, STAYS = "33639980001", "33639980002"


@pytest.fixture
def billed_in_advance(office: Office) -> Office:
    """October is invoiced: one line since the 10th, 10 % off; another since the 1st."""
    office.open_line(LEAVES, "C1", "AVANCE", "2026-10-10", discount="10")
    office.open_line(STAYS, "C1", "AVANCE", "2026-10-01")
    invoice = office.invoice("2026-10", on="2026-11-02")["C1"]
    assert told(invoice) == [
        # The first, 10 to 31 October: 31.00 × 22/31 = 22.00, less 10 %; November in advance: 31.00, less 10 %.
        ("subscription", "2026-10-10", "2026-11-01", "22.00"),
        ("discount", "2026-10-10", "2026-11-01", "-2.20"),
        ("subscription", "2026-11-01", "2026-12-01", "31.00"),
        ("discount", "2026-11-01", "2026-12-01", "-3.10"),
        # The second: two whole months.
        ("subscription", "2026-10-01", "2026-11-01", "31.00"),
        ("subscription", "2026-11-01", "2026-12-01", "31.00"),
    ]
    # 22.00 - 2.20 + 31.00 - 3.10 + 31.00 + 31.00 = 109.70; VAT 21.94
    assert totals(invoice) == ("109.70", ["21.94"], "131.64")
    return office


def leave() -> None:
    """The last day of service is 15 November."""
    line = Line.objects.get(msisdn=LEAVES)
    terminate_line(line=line, on=date(2026, 11, 16), today=date(2026, 11, 24), actor=None)


def test_days_paid_and_not_served_are_given_back(billed_in_advance: Office) -> None:
    leave()
    invoice = billed_in_advance.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(invoice) == [
        # 16 to 30 November: 31.00 × 15/30 = 15.50 back, with the 10 % that was taken off it.
        ("subscription", "2026-11-01", "2026-12-01", "-15.50"),
        ("discount", "2026-11-01", "2026-12-01", "1.55"),
        # December of the line that stays.
        ("subscription", "2026-12-01", "2027-01-01", "31.00"),
    ]
    # -15.50 + 1.55 + 31.00 = 17.05; VAT 3.41
    assert totals(invoice) == ("17.05", ["3.41"], "20.46")


def test_every_month_begun_is_due_when_the_integrator_says_so(billed_in_advance: Office, settings: Any) -> None:
    settings.TERMINATION_REFUND = False
    leave()
    invoice = billed_in_advance.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(invoice) == [("subscription", "2026-12-01", "2027-01-01", "31.00")]
    assert totals(invoice) == ("31.00", ["6.20"], "37.20")


def test_without_a_departure_each_run_bills_one_month_more(billed_in_advance: Office) -> None:
    invoice = billed_in_advance.invoice("2026-11", on="2026-12-01")["C1"]
    # December: 31.00 less 3.10, and 31.00.
    assert totals(invoice) == ("58.90", ["11.78"], "70.68")
    assert billed_in_advance.draft("2026-11") == {}
