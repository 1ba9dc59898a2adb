"""Commitments worked out by hand: what is left of them, and what leaving early costs (DOMAIN §7)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import add_months
from apps.lines.commitment import Commitment, Left, early_termination, left_between

YEAR = Commitment(date(2026, 1, 1), 12)
TWO_YEARS = Commitment(date(2026, 1, 1), 24)


@pytest.mark.parametrize(
    ("on", "left"),
    [
        ("2026-01-01", (12, 0)),
        ("2026-10-01", (3, 0)),
        ("2026-10-15", (2, 17)),
        ("2026-12-31", (0, 1)),
        ("2027-01-01", (0, 0)),
        ("2028-01-01", (0, 0)),
        ("2025-06-01", (12, 0)),  # not begun: all of it
    ],
)
def test_what_is_left_is_whole_months_and_days(on: str, left: tuple[int, int]) -> None:
    found = YEAR.left(date.fromisoformat(on))
    assert (found.months, found.days) == left
    assert bool(found) == any(left)


def test_months_run_by_the_day_of_the_month_not_by_thirty_days() -> None:
    assert left_between(date(2026, 2, 10), date(2026, 4, 10)) == Left(2, 0, 30)
    assert left_between(date(2026, 10, 15), date(2027, 1, 1)).share == 2 + Fraction(17, 31)


def test_a_commitment_from_the_31st_ends_on_the_last_day_of_a_shorter_month() -> None:
    commitment = Commitment(date(2026, 8, 31), 18)
    assert commitment.until == date(2028, 2, 29)
    assert commitment.left(date(2028, 1, 31)).share == 1 - Fraction(0)
    assert commitment.done(date(2028, 2, 28)) == 17
    assert commitment.done(date(2028, 2, 29)) == 18


def test_no_commitment_has_nothing_left_and_costs_nothing() -> None:
    none = Commitment(date(2026, 1, 1), 0)
    assert not none.left(date(2026, 1, 1))
    assert early_termination(commitment=none, on=date(2026, 1, 1), monthly=Decimal("30.00")) == Decimal("0.00")


@pytest.mark.parametrize(
    ("on", "owed"),
    [("2026-10-01", "90.00"), ("2026-10-15", "76.45"), ("2026-12-31", "0.97"), ("2027-01-01", "0.00")],
)
def test_a_business_owes_the_months_left(on: str, owed: str) -> None:
    """30.00 × 3; × 2 17/31 = 76.4516; × 1/31 = 0.9677."""
    assert early_termination(commitment=YEAR, on=date.fromisoformat(on), monthly=Decimal("30.00")) == Decimal(owed)


@pytest.mark.parametrize(
    ("on", "subsidised", "owed"),
    [
        # Within the first year: its rest whole, and 20 % of the second year with a subsidised handset.
        ("2026-07-01", False, "180.00"),
        ("2026-07-01", True, "252.00"),
        # Beyond: free, or 20 % of the rest.
        ("2027-01-01", False, "0.00"),
        ("2027-01-01", True, "72.00"),
        ("2027-10-01", True, "18.00"),
        ("2028-01-01", True, "0.00"),
    ],
)
def test_a_consumer_leaves_free_after_the_twelfth_month(on: str, subsidised: bool, owed: str) -> None:
    assert early_termination(
        commitment=TWO_YEARS,
        on=date.fromisoformat(on),
        monthly=Decimal("30.00"),
        consumer=True,
        subsidised=subsidised,
    ) == Decimal(owed)


def test_a_consumer_is_bound_for_24_months_at_most() -> None:
    three_years = Commitment(date(2026, 1, 1), 36)
    asked = {"monthly": Decimal("30.00"), "consumer": True, "subsidised": True}
    for on in (date(2026, 7, 1), date(2027, 6, 1), date(2028, 1, 1)):
        assert early_termination(commitment=three_years, on=on, **asked) == early_termination(
            commitment=TWO_YEARS, on=on, **asked
        )


@given(
    start=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    months=st.sampled_from([0, 12, 24, 36]),
    days=st.integers(-30, 1200),
)
def test_served_and_left_make_the_whole(start: date, months: int, days: int) -> None:
    commitment, on = Commitment(start, months), start + timedelta(days=days)
    left = commitment.left(on)
    assert 0 <= left.days < left.of_days
    assert 0 <= left.share <= months + Fraction(1, 28)
    assert add_months(max(on, start), left.months) + timedelta(days=left.days) == max(commitment.until, on, start)
    assert 0 <= commitment.done(on) <= months
    if months and on < commitment.until:
        assert left
    else:
        assert not left
        assert commitment.done(on) == months
