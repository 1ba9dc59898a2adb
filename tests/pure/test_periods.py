from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import Days, Month, add_months, days_of, local_date, months_between

DATES = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC), date(2026, 9, 30)),
        (datetime(2026, 9, 30, 22, 0, 0, tzinfo=UTC), date(2026, 10, 1)),  # summer time: +02:00
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 10, 31, 23, 0, 0, tzinfo=UTC), date(2026, 11, 1)),  # winter time: +01:00
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),  # the hour that comes twice
    ],
)
def test_the_day_is_the_paris_day(instant, day):
    assert local_date(instant) == day


def test_an_instant_without_offset_has_no_day():
    with pytest.raises(ValueError, match="offset"):
        local_date(datetime(2026, 10, 1))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "10-2026", "2026-10-01", ""])
def test_a_month_is_written_in_one_way(text):
    with pytest.raises(ValueError):
        Month.parse(text)


@given(DATES)
def test_a_month_holds_its_days(day):
    month = Month.of(day)
    assert month.start <= day < month.end
    assert month.next().previous() == month
    assert Month.parse(str(month)) == month
    assert (month.end - month.start).days == month.days


@given(DATES, st.integers(-600, 600))
def test_months_are_counted_both_ways(day, months):
    assert Month.of(day).plus(months).months_since(Month.of(day)) == months


def test_both_ends_are_listed():
    assert [str(month) for month in months_between(Month(2026, 11), Month(2027, 1))] == [
        "2026-11",
        "2026-12",
        "2027-01",
    ]


@given(DATES, DATES, DATES, DATES)
def test_what_two_ranges_share_is_in_both(a, b, c, d):
    one, other = Days(min(a, b), max(a, b)), Days(min(c, d), max(c, d))
    common = one.within(other)
    day = max(one.start, other.start)
    assert (common is not None) == (day in one and day in other)
    if common is not None:
        assert common.count() == (min(one.end, other.end) - day).days > 0


def test_an_open_range_has_no_length_but_a_part_of_it_has():
    assert Days(date(2026, 10, 10)).within(days_of(Month(2026, 10))).count() == 22
    with pytest.raises(ValueError, match="open"):
        Days(date(2026, 10, 10)).count()


def test_the_31st_stays_within_the_month():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
