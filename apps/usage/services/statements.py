"""Closing the records that an invoice takes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.core.money import scaled_half_up
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, Statement


def close_statements(keys: Collection[tuple[int, date]]) -> list[Statement]:
    """Close every open record of each line and month (its first day) into a new statement, in a few queries.

    The caller holds the lines' locks, so that nothing changes a price between the sum and the closing. A load adds
    records all the same: DomainError while a file with records of these lines and months is being loaded, for their
    prices are not final, or if some came in between.

    ``digest`` covers each record's identifier and price: it stays when the records themselves are purged.
    """
    if not keys:
        return []
    lines, months = {line_id for line_id, _month in keys}, {month for _line_id, month in keys}
    open_records = RatedRecord.objects.filter(line_id__in=lines, month__in=months, statement__isnull=True)
    rows: dict[tuple[int, date], list[tuple[int, str, Decimal]]] = {key: [] for key in keys}
    ordered = open_records.order_by("line_id", "month", "started_at", "cdr_id")
    for line_id, month, format_id, cdr_id, price in ordered.values_list(
        "line_id", "month", "format_id", "cdr_id", "price"
    ):
        if (line_id, month) in rows:
            rows[line_id, month].append((format_id, cdr_id, price))
    # Looked at after the records: a file of theirs that was loading then still is, for its end needs the lines' locks.
    if file := CdrFile.objects.filter(state=FileState.LOADING, pk__in=open_records.values("file_id")).first():
        raise DomainError(_("The call records of %(file)s are still being loaded.") % {"file": file.name})
    last = {
        (row["line_id"], row["month"]): row["last"]
        for row in Statement.objects.filter(line_id__in=lines, month__in=months)
        .values("line_id", "month")
        .annotate(last=Max("sequence"))
        .order_by()
    }
    statements = Statement.objects.bulk_create(
        Statement(
            line_id=line_id,
            month=month,
            sequence=last.get((line_id, month), 0) + 1,
            records=len(records),
            amount=sum((price for *_rest, price in records), Decimal(0)),
            digest=records_digest(records),
        )
        for (line_id, month), records in rows.items()
    )
    made = Statement.objects.filter(
        pk__in=[statement.pk for statement in statements], line=OuterRef("line_id"), month=OuterRef("month")
    )
    by_month: dict[date, list[int]] = defaultdict(list)
    for line_id, month in keys:
        by_month[month].append(line_id)
    closed = sum(
        RatedRecord.objects.filter(line_id__in=line_ids, month=month, statement__isnull=True).update(
            statement=Subquery(made.values("pk")[:1])
        )
        for month, line_ids in by_month.items()
    )
    if closed != sum(len(records) for records in rows.values()):
        raise DomainError(_("Call records came in while their lines were being invoiced."))
    return statements


def records_digest(records: Iterable[tuple[int, str, Decimal]]) -> str:
    """SHA-256 over ``format;identifier;price in millionths`` of each record, in call order."""
    digest = hashlib.sha256()
    for format_id, cdr_id, price in records:
        digest.update(f"{format_id};{cdr_id};{scaled_half_up(price, 6)}\n".encode())
    return digest.hexdigest()
