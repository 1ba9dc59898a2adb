"""What lines may use without paying in a calendar month (DOMAIN §5.4).

An allowance is worked out anew from the dated facts whenever records are covered; no counter is kept. What a plan or
an option brings is for its line alone, or shared: then it goes to the one pool that the customer has of that kind of
usage, for all lines that bring something to it in the month (ADR 0009). In frames a *pool* is the key of a line for
its own allowance, and that of a customer for a shared one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import batched

import polars as pl

from apps.catalog.choices import BeyondCeiling, OfferKind
from apps.core.periods import Days, Month, days_of
from apps.lines.models import Subscription
from apps.usage.choices import RecordKind
from apps.usage.columns import NO_ALLOWANCE, UNLIMITED
from apps.usage.facts import BATCH

ALLOWANCE_SCHEMA = pl.Schema({"pool": pl.Int64, "month": pl.Date, "kind": pl.Int8, "allowance": pl.Int64})
MEMBER_SCHEMA = pl.Schema({"pool": pl.Int64, "month": pl.Date, "kind": pl.Int8, "shared_pool": pl.Int64})

LARGEST = 2**62  # what frames hold; nobody uses as much


@dataclass(frozen=True, slots=True)
class Part:
    """What one plan or option brings each month while it serves: seconds, messages or bytes, None: unlimited."""

    quantity: int | None
    days: Days


@dataclass(frozen=True, slots=True)
class Allowances:
    """What lines have of their ``own``, what ``shared`` pools hold, and which lines are ``members`` of which."""

    own: pl.DataFrame
    shared: pl.DataFrame
    members: pl.DataFrame

    @classmethod
    def none(cls) -> Allowances:
        return cls(ALLOWANCE_SCHEMA.to_frame(), ALLOWANCE_SCHEMA.to_frame(), MEMBER_SCHEMA.to_frame())


def monthly_allowance(parts: Iterable[Part], month: Month) -> int:
    """The sum of what the parts bring by their days served, rounded down once; UNLIMITED if one is for a day."""
    shares = 0
    for part in parts:
        served = part.days.within(days_of(month))
        if served is None:
            continue
        if part.quantity is None:
            return UNLIMITED
        shares += part.quantity * served.count()
    return min(shares // month.days, LARGEST)


def allowances(*, line_ids: Collection[int], months: Collection[date], to_ceilings: bool = False) -> Allowances:
    """The whole allowances of these lines in these months (first days), by kind of usage.

    Where some of the lines share, all that share with them must be among them
    (:func:`apps.usage.pools.with_pool_mates`). Those that are free beyond their ceiling have no limit, unless
    ``to_ceilings`` asks for it.
    """
    own: defaultdict[tuple[int, str], list[Part]] = defaultdict(list)
    shared: defaultdict[tuple[int, str], list[Part]] = defaultdict(list)
    members: defaultdict[tuple[int, str, int], list[Part]] = defaultdict(list)
    for customer, line, kind, is_shared, part in _parts(line_ids, to_ceilings):
        if is_shared:
            shared[customer, kind].append(part)
            members[line, kind, customer].append(part)
        else:
            own[line, kind].append(part)
    return Allowances(
        own=_amounts(own, months),
        shared=_amounts(shared, months),
        members=pl.DataFrame(
            [
                (line, month, RecordKind[kind.upper()], customer)
                for (line, kind, customer), parts in members.items()
                for month in months
                if any(part.days.within(days_of(Month.of(month))) for part in parts)
            ],
            schema=MEMBER_SCHEMA,
            orient="row",
        ),
    )


def _amounts(brought: dict[tuple[int, str], list[Part]], months: Collection[date]) -> pl.DataFrame:
    rows = [
        (pool, month, RecordKind[kind.upper()], amount)
        for (pool, kind), parts in brought.items()
        for month in months
        if (amount := monthly_allowance(parts, Month.of(month))) != NO_ALLOWANCE
    ]
    return pl.DataFrame(rows, schema=ALLOWANCE_SCHEMA, orient="row")


def _parts(line_ids: Collection[int], to_ceilings: bool) -> Iterator[tuple[int, int, str, bool, Part]]:
    """Customer, line, kind of usage, whether it is shared, and the part.

    A part serves while its subscription runs, the line is billed and not ended.
    """
    for some in batched(sorted(line_ids), BATCH):
        rows = Subscription.objects.filter(
            line__in=some,
            kind__in=[OfferKind.PLAN, OfferKind.OPTION],
            offer__allowances__isnull=False,
            line__billing_start__isnull=False,
        ).values_list(
            "line__customer",
            "line",
            "offer__allowances__kind",
            "offer__allowances__shared",
            "offer__allowances__unlimited",
            "offer__allowances__ceiling",
            "offer__allowances__beyond",
            "offer__allowances__quantity",
            "quantity",
            "start",
            "end",
            "line__billing_start",
            "line__terminated_on",
        )
        for customer, line, kind, shared, unlimited, ceiling, beyond, quantity, times, *served in rows:
            start, end, billed_from, ended_on = served
            assert start is not None and billed_from is not None  # noqa: S101, PT018  # neither is a row without them
            if days := Days(start, end).within(Days(billed_from, ended_on)):
                is_limit = to_ceilings or beyond == BeyondCeiling.CHARGED
                free = (ceiling if is_limit else None) if unlimited else quantity
                yield customer, line, kind, shared, Part(None if free is None else free * times, days)
