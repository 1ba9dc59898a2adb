"""The call detail of an invoice: which records it lists, and how (DOMAIN §7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.billing.models import Invoice
from apps.core.periods import PARIS
from apps.documents.annex import call_section
from apps.documents.snapshot import Call, CallKind, CallSection, Direction
from apps.lines.models import Line
from apps.tariffs.models import Rate
from apps.usage.choices import RecordDirection, RecordKind
from apps.usage.models import RatedRecord

KINDS = {
    RecordKind.VOICE: CallKind.VOICE,
    RecordKind.SMS: CallKind.SMS,
    RecordKind.MMS: CallKind.MMS,
    RecordKind.DATA: CallKind.DATA,
}
DIRECTIONS = {
    RecordDirection.MO: Direction.OUT,
    RecordDirection.MT: Direction.IN,
    RecordDirection.FWD: Direction.FORWARDED,
}


def call_detail(invoice: Invoice) -> tuple[CallSection, ...]:
    """One section per mobile line with its calls; nothing when the customer wants no detail."""
    customer = invoice.customer
    if customer.without_call_detail:
        return ()
    records = _records_of(invoice)
    lines = Line.objects.filter(customer=customer).order_by("msisdn", "pk")
    sections = (
        call_section(
            msisdn=line.msisdn,
            user_name=line.user_name,
            calls=_calls(records.filter(line=line)),
            masked=not customer.full_numbers,
            bytes_per_mb=settings.MEGABYTE,
        )
        for line in lines
    )
    return tuple(section for section in sections if section.calls)


def detailed_lines(invoice: Invoice) -> QuerySet[Line]:
    """The mobile lines whose usage an issued invoice bills, in the order of the annex."""
    statements = invoice.statement_claims.values("statement__line")
    return Line.objects.filter(customer=invoice.customer_id, pk__in=statements).order_by("msisdn", "pk")


def listed_records(invoice: Invoice, line: Line) -> QuerySet[RatedRecord]:
    """The records of one of these lines that the call detail of ``invoice`` lists, in its order."""
    statements = list(invoice.statement_claims.filter(statement__line=line).values_list("statement_id", flat=True))
    return _listed(RatedRecord.objects.filter(statement__in=statements))


def call_page(records: QuerySet[RatedRecord], line: Line, *, masked: bool) -> CallSection:
    """Some of these records as the annex shows them: numbers are masked as there."""
    return call_section(
        msisdn=line.msisdn,
        user_name=line.user_name,
        calls=_as_calls(records),
        masked=masked,
        bytes_per_mb=settings.MEGABYTE,
    )


def _records_of(invoice: Invoice) -> QuerySet[RatedRecord]:
    """Those its statements closed; for a draft, those that issuing it would close."""
    if invoice.is_issued:
        statements = list(invoice.statement_claims.values_list("statement_id", flat=True))
        return RatedRecord.objects.filter(statement__in=statements)
    if invoice.run is None:
        return RatedRecord.objects.none()
    return RatedRecord.objects.filter(statement__isnull=True, month__lte=invoice.run.period)


def _calls(records: QuerySet[RatedRecord]) -> Iterator[Call]:
    return _as_calls(_listed(records))


def _listed(records: QuerySet[RatedRecord]) -> QuerySet[RatedRecord]:
    # Free and emergency numbers are never listed: those free by rule have no rate, the others a special one at 0.
    free = Rate.objects.filter(special=True, price_minute=0, price_unit=0, price_megabyte=0, connection_fee=0)
    listed = records.filter(rate_id__isnull=False).exclude(Q(rate_id__in=free.values("pk")))
    return listed.order_by("started_at", "cdr_id")


def _as_calls(listed: QuerySet[RatedRecord]) -> Iterator[Call]:
    rows = listed.values_list(
        "started_at", "kind", "direction", "correspondent", "destination", "quantity", "covered_quantity", "price"
    )
    for started_at, kind, direction, number, destination, quantity, covered, price in rows.iterator(chunk_size=2000):
        yield Call(
            started_at=_paris(started_at),
            kind=KINDS[RecordKind(kind)],
            direction=DIRECTIONS[RecordDirection(direction)],
            other_number=number,
            destination=destination,
            quantity=quantity,
            included=covered > 0 and price == 0,
            price=price,
        )


def _paris(instant: datetime) -> datetime:
    return instant.astimezone(PARIS).replace(tzinfo=None)
