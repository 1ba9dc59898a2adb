"""Dates that matter: days in Paris, half-open ranges, calendar months.

A range ``[start, end)`` holds its first day and not its last; an open end is ``None``. An instant becomes a
day once, by :func:`local_date`, so that the clock changes of March and October are somebody else's problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def local_date(instant: datetime) -> date:
    """The Paris day on which ``instant`` (aware) falls."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset to have a day")
    return instant.astimezone(PARIS).date()


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month; ``start`` is its first day and ``end`` the first day of the next."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"no such month: {self.month}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``2026-10``; ValueError for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if match is None:
            raise ValueError(f"a month is written 2026-10, not {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def start(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        return self.next().start

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Month:
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def plus(self, months: int) -> Month:
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, month + 1)

    def months_since(self, other: Month) -> int:
        """How many months after ``other`` this one is (0 for the same month)."""
        return (self.year - other.year) * 12 + self.month - other.month

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """Every month from ``first`` to ``last``, both included."""
    while first <= last:
        yield first
        first = first.next()


@dataclass(frozen=True, slots=True)
class Days:
    """A half-open range of days; an ``end`` of ``None`` is open."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def within(self, other: Days) -> Days | None:
        """The days common to both, or ``None`` where there is none."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        return None if end is not None and end <= start else Days(start, end)

    def count(self) -> int:
        """How many days; ValueError for an open range."""
        if self.end is None:
            raise ValueError("an open range has no number of days")
        return max(0, (self.end - self.start).days)


def days_of(month: Month) -> Days:
    return Days(month.start, month.end)


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or its last day (31 January + 1 → 28 February)."""
    target = Month.of(day).plus(months)
    return min(target.start + timedelta(days=day.day - 1), target.end - timedelta(days=1))
