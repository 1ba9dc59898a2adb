"""The days on which a number may be ported (DOMAIN §2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.orders.porting import calendar
from apps.orders.porting.calendar import DayRefused

BOUNDS = {"earliest": 6, "latest": 58}
WEDNESDAY = date(2026, 9, 2)


def code(day: date, *, today: date = WEDNESDAY, bounds: bool = True) -> str:
    """Why ``day`` is refused; empty where it is not."""
    try:
        calendar.refuse_day(day, today=today, **BOUNDS, bounds=bounds)
    except DayRefused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("days", "refused"),
    [(-1, True), (0, True), (5, True), (6, False), (7, False), (57, False), (58, False), (59, True), (60, True)],
)
def test_the_day_lies_strictly_between_5_and_59_days_from_today(days: int, refused: bool) -> None:
    assert bool(code(WEDNESDAY + timedelta(days=days))) is refused


def test_neither_sundays_nor_public_holidays() -> None:
    assert code(date(2026, 9, 13)) == "porting_day_sunday"
    assert code(date(2026, 9, 12)) == ""  # a Saturday
    assert code(date(2027, 11, 1), today=date(2027, 10, 4)) == "porting_day_holiday"
    assert code(date(2027, 3, 29), today=date(2027, 3, 1)) == "porting_day_holiday"  # Easter Monday


def test_a_holiday_on_a_sunday_is_called_a_holiday() -> None:
    with pytest.raises(DayRefused) as refused:
        calendar.refuse_day(date(2026, 11, 1), today=date(2026, 10, 1), **BOUNDS)
    assert refused.value.params["holiday"] == "Toussaint"
    assert refused.value.params["proposal"] == "02/11/2026"


def test_whoever_may_leave_the_bounds_may_not_choose_a_sunday_a_holiday_or_a_day_past() -> None:
    assert code(WEDNESDAY + timedelta(days=1), bounds=False) == ""
    assert code(WEDNESDAY + timedelta(days=90), bounds=False) == ""
    assert code(date(2026, 9, 6), bounds=False) == "porting_day_sunday"
    assert code(date(2026, 11, 11), bounds=False) == "porting_day_holiday"
    assert code(WEDNESDAY - timedelta(days=1), bounds=False) == "porting_day_past"


def test_days_allowed_are_just_those_that_are_not_refused() -> None:
    for today in (date(2026, 3, 20), date(2026, 10, 20), date(2026, 12, 1), date(2027, 2, 10), WEDNESDAY):
        allowed = list(calendar.allowed_days(today=today, **BOUNDS))
        around = [today + timedelta(days=number) for number in range(-3, 70)]
        assert allowed == [day for day in around if not code(day, today=today)]
        assert 40 < len(allowed) < 53


@pytest.mark.parametrize("today", [date(2026, 3, 22), date(2026, 10, 18)])  # the clocks change a week later
def test_a_day_of_25_or_23_hours_is_one_day(today: date) -> None:
    allowed = list(calendar.allowed_days(today=today, **BOUNDS))
    assert allowed[0] == today + timedelta(days=6)  # the Saturday before
    assert today + timedelta(days=7) not in allowed  # a Sunday
    assert today + timedelta(days=8) in allowed


def test_bounds_are_named_by_days_that_can_be_chosen() -> None:
    today = date(2026, 11, 2)  # + 6 is a Sunday, + 58 a Wednesday
    with pytest.raises(DayRefused) as refused:
        calendar.refuse_day(date(2026, 11, 3), today=today, **BOUNDS)
    assert (refused.value.params["first"], refused.value.params["last"]) == ("09/11/2026", "30/12/2026")


def test_the_desk_works_from_monday_to_saturday() -> None:
    saturday, sunday, monday = date(2026, 9, 12), date(2026, 9, 13), date(2026, 9, 14)
    assert calendar.working_day(saturday) == saturday
    assert calendar.working_day(sunday) == monday
    assert calendar.next_working_day(saturday) == monday
    assert calendar.working_day_before(monday) == saturday
    assert calendar.next_working_day(date(2026, 12, 24)) == date(2026, 12, 26)
