"""From judged records to the rows of the tables that keep them."""

from __future__ import annotations

import polars as pl

from apps.usage.choices import SuspenseReason
from apps.usage.models import CdrFile
from apps.usage.parsing.readings import INSTANT
from apps.usage.wording import malformation

# What rated and waiting records have in common, after their key.
COMMON = [
    "file_id",
    "format_id",
    "month",
    "cdr_id",
    "msisdn",
    "started_at",
    "local_date",
    "kind",
    "direction",
    "correspondent",
    "quantity",
    "origin_zone",
    "cost",
]
PRICED = ["line_id", "rate_id", "destination", "billed_quantity", "covered_quantity", "included", "price"]
WAITING = ["reason", "detail", "line_number", "raw"]


def first_of_each(records: pl.DataFrame) -> pl.DataFrame:
    """The records without those that repeat the identifier and month of one before."""
    return records.filter(pl.struct("month", "cdr_id").is_first_distinct())


def rated_rows(records: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``RatedRecord``, by line and start so that what is read together lies together."""
    rows = records.rename({"line": "line_id", "rate": "rate_id"}).sort("line_id", "started_at")
    return rows.select(pl.col("^id$"), *COMMON, *PRICED)


def suspended_rows(records: pl.DataFrame, malformed: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``SuspendedRecord``: the records with their ``outcome``, and the malformed lines."""
    waiting = records.with_columns(reason="outcome", detail=pl.lit("")).select(*COMMON, *WAITING)
    broken = _malformed(malformed).select(*COMMON, *WAITING)
    return pl.concat([waiting, broken]).sort("line_number")


def of_file(records: pl.DataFrame, file: CdrFile) -> pl.DataFrame:
    return records.with_columns(file_id=pl.lit(file.pk, pl.Int64), format_id=pl.lit(file.format_id, pl.Int64))


def numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    """The rows with their keys, from ``first`` on."""
    return rows.with_columns(id=pl.int_range(pl.len(), dtype=pl.Int64) + first)


def _malformed(lines: pl.DataFrame) -> pl.DataFrame:
    """Malformed lines as records of which nothing is known but their text."""
    details = [malformation(*fault) for fault in lines.select("fault", "column", "value").iter_rows()]
    return lines.select(
        "file_id",
        "format_id",
        "line_number",
        "raw",
        detail=pl.Series(details, dtype=pl.String),
        reason=pl.lit(SuspenseReason.MALFORMED.value),
        month=pl.lit(None, pl.Date),
        cdr_id=pl.lit(""),
        msisdn=pl.lit(""),
        started_at=pl.lit(None, INSTANT),
        local_date=pl.lit(None, pl.Date),
        kind=pl.lit(None, pl.Int8),
        direction=pl.lit(None, pl.Int8),
        correspondent=pl.lit(""),
        quantity=pl.lit(None, pl.Int64),
        origin_zone=pl.lit(""),
        cost=pl.lit(0, pl.Int64),
    )
