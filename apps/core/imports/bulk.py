"""Reading and writing many rows in few queries, and taking turns at it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db import connection, models
from django.utils.timezone import now
from simple_history.utils import bulk_update_with_history

from apps.core.imports.plans import Change

_VALUES_PER_QUERY = 20_000  # SQLite takes 32,766 parameters in a query, PostgreSQL 65,535
# One UPDATE with a CASE per row costs PostgreSQL the square of the rows.
ROWS_PER_UPDATE = 500


def in_batches[M: models.Model](rows: models.QuerySet[M], lookup: str, values: Iterable[Any]) -> Iterator[M]:
    """The rows whose ``lookup`` is one of ``values``, however many there are."""
    for some in batched(dict.fromkeys(values), _VALUES_PER_QUERY):
        yield from rows.filter(**{f"{lookup}__in": some})


def update_with_history[M: models.Model](
    changes: Iterable[Change[M]], model: type[M], fields: Collection[str], **history: Any
) -> None:
    """Write, of ``fields``, what the changes say; rows that differ in other fields only are left alone."""
    rows, written = [], set()
    for change in changes:
        names = change.differences.keys() & fields
        for name in names:
            setattr(change.row, name, change.record[name])
        if names:
            rows.append(change.row)
            written |= names
    if rows:
        bulk_update_with_history(rows, model, sorted(written), batch_size=ROWS_PER_UPDATE, **history)


def delete_with_history[M: models.Model](
    rows: Sequence[M], model: Any, *, default_user: Any, default_change_reason: str | None
) -> None:
    """Delete rows that nothing refers to; simple-history has bulk writes of its own for all but this."""
    history = model.history.model
    history.objects.bulk_create(
        history(
            history_date=now(),
            history_type="-",
            history_user=default_user,
            history_change_reason=default_change_reason,
            **{field.attname: getattr(row, field.attname) for field in history.tracked_fields},
        )
        for row in rows
    )
    for some in batched((row.pk for row in rows), _VALUES_PER_QUERY):
        # QuerySet.delete() would load the rows again and write their history one by one.
        gone = model._base_manager.filter(pk__in=some)
        gone._raw_delete(gone.db)


def take_turns(name: str) -> None:
    """Wait until no other transaction holds the turn ``name``; this one holds it to its end.

    On SQLite a writing transaction is alone from its first statement (``transaction_mode=IMMEDIATE``).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
