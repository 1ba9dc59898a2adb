"""What a line may use without paying in a calendar month (DOMAIN §5.4).

An allowance is worked out anew from the dated facts whenever records are covered; no counter is kept. A *pool* is
who shares one: for now each line is a pool of its own, named after the line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import batched

import polars as pl
from django.db.models import F

from apps.catalog.choices import OfferKind
from apps.core.periods import Days, Month, days_of
from apps.lines.models import Subscription
from apps.usage.choices import RecordKind
from apps.usage.columns import NO_ALLOWANCE, UNLIMITED
from apps.usage.facts import BATCH

ALLOWANCE_SCHEMA = pl.Schema({"pool": pl.Int64, "month": pl.Date, "kind": pl.Int8, "allowance": pl.Int64})


@dataclass(frozen=True, slots=True)
class Part:
    """What one plan or option brings each month while it serves: seconds, messages or bytes, None: unlimited."""

    quantity: int | None
    days: Days


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
    return shares // month.days


def allowances(*, line_ids: Collection[int], months: Collection[date]) -> pl.DataFrame:
    """The whole allowance (ALLOWANCE_SCHEMA) of each line, month and kind that has one."""
    rows = []
    for (line_id, kind), parts in _parts(line_ids).items():
        for month in months:
            amount = monthly_allowance(parts, Month.of(month))
            if amount != NO_ALLOWANCE:
                rows.append((line_id, month, RecordKind[kind.upper()], amount))
    return pl.DataFrame(rows, schema=ALLOWANCE_SCHEMA, orient="row")


def _parts(line_ids: Collection[int]) -> dict[tuple[int, str], list[Part]]:
    """By line and kind of usage. A part serves while its subscription runs, the line is billed and not ended."""
    parts: defaultdict[tuple[int, str], list[Part]] = defaultdict(list)
    for some in batched(sorted(line_ids), BATCH):
        rows = Subscription.objects.filter(
            line__in=some,
            kind__in=[OfferKind.PLAN, OfferKind.OPTION],
            offer__allowances__isnull=False,
            line__billing_start__isnull=False,
        ).values_list(
            "line",
            "offer__allowances__kind",
            "offer__allowances__unlimited",
            F("offer__allowances__quantity") * F("quantity"),
            "start",
            "end",
            "line__billing_start",
            "line__terminated_on",
        )
        for line, kind, unlimited, quantity, start, end, billing_start, terminated_on in rows:
            if days := Days(start, end).within(Days(billing_start, terminated_on)):
                parts[line, kind].append(Part(None if unlimited else quantity, days))
    return parts
