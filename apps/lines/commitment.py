"""How much of a commitment is left on a day, and what leaving before its end costs (DOMAIN §7, Commitment).

Pure: dates and amounts in, dates and amounts out. Days are Paris dates; ``on`` is the first day without service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from apps.core.money import round_half_up
from apps.core.periods import add_months

#: Of a consumer's commitment: the months due whole, and the most that there can be (Code de la consommation L224-28).
CONSUMER_DUE_WHOLE = 12
CONSUMER_MOST = 24
#: What a consumer whose handset was subsidised owes of the rest, beyond the twelfth month.
CONSUMER_SHARE = Fraction(20, 100)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a commitment: whole months, then days of the month that follows, which has ``of_days`` days."""

    months: int = 0
    days: int = 0
    of_days: int = 30

    @property
    def share(self) -> Fraction:
        """In months: 2 months and 17 of 31 days are 79/31."""
        return self.months + Fraction(self.days, self.of_days)

    def __bool__(self) -> bool:
        return bool(self.months or self.days)


@dataclass(frozen=True, slots=True)
class Commitment:
    """``months`` months from ``start`` on; 0 is none."""

    start: date
    months: int

    @property
    def until(self) -> date:
        """The first day without commitment."""
        return add_months(self.start, self.months)

    def left(self, on: date) -> Left:
        """What is left from ``on`` on, that day included."""
        return left_between(max(on, self.start), self.until)

    def done(self, on: date) -> int:
        """The whole months served by ``on``, for a clock: 0 … ``months``."""
        if on <= self.start:
            return 0
        return min(left_between(self.start, on).months, self.months)


def left_between(start: date, end: date) -> Left:
    """Whole months from ``start`` towards ``end``, by the day of the month, and the days that remain."""
    if end <= start:
        return Left()
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    reached = add_months(start, months)
    return Left(months, (end - reached).days, (add_months(start, months + 1) - reached).days)


def early_termination(
    *, commitment: Commitment, on: date, monthly: Decimal, consumer: bool = False, subsidised: bool = False
) -> Decimal:
    """What is owed for leaving on ``on``, excluding tax, in cents; 0.00 once the commitment is over.

    ``monthly`` is what the customer pays each month. A business owes the months left. A consumer is bound for at most
    24 months, owes whole what is left of the first 12, and of the months beyond 20 % if the handset was subsidised,
    else nothing.
    """
    if not consumer:
        return round_half_up(Fraction(monthly) * commitment.left(on).share)
    bound = Commitment(commitment.start, min(commitment.months, CONSUMER_MOST))
    due_whole = Commitment(commitment.start, min(bound.months, CONSUMER_DUE_WHOLE))
    owed = due_whole.left(on).share
    if subsidised:
        owed += CONSUMER_SHARE * left_between(max(on, due_whole.until), bound.until).share
    return round_half_up(Fraction(monthly) * owed)
