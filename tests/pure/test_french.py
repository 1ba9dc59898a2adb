"""How France writes figures and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.core import french


def plain(text: str) -> str:
    return text.replace(french.NBSP, " ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0,00 €"),
        ("-0.001", "0,00 €"),
        ("0.005", "0,01 €"),
        ("-0.005", "-0,01 €"),
        ("12.9", "12,90 €"),
        ("1234.5", "1 234,50 €"),
        ("-1234567.891", "-1 234 567,89 €"),
        ("999999.995", "1 000 000,00 €"),
    ],
)
def test_an_amount_has_a_comma_two_decimals_and_its_thousands_apart(value: str, shown: str) -> None:
    assert plain(french.euros(Decimal(value))) == shown
    assert " " not in french.euros(Decimal(value)), "a figure must never wrap in its middle"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("19.9", "19,90 €"),
        ("0.006", "0,006 €"),
        ("0.0000004", "0,00 €"),
        ("1.230000", "1,23 €"),
        ("5", "5,00 €"),
    ],
)
def test_a_unit_price_shows_the_decimals_it_has(value: str, shown: str) -> None:
    assert plain(french.price(Decimal(value))) == shown


@pytest.mark.parametrize(("value", "shown"), [("20", "20 %"), ("20.00", "20 %"), ("8.50", "8,5 %"), ("0", "0 %")])
def test_a_rate(value: str, shown: str) -> None:
    assert plain(french.percent(Decimal(value))) == shown


def test_a_count_has_its_thousands_apart() -> None:
    assert [french.whole(count) for count in (0, 40, 25170)] == ["0", "40", f"25{french.NBSP}170"]


def test_dates() -> None:
    assert french.day(date(2026, 3, 1)) == "01/03/2026"
    assert plain(french.long_day(date(2026, 2, 1))) == "1er février 2026"
    assert plain(french.long_day(date(2026, 12, 31))) == "31 décembre 2026"


@pytest.mark.parametrize(
    ("start", "end", "long", "short"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), "du 01/10/2026 au 31/10/2026", "01/10 – 31/10/2026"),
        (date(2026, 10, 5), date(2026, 10, 6), "le 05/10/2026", "05/10/2026"),
        (date(2026, 12, 15), date(2027, 1, 1), "du 15/12/2026 au 31/12/2026", "15/12 – 31/12/2026"),
        (date(2026, 12, 15), date(2027, 1, 15), "du 15/12/2026 au 14/01/2027", "15/12/2026 – 14/01/2027"),
    ],
)
def test_a_range_of_days_names_its_last_day(start: date, end: date, long: str, short: str) -> None:
    assert french.days(start, end) == long
    assert french.short_days(start, end) == short


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00:00"), (59, "0:00:59"), (3725, "1:02:05"), (360_000, "100:00:00")]
)
def test_a_duration(seconds: int, shown: str) -> None:
    assert french.duration(seconds) == shown


def test_groups_help_reading() -> None:
    assert plain(french.in_groups("FR76 3000 4500190859965184296", 4)) == "FR76 3000 4500 1908 5996 5184 296"
    assert plain(french.in_groups("123456782", 3)) == "123 456 782"


@pytest.mark.parametrize(
    ("month", "said"), [(4, "d’avril"), (8, "d’août"), (10, "d’octobre"), (12, "de décembre"), (1, "de janvier")]
)
def test_a_month_takes_its_preposition(month: int, said: str) -> None:
    assert french.of_month(date(2026, month, 9)) == f"{said}\N{NO-BREAK SPACE}2026"
