"""One prepared statement for many rows; JSON for sets. A write transaction excludes every other writer."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

import polars as pl
from django.db import connection

from apps.usage.models import RatedRecord, RateUse, RawRecord, SuspendedRecord

INSERT_ROWS = 50_000  # so many rows are Python objects at once

KNOWN_IDS = f"""
    SELECT cdr_id FROM {RatedRecord._meta.db_table}
     WHERE month = %s AND format_id = %s AND cdr_id IN (SELECT value FROM json_each(%s))
    UNION ALL
    SELECT cdr_id FROM {SuspendedRecord._meta.db_table}
     WHERE month = %s AND format_id = %s AND cdr_id IN (SELECT value FROM json_each(%s))
       AND NOT (reason = 'malformed')
"""  # noqa: S608
REPRICE = f"""
    UPDATE {RatedRecord._meta.db_table} SET covered_quantity = %s, price = %s
     WHERE id = %s AND statement_id IS NULL
"""  # noqa: S608
USE_COLUMNS = ("file_id", "rate_id", "records", "billable", "quantity", "cost")
COUNT_RATE_USES = f"""
    INSERT INTO {RateUse._meta.db_table} ({", ".join(USE_COLUMNS)}) VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (file_id, rate_id) DO UPDATE
       SET records = records + excluded.records, billable = billable + excluded.billable,
           quantity = quantity + excluded.quantity, cost = cost + excluded.cost
"""  # noqa: S608


class SQLite:
    """See :class:`apps.usage.bulk.Bulk`."""

    def lock_months(self, *, format_id: int, months: Collection[date]) -> None:
        """Nothing to do: the transaction is the only writer since it began (``transaction_mode``)."""

    def known_ids(self, *, format_id: int, month: date, cdr_ids: list[str]) -> list[str]:
        wanted: list[str | int] = [month.isoformat(), format_id, json.dumps(cdr_ids)]
        with connection.cursor() as cursor:
            cursor.execute(KNOWN_IDS, wanted * 2)
            return [cdr_id for (cdr_id,) in cursor.fetchall()]

    def insert(self, model: type[RawRecord], rows: pl.DataFrame) -> None:
        columns = ", ".join(f'"{name}"' for name in rows.columns)
        places = ", ".join(["?"] * rows.width)
        command = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})"  # noqa: S608
        connection.ensure_connection()
        for part in as_stored(rows).iter_slices(INSERT_ROWS):
            # The driver itself: Django's cursor copies and inspects the rows, which takes as long as storing them.
            connection.connection.executemany(command, part.rows())

    def learn_size(self, model: type[RawRecord], *, added: int) -> None:
        """Nothing to do: plans follow the indexes alone."""

    def count_rate_uses(self, uses: pl.DataFrame) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(COUNT_RATE_USES, uses.select(USE_COLUMNS).rows())

    def reprice(self, changes: pl.DataFrame) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(REPRICE, changes.select("covered_quantity", "price", "id").rows())


def as_stored(rows: pl.DataFrame) -> pl.DataFrame:
    """Dates and instants as the text that Django writes and compares: UTC, a fraction only if there is one."""
    columns = []
    for name, dtype in rows.schema.items():
        if dtype == pl.Date:
            columns.append(pl.col(name).dt.to_string("%Y-%m-%d"))
        elif isinstance(dtype, pl.Datetime):
            fraction = pl.when(pl.col(name).dt.microsecond() > 0).then(pl.col(name).dt.to_string("%.6f"))
            columns.append(pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S").add(fraction.fill_null("")).alias(name))
        elif dtype == pl.Boolean:
            columns.append(pl.col(name).cast(pl.Int8))
    return rows.with_columns(columns)
