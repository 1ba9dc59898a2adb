"""What the pools of lines have used of their allowances, and what is left (DOMAIN §5.4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import batched

import polars as pl
from django.db.models import Q, Sum

from apps.usage.allowances import ALLOWANCE_SCHEMA, allowances
from apps.usage.columns import NO_ALLOWANCE, UNLIMITED, covered
from apps.usage.facts import BATCH
from apps.usage.models import RatedRecord

POOL = ["pool", "month", "kind"]
SUM_SCHEMA = pl.Schema(
    {
        "pool": pl.Int64,
        "month": pl.Date,
        "kind": pl.Int8,
        "closed": pl.Int64,  # covered on records of issued invoices
        "billed": pl.Int64,  # of open records that may be covered
        "covered": pl.Int64,  # what is stored for these
    }
)


def pool_sums(*, line_ids: Collection[int], months: Collection[date] | None = None) -> pl.DataFrame:
    """What the stored records of these lines and months (None: all) say, per pool, month and kind."""
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


def reduced(whole: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Allowances less what was ``taken`` of each pool, never below nothing; unlimited ones stay so."""
    left = pl.max_horizontal(pl.col("allowance") - pl.col("taken").fill_null(0), NO_ALLOWANCE)
    return (
        whole.join(taken, on=POOL, how="left")
        .with_columns(allowance=pl.when(pl.col("allowance") == UNLIMITED).then("allowance").otherwise(left))
        .drop("taken")
    )


class RunningAllowances:
    """Covers records as they are loaded, chunk by chunk, so that few prices change when all are there.

    A guess: later chunks and other files may hold earlier calls. ``services.cover`` has the last word.
    """

    def __init__(self) -> None:
        self._left = ALLOWANCE_SCHEMA.to_frame()
        self._known: set[tuple[int, date]] = set()
        self._fresh: dict[date, bool] = {}

    def cover(self, records: pl.DataFrame) -> pl.DataFrame:
        """The records with their ``covered_quantity``, which is taken from what is left."""
        self._learn(records)
        paid = covered(records, self._left)
        taken = (
            paid.filter(pl.col("covered_quantity") > 0)
            .group_by(POOL)
            .agg(pl.col("covered_quantity").sum().alias("taken"))
        )
        self._left = reduced(self._left, taken)
        return paid

    def _learn(self, records: pl.DataFrame) -> None:
        """Read the allowances of pools that were not met before, less what earlier loads took of them."""
        pairs = records.filter(pl.col("pool").is_not_null(), "included").select("pool", "month").unique()
        new = set(pairs.iter_rows()) - self._known
        self._known |= new
        for month in sorted({month for _, month in new}):
            lines = [line for line, its_month in new if its_month == month]
            whole = allowances(line_ids=lines, months=[month])
            if month not in self._fresh:
                self._fresh[month] = not RatedRecord.objects.filter(month=month).exists()
            if not self._fresh[month]:
                sums = pool_sums(line_ids=lines, months=[month])
                whole = reduced(whole, sums.select(*POOL, taken=pl.col("closed") + pl.col("covered")))
            self._left = self._left.vstack(whole)
