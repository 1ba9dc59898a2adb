"""Closing the records that an invoice takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Max

from apps.core.money import scaled_half_up
from apps.usage.models import RatedRecord, Statement


def close_statement(*, line_id: int, month: date) -> Statement:
    """Close every open record of a line and month (its first day) into a new statement.

    The caller holds the line's lock, so that no load or re-rating changes a price between the sum and the closing.
    ``digest`` covers each record's identifier and price: it stays when the records themselves are purged.
    """
    open_records = RatedRecord.objects.filter(line_id=line_id, month=month, statement__isnull=True)
    rows = list(
        open_records.order_by("started_at", "cdr_id").values_list("pk", "format_id", "cdr_id", "price")
    )
    last = Statement.objects.filter(line_id=line_id, month=month).aggregate(last=Max("sequence"))["last"]
    statement = Statement.objects.create(
        line_id=line_id,
        month=month,
        sequence=(last or 0) + 1,
        records=len(rows),
        amount=sum((price for *_rest, price in rows), Decimal(0)),
        digest=records_digest((format_id, cdr_id, price) for _pk, format_id, cdr_id, price in rows),
    )
    open_records.update(statement=statement)
    return statement


def records_digest(records: Iterable[tuple[int, str, Decimal]]) -> str:
    """SHA-256 over ``format;identifier;price in millionths`` of each record, in call order."""
    digest = hashlib.sha256()
    for format_id, cdr_id, price in records:
        digest.update(f"{format_id};{cdr_id};{scaled_half_up(price, 6)}\n".encode())
    return digest.hexdigest()
