"""Keeping what a file says of itself true while its records change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from itertools import batched

import polars as pl

from apps.usage.bulk import bulk
from apps.usage.facts import BATCH
from apps.usage.models import CdrFile, RatedRecord


def lock_files(*, line_ids: Collection[int], months: Collection[date] | None = None, others: Collection[int]) -> None:
    """Lock the files whose amounts may change as these lines are covered, and ``others``, in the order of their keys.

    For whoever changes files more than once in a transaction: two of these would wait for one another otherwise. The
    lines are locked already.
    """
    files = set(others)
    for some in batched(sorted(line_ids), BATCH):
        records = RatedRecord.objects.filter(line__in=some, included=True, statement__isnull=True)
        if months is not None:
            records = records.filter(month__in=months)
        files.update(records.order_by().values_list("file_id", flat=True).distinct())
    list(CdrFile.objects.select_for_update().filter(pk__in=files).order_by("pk").values_list("pk"))


def adjust_files(changes: Mapping[int, Mapping[str, int | Decimal]]) -> None:
    """Add to counts and amounts of files (by key), which are locked in the order of their keys.

    Amounts are added here, not in the database: an expression there would take euros for their millionths.
    """
    for file in CdrFile.objects.select_for_update().filter(pk__in=changes).order_by("pk"):
        for name, difference in changes[file.pk].items():
            setattr(file, name, getattr(file, name) + difference)
        file.save(update_fields=list(changes[file.pk]))


def count_rate_uses(rated: pl.DataFrame) -> None:
    """Add newly priced records to the uses of their rates; the files are locked. Free by a rule counts for no rate."""
    uses = (
        rated.filter(pl.col("rate").is_not_null())
        .group_by("file_id", "rate")
        .agg(
            records=pl.len().cast(pl.Int64),
            billable=(pl.col("billed_quantity") > 0).sum().cast(pl.Int64),
            quantity=pl.col("billed_quantity").sum(),
            cost=pl.col("cost").sum(),
        )
        .rename({"rate": "rate_id"})
        .sort("file_id", "rate_id")
    )
    if not uses.is_empty():
        bulk().count_rate_uses(uses)
