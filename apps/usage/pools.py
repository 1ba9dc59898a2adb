"""Who shares allowances with whom, what was used of them, and what is left (DOMAIN §5.4, ADR 0009)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from itertools import batched

import polars as pl
from django.db.models import Q, QuerySet, Sum

from apps.catalog.choices import OfferKind
from apps.catalog.models import Allowance
from apps.lines.models import Line, Subscription
from apps.usage.allowances import Allowances, allowances
from apps.usage.columns import NO_ALLOWANCE, UNLIMITED, covered
from apps.usage.facts import BATCH
from apps.usage.models import RatedRecord

POOL = ["pool", "month", "kind"]
SUM_SCHEMA = pl.Schema(
    {
        "pool": pl.Int64,  # the line
        "month": pl.Date,
        "kind": pl.Int8,
        "closed": pl.Int64,  # covered on records of issued invoices
        "billed": pl.Int64,  # of open records that may be covered
        "covered": pl.Int64,  # what is stored for these
    }
)


# --- Who shares


def with_pool_mates(line_ids: Collection[int]) -> set[int]:
    """These lines, and all those of their customers that share allowances or ever did."""
    return {line for some in _groups(line_ids) for line in some}


def whole_pools(line_ids: Collection[int]) -> Iterator[list[int]]:
    """The same in batches: each holds whole pools, and lines in the order of their keys."""
    batch: list[int] = []
    for group in _groups(line_ids):
        if batch and len(batch) + len(group) > BATCH:
            yield sorted(batch)
            batch = []
        batch += group
    if batch:
        yield sorted(batch)


def _groups(line_ids: Collection[int]) -> list[list[int]]:
    """Lines that are to be looked at together: all of a pool, or one alone. A few queries for many lines."""
    wanted = set(line_ids)
    if not Allowance.objects.filter(shared=True).exists():
        return [[line] for line in sorted(wanted)]
    customers: set[int] = set()
    for some in batched(sorted(wanted), BATCH):
        customers.update(Line.objects.filter(pk__in=some).order_by().values_list("customer", flat=True).distinct())
    pools: defaultdict[int, set[int]] = defaultdict(set)
    for some in batched(sorted(customers), BATCH):
        for customer, line in _sharing().filter(line__customer__in=some).values_list("line__customer", "line"):
            pools[customer].add(line)
    sharing = {line for pool in pools.values() for line in pool}
    return [*([line] for line in sorted(wanted - sharing)), *(sorted(pool) for pool in pools.values())]


def _sharing() -> QuerySet[Subscription]:
    kinds = [OfferKind.PLAN, OfferKind.OPTION]
    shared = Subscription.objects.filter(kind__in=kinds, line__isnull=False, offer__allowances__shared=True)
    return shared.order_by().distinct()


# --- What was used, and what is left


def pool_sums(*, line_ids: Collection[int], months: Collection[date] | None = None) -> pl.DataFrame:
    """What the stored records of these lines and months (None: all) say, per line, month and kind."""
    rows: list[tuple[object, ...]] = []
    is_open = Q(statement__isnull=True)
    for some in batched(sorted(line_ids), BATCH):
        records = RatedRecord.objects.filter(line__in=some, included=True)
        if months is not None:
            records = records.filter(month__in=months)
        sums = records.values("line_id", "month", "kind").annotate(
            closed=Sum("covered_quantity", filter=~is_open, default=0),
            billed=Sum("billed_quantity", filter=is_open, default=0),
            covered=Sum("covered_quantity", filter=is_open, default=0),
        )
        rows += (
            (line, month, kind, *(int(total) for total in totals))  # PostgreSQL sums to Decimal
            for line, month, kind, *totals in sums.order_by().values_list(
                "line_id", "month", "kind", "closed", "billed", "covered"
            )
        )
    return pl.DataFrame(rows, schema=SUM_SCHEMA, orient="row")


def left_after(whole: Allowances, taken: pl.DataFrame) -> Allowances:
    """What is left once each line (POOL columns) has ``taken`` so much: of its own first, the rest of its pool."""
    known = taken.join(whole.own, on=POOL, how="left").with_columns(pl.col("allowance").fill_null(NO_ALLOWANCE))
    of_own = pl.when(pl.col("allowance") == UNLIMITED).then("taken").otherwise(pl.min_horizontal("taken", "allowance"))
    split = known.with_columns(of_own=of_own).with_columns(of_pool=pl.col("taken") - pl.col("of_own"))
    of_pools = (
        split.join(whole.members, on=POOL)
        .group_by(pool="shared_pool", month="month", kind="kind")
        .agg(pl.col("of_pool").sum().alias("taken"))
    )
    return Allowances(
        own=_reduced(whole.own, split.select(*POOL, taken="of_own")),
        shared=_reduced(whole.shared, of_pools),
        members=whole.members,
    )


def _reduced(whole: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Allowances less what was ``taken`` of each pool, never below nothing; unlimited ones stay so."""
    left = pl.max_horizontal(pl.col("allowance") - pl.col("taken").fill_null(0), NO_ALLOWANCE)
    return (
        whole.join(taken, on=POOL, how="left")
        .with_columns(allowance=pl.when(pl.col("allowance") == UNLIMITED).then("allowance").otherwise(left))
        .drop("taken")
    )


def paid_by(records: pl.DataFrame, left: Allowances) -> pl.DataFrame:
    """The records with their ``covered_quantity``: a line's own allowance pays first, then its pool the rest.

    Takes all open records of the pools and months concerned, see :func:`apps.usage.columns.covered`; ``pool`` is the
    line, or null before it is billed.
    """
    own = covered(records, left.own)
    if left.members.is_empty():
        return own
    rest = own.join(left.members, on=POOL, how="left", maintain_order="left").with_columns(
        pool="shared_pool", billed_quantity=pl.col("billed_quantity") - pl.col("covered_quantity")
    )
    shared = covered(rest.drop("covered_quantity", "shared_pool"), left.shared)["covered_quantity"]
    return own.with_columns(covered_quantity=pl.col("covered_quantity") + shared)


class RunningAllowances:
    """Covers records as they are loaded, chunk by chunk, so that few prices change when all are there.

    A guess: later chunks and other files may hold earlier calls. ``services.cover`` has the last word.
    """

    def __init__(self) -> None:
        self._left = Allowances.none()
        self._known: set[tuple[int, date]] = set()
        self._fresh: dict[date, bool] = {}

    def cover(self, records: pl.DataFrame) -> pl.DataFrame:
        """The records with their ``covered_quantity``, which is taken from what is left."""
        self._learn(records)
        paid = paid_by(records, self._left)
        taken = (
            paid.filter(pl.col("covered_quantity") > 0)
            .group_by(POOL)
            .agg(pl.col("covered_quantity").sum().alias("taken"))
        )
        self._left = left_after(self._left, taken)
        return paid

    def _learn(self, records: pl.DataFrame) -> None:
        """Read the allowances of pools that were not met before, less what earlier loads took of them."""
        pairs = records.filter(pl.col("pool").is_not_null(), "included").select("pool", "month").unique()
        new = set(pairs.iter_rows()) - self._known
        for month in sorted({month for _, month in new}):
            lines = with_pool_mates([line for line, its_month in new if its_month == month])
            self._known |= {(line, month) for line in lines}
            whole = allowances(line_ids=lines, months=[month])
            if month not in self._fresh:
                self._fresh[month] = not RatedRecord.objects.filter(month=month).exists()
            if not self._fresh[month]:
                sums = pool_sums(line_ids=lines, months=[month])
                whole = left_after(whole, sums.select(*POOL, taken=pl.col("closed") + pl.col("covered")))
            self._left = _joined(self._left, whole)


def _joined(known: Allowances, more: Allowances) -> Allowances:
    """Both; what is known of a pool stays, should a line have joined it meanwhile."""
    return Allowances(
        own=known.own.vstack(more.own).unique(POOL, keep="first"),
        shared=known.shared.vstack(more.shared).unique(POOL, keep="first"),
        members=known.members.vstack(more.members).unique(POOL, keep="first"),
    )
