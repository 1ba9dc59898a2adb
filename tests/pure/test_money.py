from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import amount_text, percentage, round_half_up, scaled_half_up, total


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        (Decimal("2.675"), 2, "2.68"),
        (Decimal("-2.675"), 2, "-2.68"),
        (Decimal("0.005"), 2, "0.01"),
        (Decimal("0.0049999999"), 2, "0.00"),
        (Fraction(1, 3), 6, "0.333333"),
        (Fraction(2, 3), 6, "0.666667"),
        (Fraction(22 * 31, 31), 2, "22.00"),
        (7, 2, "7.00"),
    ],
)
def test_half_goes_away_from_zero(value, scale, expected):
    assert str(round_half_up(value, scale)) == expected


@given(st.fractions(-(10**13), 10**13, max_denominator=10**7), st.integers(0, 6))
def test_rounding_is_odd_and_never_off_by_more_than_half_a_unit(value, scale):
    assert scaled_half_up(-value, scale) == -scaled_half_up(value, scale)
    assert abs(Fraction(round_half_up(value, scale)) - value) <= Fraction(1, 2 * 10**scale)


def test_an_empty_sum_is_an_amount():
    assert str(total([])) == "0.00"


def test_a_percentage_is_exact():
    assert percentage(Decimal("99.99"), Decimal("8.5")) == Fraction(849915, 100000)


def test_commands_never_print_an_exponent_nor_a_negative_zero():
    assert amount_text(Decimal("1E+3")) == "1000.00"
    assert amount_text(Decimal("-0.001")) == "0.00"
    assert amount_text(Decimal("0.0000004"), 6) == "0.000000"
