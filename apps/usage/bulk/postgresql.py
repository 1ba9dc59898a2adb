"""COPY in, arrays for sets, advisory locks for months."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl
from django.db import connection

from apps.core.periods import Month
from apps.usage.models import RatedRecord, RateUse, RawRecord, SuspendedRecord

# First half of the keys of our advisory locks, so that they meet nobody else's.
MONTH_LOCKS = 0x43445253  # CDRS
MONTHS_PER_FORMAT = 12 * 10_000

UNNOTICED_GROWTH = 0.1  # of a table; autovacuum looks after the rest

COPY_ROWS = 50_000  # the text of so many rows is in memory at once

# One index probe for each identifier: LIMIT keeps the planner from reading the month whole instead.
KNOWN_IDS = " UNION ALL ".join(
    f"""
    SELECT wanted.cdr_id
      FROM unnest(%(ids)s::text[]) AS wanted (cdr_id)
     CROSS JOIN LATERAL (
           SELECT FROM {model._meta.db_table} AS record
            WHERE record.month = %(month)s AND record.format_id = %(format)s AND record.cdr_id = wanted.cdr_id
              {condition}
            LIMIT 1
     ) AS known"""  # noqa: S608
    for model, condition in ((RatedRecord, ""), (SuspendedRecord, "AND NOT (record.reason = 'malformed')"))
)
REPRICE = f"""
    UPDATE {RatedRecord._meta.db_table} AS record SET covered_quantity = change.covered, price = change.price
      FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS change (id, covered, price)
     WHERE record.id = change.id AND record.statement_id IS NULL
"""  # noqa: S608
USE_COLUMNS = ("file_id", "rate_id", "records", "billable", "quantity", "cost")
COUNT_RATE_USES = f"""
    INSERT INTO {RateUse._meta.db_table} AS known ({", ".join(USE_COLUMNS)})
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
        ON CONFLICT (file_id, rate_id) DO UPDATE
       SET records = known.records + EXCLUDED.records, billable = known.billable + EXCLUDED.billable,
           quantity = known.quantity + EXCLUDED.quantity, cost = known.cost + EXCLUDED.cost
"""  # noqa: S608


class PostgreSQL:
    """See :class:`apps.usage.bulk.Bulk`."""

    def lock_months(self, *, format_id: int, months: Collection[date]) -> None:
        with connection.cursor() as cursor:
            for month in sorted(months):  # always in this order: two loaders never wait for one another
                number = Month.of(month).months_since(Month(1, 1))
                key = (format_id * MONTHS_PER_FORMAT + number) % 2**31
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [MONTH_LOCKS, key])

    def known_ids(self, *, format_id: int, month: date, cdr_ids: list[str]) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(KNOWN_IDS, {"month": month, "format": format_id, "ids": cdr_ids})
            return [cdr_id for (cdr_id,) in cursor]

    def insert(self, model: type[RawRecord], rows: pl.DataFrame) -> None:
        columns = ", ".join(f'"{name}"' for name in rows.columns)
        command = f"COPY {model._meta.db_table} ({columns}) FROM STDIN (FORMAT csv)"
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for part in rows.iter_slices(COPY_ROWS):
                # Unquoted and empty is NULL, quoted and empty the empty text, for Polars as for PostgreSQL.
                copy.write(part.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.f+00"))

    def learn_size(self, model: type[RawRecord], *, added: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
            (known,) = cursor.fetchone()
            if added > known * UNNOTICED_GROWTH:
                cursor.execute(f"ANALYZE {model._meta.db_table}")

    def count_rate_uses(self, uses: pl.DataFrame) -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_RATE_USES, [uses[name].to_list() for name in USE_COLUMNS])

    def reprice(self, changes: pl.DataFrame) -> None:
        columns = [changes[name].to_list() for name in ("id", "covered_quantity", "price")]
        with connection.cursor() as cursor:
            cursor.execute(REPRICE, columns)
