"""COPY in, arrays for sets, advisory locks for months."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl
from django.db import connection

from apps.core.periods import Month
from apps.usage.models import RatedRecord, RawRecord, SuspendedRecord

# First half of the keys of our advisory locks, so that they meet nobody else's.
MONTH_LOCKS = 0x43445253  # CDRS
MONTHS_PER_FORMAT = 12 * 10_000

COPY_ROWS = 50_000  # the text of so many rows is in memory at once

KNOWN_IDS = f"""
    SELECT cdr_id FROM {RatedRecord._meta.db_table}
     WHERE month = %(month)s AND format_id = %(format)s AND cdr_id = ANY(%(ids)s)
    UNION ALL
    SELECT cdr_id FROM {SuspendedRecord._meta.db_table}
     WHERE month = %(month)s AND format_id = %(format)s AND cdr_id = ANY(%(ids)s) AND NOT (reason = 'malformed')
"""  # noqa: S608
REPRICE = f"""
    UPDATE {RatedRecord._meta.db_table} AS record SET covered_quantity = change.covered, price = change.price
      FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS change (id, covered, price)
     WHERE record.id = change.id AND record.statement_id IS NULL
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

    def reprice(self, changes: pl.DataFrame) -> None:
        columns = [changes[name].to_list() for name in ("id", "covered_quantity", "price")]
        with connection.cursor() as cursor:
            cursor.execute(REPRICE, columns)
