"""Recurring charges cut into calendar-month slices, prorated, discounted and rounded (DOMAIN §7, Periods).

A slice is what one subscription owes for one calendar month: agreed price × quantity × days served / days of the
month, rounded half up to cents once. Discounts are taken on the rounded slice. Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from apps.core.money import percentage, round_half_up
from apps.core.periods import Days, Month, days_of, months_between


@dataclass(frozen=True, slots=True)
class Rebate:
    """A special condition: ``percent`` or ``amount`` (one of them), for the first ``months`` months or for ever.

    It goes by whole months: from that of ``start``, or of the billing start, up to, not including, that of ``end``.
    """

    percent: Decimal | None = None
    amount: Decimal | None = None
    months: int | None = None
    start: date | None = None
    end: date | None = None

    def applies_to(self, month: Month, *, billed_from: date) -> bool:
        rank = month.months_since(Month.of(self.start or billed_from))
        if rank < 0 or (self.months is not None and rank >= self.months):
            return False
        return self.end is None or month < Month.of(self.end)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one subscription charges. ``unbilled`` are days of restriction without billing (never overlapping).

    ``whole_last_month`` is the integrator's «tout mois commencé est dû»: the month in which the line is terminated
    is owed to its end.
    """

    start: date
    end: date | None
    price: Decimal
    quantity: int = 1
    in_advance: bool = False
    prorata: bool = True
    rebates: Sequence[Rebate] = ()
    unbilled: Sequence[Days] = ()
    whole_last_month: bool = False

    @property
    def span(self) -> Days:
        if self.whole_last_month and self.end is not None:
            last = Month.of(self.end)
            return Days(self.start, self.end if self.end == last.start else last.end)
        return Days(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Slice:
    """One month of a subscription: ``served`` is None when no day of it is owed, and then ``net`` is 0."""

    month: Month
    served: Days | None
    served_days: int
    net: Decimal
    rebates: tuple[tuple[Rebate, Decimal], ...]

    @property
    def discount(self) -> Decimal:
        """What the rebates take off, as a negative amount."""
        return -sum((taken for _, taken in self.rebates), Decimal("0.00"))


def slice_of(terms: Terms, month: Month) -> Slice:
    """What ``terms`` owe for ``month``: nothing when no day of it is served."""
    served = terms.span.within(days_of(month))
    if served is None:
        return Slice(month, None, 0, Decimal("0.00"), ())
    days = served.count() - sum(
        common.count() for pause in terms.unbilled if (common := pause.within(served)) is not None
    )
    if days == 0:
        return Slice(month, None, 0, Decimal("0.00"), ())
    share = Fraction(days, month.days) if terms.prorata else Fraction(1)
    net = round_half_up(Fraction(terms.price) * terms.quantity * share)
    return Slice(month, served, days, net, tuple(_taken(terms.rebates, net, month, terms.start)))


def _taken(rebates: Sequence[Rebate], net: Decimal, month: Month, start: date) -> Iterator[tuple[Rebate, Decimal]]:
    left = net
    for rebate in rebates:
        if not rebate.applies_to(month, billed_from=start):
            continue
        wanted = rebate_on(rebate, net)
        taken = min(wanted, left)
        if taken:
            left -= taken
            yield rebate, taken


def rebate_on(rebate: Rebate, net: Decimal) -> Decimal:
    """What a rebate takes on a rounded amount: a percentage rounded half up, an amount at most the whole."""
    if rebate.percent is not None:
        return round_half_up(percentage(net, rebate.percent))
    return min(rebate.amount or Decimal("0.00"), net)


def months_due(terms: Terms, run: Month) -> Iterator[Month]:
    """The months whose slices are due in the run for ``run``: up to it in arrears, up to the next in advance."""
    last = run.next() if terms.in_advance else run
    end = terms.span.end
    if end is not None:
        if end <= terms.start:
            return
        last_served = Month.of(end) if end.day > 1 else Month.of(end).previous()
        last = min(last, last_served)
    yield from months_between(Month.of(terms.start), last)
