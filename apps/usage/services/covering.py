"""Letting allowances pay: the second pass of rating, over all open records of the pools and months touched."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import batched

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet, TextField
from django.db.models.functions import Cast

from apps.core.money import MICROS, from_scaled
from apps.core.progress import Progress, unwatched
from apps.lines.models import Line
from apps.tariffs.grids import index_of
from apps.usage.allowances import Allowances, allowances
from apps.usage.bulk import bulk
from apps.usage.columns import NO_ALLOWANCE, UNLIMITED, RateColumns, priced
from apps.usage.facts import BATCH
from apps.usage.models import RatedRecord
from apps.usage.pools import POOL, left_after, paid_by, pool_sums, whole_pools, with_pool_mates
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
    The lines, and all that share an allowance with one of them, are locked in the order of their keys, which is how
    billing locks them: it never sums usage that is half covered.

    Whoever covers many lines within a transaction of its own has locked them all (``lock_pools``), and the files
    (``lock_files``), before. ``progress`` counts lines.
    """
    changed = done = 0
    batches = list(whole_pools(line_ids))
    total = sum(map(len, batches))
    for some in batches:
        with transaction.atomic():
            changed += _cover_some(some, months)
            done += len(some)
            progress(done=done, total=total)
    return changed


def lock_pools(line_ids: Collection[int]) -> set[int]:
    """Lock these lines and all that share an allowance with one of them, in the order of their keys: which they are."""
    everyone = with_pool_mates(line_ids)
    _locked(everyone)
    return everyone


def _locked(line_ids: Collection[int]) -> list[tuple[int, date | None]]:
    """Key and billing start of each line, locked until the transaction ends."""
    rows: list[tuple[int, date | None]] = []
    for some in batched(sorted(line_ids), BATCH):
        rows += Line.objects.locked().filter(pk__in=some).values_list("pk", "billing_start")
    return rows


def _cover_some(line_ids: Collection[int], months: Collection[date] | None) -> int:
    rows = _locked(line_ids)
    # Whoever joined a pool before we had its lines has locked all of them, and so will whoever touches it now.
    everyone = with_pool_mates(line_ids)
    if joined := everyone.difference(line_ids):
        rows += Line.objects.filter(pk__in=joined).values_list("pk", "billing_start")
    starts = pl.DataFrame(rows, schema=BILLING_SCHEMA, orient="row")
    sums = pool_sums(line_ids=everyone, months=months)
    whole = allowances(line_ids=everyone, months=set(sums["month"]))
    left = left_after(whole, sums.select(*POOL, taken="closed"))
    unsettled = _unsettled(sums, left, starts)
    if unsettled.is_empty():
        return 0
    records = _open_records(unsettled).join(starts, left_on="line", right_on="pool")
    rates = RateColumns(index_of(records["rate"].unique().to_list()), bytes_per_megabyte=settings.MEGABYTE)
    if missing := set(records["rate"]) - set(rates.rates["rate"]):
        raise LookupError(f"rates that priced records are gone: {sorted(missing)}")
    is_billed = pl.col("local_date") >= pl.col("billing_start")
    records = records.with_columns(pool=pl.when(is_billed).then("line"), included=pl.lit(value=True))
    # Two lines may call at one instant under one identifier, in files of two formats: no order of loading tells.
    records = records.sort("line", "rate", "billed_quantity")
    changes = priced(paid_by(records, left).filter(pl.col("covered_quantity") != pl.col("old_covered")), rates)
    bulk().reprice(changes)
    _correct_amounts(changes)
    return changes.height


def _unsettled(sums: pl.DataFrame, left: Allowances, starts: pl.DataFrame) -> pl.DataFrame:
    """The lines, months and kinds whose open records have to be read: of a shared pool, those of all its lines.

    They need not be where all are covered whole, or none may be and none is. Where billing begins within the month
    some records take nothing: those are looked at one by one.
    """
    shared = left.shared.rename({"pool": "shared_pool", "allowance": "shared"})
    facts = (
        sums.join(left.own, on=POOL, how="left")
        .join(left.members, on=POOL, how="left")
        .join(shared, on=["shared_pool", "month", "kind"], how="left")
        .join(starts, on="pool")
        .with_columns(pl.col("allowance", "shared").fill_null(NO_ALLOWANCE))
    )
    own, shared_left, billed = pl.col("allowance"), pl.col("shared"), pl.col("billed")
    pool = ["shared_pool", "month", "kind"]
    of_own = (own == UNLIMITED) | (own >= billed)
    of_pool = (shared_left == UNLIMITED) | (shared_left >= billed.sum().over(pool))
    from_its_first_day = (pl.col("billing_start") <= pl.col("month")).fill_null(value=False)
    all_are_covered = (of_own | of_pool) & from_its_first_day & (pl.col("covered") == billed)
    none_may_be = (own == NO_ALLOWANCE) & (shared_left == NO_ALLOWANCE) & (pl.col("covered") == 0)
    facts = facts.with_columns(settled=all_are_covered | none_may_be)
    whole_pool = pl.when(pl.col("shared_pool").is_null()).then("settled").otherwise(pl.col("settled").all().over(pool))
    return facts.filter(~whole_pool)


def _open_records(pools: pl.DataFrame) -> pl.DataFrame:
    """The open records of these lines, months and kinds that may be covered."""
    rows: list[tuple[object, ...]] = []
    for some in batched(pools["pool"].unique().sort().to_list(), BATCH):
        rows += _stored(pools, some)
    records = pl.DataFrame(rows, schema=OPEN_SCHEMA, orient="row").with_columns(
        pl.col("month", "local_date").str.to_date("%Y-%m-%d")
    )
    return records.join(pools, left_on=["line", "month", "kind"], right_on=POOL, how="semi")


def _stored(pools: pl.DataFrame, line_ids: Collection[int]) -> QuerySet[RatedRecord, tuple[object, ...]]:
    return RatedRecord.objects.filter(
        line__in=line_ids,
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


def _as_text(name: str) -> Cast:
    """Days and instants (in UTC) as text, which sorts as they do and is read three times as fast."""
    return Cast(name, TextField())


def _correct_amounts(changes: pl.DataFrame) -> None:
    """Keep the amounts of the files whose records changed true."""
    differences = changes.group_by("file").agg((pl.col("price") - pl.col("old_price")).sum())
    adjust_files({file: {"amount": from_scaled(by, MICROS)} for file, by in differences.iter_rows() if by})
