"""Letting allowances pay: the second pass of rating, over all open records of the pools and months touched."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import batched

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, ExpressionWrapper, F, TextField
from django.db.models.functions import Cast

from apps.core.money import MICROS, from_scaled
from apps.core.progress import Progress, unwatched
from apps.lines.models import Line
from apps.tariffs.grids import index_of
from apps.usage.allowances import allowances
from apps.usage.bulk import bulk
from apps.usage.columns import NO_ALLOWANCE, UNLIMITED, RateColumns, covered, priced
from apps.usage.facts import BATCH
from apps.usage.models import RatedRecord
from apps.usage.pools import POOL, pool_sums, reduced
from apps.usage.services.counting import adjust_files

OPEN_SCHEMA = pl.Schema(
    {
        "id": pl.Int64(),
        "file": pl.Int64(),
        "line": pl.Int64(),
        "month": pl.String(),
        "kind": pl.Int8(),
        "local_date": pl.String(),
        "started_at": pl.String(),
        "cdr_id": pl.String(),
        "rate": pl.Int64(),
        "billed_quantity": pl.Int64(),
        "old_covered": pl.Int64(),
        "old_price": pl.Int64(),
    }
)
BILLING_SCHEMA = pl.Schema({"pool": pl.Int64, "billing_start": pl.Date})


def cover(*, line_ids: Collection[int], months: Collection[date] | None = None, progress: Progress = unwatched) -> int:
    """Cover the open records of these lines anew, in the given months (first days) or all; how many changed.

    What issued invoices took of an allowance comes first; then records take in order of start instant and of
    identifier as text, whenever and in whatever file they came. Only records whose part changes are priced anew and
    written, and the amounts of their files follow: a row of the grid that was corrected meanwhile changes no others.
    The lines are locked in the order of their keys, which is how billing locks them: it never sums usage that is half
    covered.

    Whoever covers many lines within a transaction of its own has locked them all, and ``lock_files``, before.
    ``progress`` counts lines.
    """
    wanted = sorted(set(line_ids))
    changed = 0
    for number, some in enumerate(batched(wanted, BATCH)):
        with transaction.atomic():
            changed += _cover_some(some, months)
            progress(done=number * BATCH + len(some), total=len(wanted))
    return changed


def _cover_some(line_ids: tuple[int, ...], months: Collection[date] | None) -> int:
    lines = Line.objects.locked().filter(pk__in=line_ids)
    starts = pl.DataFrame(list(lines.values_list("pk", "billing_start")), schema=BILLING_SCHEMA, orient="row")
    sums = pool_sums(line_ids=line_ids, months=months)
    whole = allowances(line_ids=line_ids, months=set(sums["month"]))
    left = reduced(whole, sums.select(*POOL, taken="closed"))
    unsettled = sums.join(left, on=POOL, how="left").join(starts, on="pool").filter(~_is_settled())
    if unsettled.is_empty():
        return 0
    records = _open_records(unsettled).join(starts, left_on="line", right_on="pool")
    rates = RateColumns(index_of(records["rate"].unique().to_list()), bytes_per_megabyte=settings.MEGABYTE)
    if missing := set(records["rate"]) - set(rates.rates["rate"]):
        raise LookupError(f"rates that priced records are gone: {sorted(missing)}")
    is_billed = pl.col("local_date") >= pl.col("billing_start")
    records = records.with_columns(pool=pl.when(is_billed).then("line"), included=pl.lit(value=True))
    changes = priced(covered(records, left).filter(pl.col("covered_quantity") != pl.col("old_covered")), rates)
    bulk().reprice(changes)
    _correct_amounts(changes)
    return changes.height


def _is_settled() -> pl.Expr:
    """Whether a pool's open records need not be read: all are covered whole, or none may be and none is.

    Where billing begins within the month some records take nothing: those pools are looked at one by one.
    """
    left = pl.col("allowance").fill_null(NO_ALLOWANCE)
    enough = (left == UNLIMITED) | (left >= pl.col("billed"))
    from_its_first_day = (pl.col("billing_start") <= pl.col("month")).fill_null(value=False)
    all_are_covered = enough & from_its_first_day & (pl.col("covered") == pl.col("billed"))
    return all_are_covered | ((left == NO_ALLOWANCE) & (pl.col("covered") == 0))


def _open_records(pools: pl.DataFrame) -> pl.DataFrame:
    """The open records of these pools that may be covered."""
    stored = RatedRecord.objects.filter(
        line__in=pools["pool"].unique().to_list(),
        month__in=pools["month"].unique().to_list(),
        included=True,
        billed_quantity__gt=0,
        statement__isnull=True,
    ).values_list(
        "pk",
        "file_id",
        "line_id",
        _as_text("month"),
        "kind",
        _as_text("local_date"),
        _as_text("started_at"),
        "cdr_id",
        "rate_id",
        "billed_quantity",
        "covered_quantity",
        ExpressionWrapper(F("price"), output_field=BigIntegerField()),  # millionths, as they are stored
    )
    records = pl.DataFrame(list(stored), schema=OPEN_SCHEMA, orient="row").with_columns(
        pl.col("month", "local_date").str.to_date("%Y-%m-%d")
    )
    return records.join(pools, left_on=["line", "month", "kind"], right_on=POOL, how="semi")


def _as_text(name: str) -> Cast:
    """Days and instants (in UTC) as text, which sorts as they do and is read three times as fast."""
    return Cast(name, TextField())


def _correct_amounts(changes: pl.DataFrame) -> None:
    """Keep the amounts of the files whose records changed true."""
    differences = changes.group_by("file").agg((pl.col("price") - pl.col("old_price")).sum())
    adjust_files({file: {"amount": from_scaled(by, MICROS)} for file, by in differences.iter_rows() if by})
