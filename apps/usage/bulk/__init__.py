"""Millions of call records in and out of the database, each database in its fastest words.

Both say the same: rows as columns in, exact identifiers compared, prices changed by primary key. Everything runs
in the caller's transaction. Polars comes with these modules (see ``usage.parsing``).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Protocol

import polars as pl
from django.db import connection

from apps.usage.models import RawRecord


class Bulk(Protocol):
    """What the loader needs from a database beyond the ORM."""

    def lock_months(self, *, format_id: int, months: Collection[date]) -> None:
        """Let nobody else add identifiers of this format and these months until the transaction ends."""

    def known_ids(self, *, format_id: int, month: date, cdr_ids: list[str]) -> list[str]:
        """Those of ``cdr_ids`` that a rated or waiting record of the format and month already has."""

    def insert(self, model: type[RawRecord], rows: pl.DataFrame) -> None:
        """Add ``rows``, whose columns are named like the table's; money is in millionths."""

    def learn_size(self, model: type[RawRecord], *, added: int) -> None:
        """Let the planner know that ``added`` rows came in, before it is asked about them."""

    def count_rate_uses(self, uses: pl.DataFrame) -> None:
        """Add to the ``RateUse`` of each file and rate; the columns are named like the table's."""

    def reprice(self, changes: pl.DataFrame) -> None:
        """Set ``covered_quantity`` and ``price`` (millionths) of open rated records by ``id``."""


@cache
def bulk() -> Bulk:
    """The words of the database in use."""
    if connection.vendor == "postgresql":
        from apps.usage.bulk.postgresql import PostgreSQL

        return PostgreSQL()
    from apps.usage.bulk.sqlite import SQLite

    return SQLite()
