"""On which days a number may be ported (DOMAIN §2), and on which days the desk works at it.

Never on a Sunday or a public holiday of metropolitan France. By the user's rule the day lies strictly between 5 and 59
days from today; both bounds are settings, which the caller passes in. Days are Paris days: no clock comes into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from apps.core.refusals import Refusal

SUNDAY = 7
ONE_DAY = timedelta(days=1)


class DayRefused(Refusal):
    """A day on which the number cannot be ported."""


@cache
def _public_holidays(year: int) -> dict[date, str]:
    # It loads the calendars of the whole world's churches: most programs never ask.
    from holidays import country_holidays

    return dict(country_holidays("FR", years=year, language="fr"))


def public_holiday(day: date) -> str:
    """The French name of the public holiday that ``day`` is; empty for any other day."""
    return _public_holidays(day.year).get(day, "")


def is_working(day: date) -> bool:
    """Whether numbers are ported on ``day``: a weekday or Saturday that is no public holiday («jour ouvrable»)."""
    return day.isoweekday() != SUNDAY and not public_holiday(day)


def working_day(day: date) -> date:
    """``day``, or the first working day after it."""
    while not is_working(day):
        day += ONE_DAY
    return day


def next_working_day(day: date) -> date:
    """The first working day after ``day``."""
    return working_day(day + ONE_DAY)


def working_day_before(day: date) -> date:
    """The last working day before ``day``."""
    day -= ONE_DAY
    while not is_working(day):
        day -= ONE_DAY
    return day


def refuse_no_working_day(day: date, *, today: date) -> None:
    """Raise where no number can be ported on ``day`` whoever asks: it is past, a Sunday, a public holiday."""
    if day < today:
        raise DayRefused("porting_day_past", day=f"{day:%d/%m/%Y}")
    if holiday := public_holiday(day):
        raise DayRefused(
            "porting_day_holiday", day=f"{day:%d/%m/%Y}", holiday=holiday, proposal=f"{next_working_day(day):%d/%m/%Y}"
        )
    if not is_working(day):
        raise DayRefused("porting_day_sunday", day=f"{day:%d/%m/%Y}", proposal=f"{next_working_day(day):%d/%m/%Y}")


def refuse_day(day: date, *, today: date, earliest: int, latest: int, bounds: bool = True) -> None:
    """Raise :class:`DayRefused` unless a customer may choose ``day``: ``earliest`` to ``latest`` days from ``today``.

    ``bounds`` false is for those who may choose out of bounds; no permission makes a Sunday a working day.
    """
    refuse_no_working_day(day, today=today)
    first, last = today + timedelta(days=earliest), today + timedelta(days=latest)
    if bounds and not first <= day <= last:
        raise DayRefused(
            "porting_day_bounds",
            day=f"{day:%d/%m/%Y}",
            first=f"{working_day(first):%d/%m/%Y}",
            last=f"{last if is_working(last) else working_day_before(last):%d/%m/%Y}",
        )


def allowed_days(*, today: date, earliest: int, latest: int) -> Iterator[date]:
    """The days that a customer may choose, in their order."""
    days = (today + timedelta(days=number) for number in range(earliest, latest + 1))
    return (day for day in days if is_working(day))
