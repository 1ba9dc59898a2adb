"""Verification of the ledger: numbers without gap or double, totals recomputed, frozen documents unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from apps.billing.models import Invoice, InvoiceDocument
from apps.billing.services.issuing import chained_digest
from apps.billing.services.numbers import log_faults
from apps.billing.vat import Treatment, vat_parts
from apps.core import guards
from apps.core.files import stored_bytes
from apps.core.money import total
from apps.core.wording import sentence
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.documents.numbering import PatternRefused
from apps.documents.renumbering import following
from apps.documents.services import rules_of
from apps.documents.snapshot import InvoiceSnapshot
from apps.lines.services import status_disagreements
from apps.usage.models import RatedRecord, Statement
from apps.usage.rates import use_disagreements
from apps.usage.services.statements import records_digest


@dataclass
class Verification:
    """What was looked at, and every fault found; ``ok`` when there is none."""

    invoices: int = 0
    statements: int = 0
    documents: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults


def verify_ledger() -> Verification:
    """Recompute everything that can be recomputed. Reads only; any number of times, at any moment."""
    found = Verification()
    found.faults += [f"database guard missing: {name}" for name in guards.missing(connection)]
    for series in NumberSeries.objects.order_by("kind"):
        found.faults += _series_faults(series, found)
    for kind in DocumentKind.values:
        found.faults += log_faults(kind)
    found.faults += _statement_faults(found)
    found.faults += _document_faults(found)
    found.faults += [f"use of a rate: {told}" for told in use_disagreements()]
    found.faults += [f"status disagrees with the dates: {line}" for line in status_disagreements()]
    return found


def _series_faults(series: NumberSeries, found: Verification) -> Iterator[str]:
    """Positions 1…n, counters and numbers by the rule of their time, dates that never go back, digests that chain."""
    position, counter, last_date, last_digest = 0, 0, None, ""
    try:
        rules = rules_of(series)
    except PatternRefused as refused:
        yield f"series {series.kind}: {sentence(refused)}"
        return
    for invoice in Invoice.objects.issued().filter(series=series).order_by("position").iterator(chunk_size=200):
        found.invoices += 1
        number = invoice.number
        if invoice.position != position + 1:
            yield f"{number}: position {invoice.position} after {position}"
        rule = next(rule for until, rule in rules if until is None or (invoice.position or 0) <= until)
        if invoice.issue_date is not None:
            expected = following(rule, counter=counter, last=last_date, day=invoice.issue_date)
            if (invoice.counter, number) != (expected, rule.format(expected, invoice.issue_date)):
                yield f"{number}: counter {invoice.counter} after {counter}"
        if last_date is not None and invoice.issue_date is not None and invoice.issue_date < last_date:
            yield f"{number}: dated {invoice.issue_date}, after {last_date}"
        if invoice.previous_digest != last_digest:
            yield f"{number}: does not chain to the document before"
        yield from _invoice_faults(invoice)
        position, counter = invoice.position or 0, invoice.counter or 0
        last_date, last_digest = invoice.issue_date, invoice.digest or ""
    if (series.position, series.last_hash) != (position, last_digest):
        yield f"series {series.kind}: its counter says {series.position}, its documents {position}"


def _invoice_faults(invoice: Invoice) -> Iterator[str]:
    number = invoice.number
    if chained_digest(invoice.previous_digest or "", invoice.snapshot) != invoice.digest:
        yield f"{number}: the snapshot is not the one that was issued"
    lines = list(invoice.lines.order_by("position"))
    parts = list(invoice.vat_totals.all())
    mentions = {(part.rate, part.category): part.mention for part in parts}
    recomputed = vat_parts(
        (
            Treatment(line.vat_rate, line.vat_category, mentions.get((line.vat_rate, line.vat_category), "")),
            line.net,
        )
        for line in lines
    )
    if [(part.category, part.rate, part.base, part.amount) for part in recomputed] != [
        (part.category, part.rate, part.base, part.amount)
        for part in sorted(parts, key=lambda part: (-part.rate, part.category))
    ]:
        yield f"{number}: the VAT table is not that of the lines"
    net, vat = total(line.net for line in lines), total(part.amount for part in parts)
    if (invoice.net, invoice.vat, invoice.gross) != (net, vat, net + vat):
        yield f"{number}: the totals are not those of the lines"
    try:
        snapshot = InvoiceSnapshot.from_json(invoice.snapshot or {})
    except ValueError as error:
        yield f"{number}: unreadable snapshot ({error})"
        return
    stated = (snapshot.number, snapshot.issue_date, snapshot.net, snapshot.vat, snapshot.gross)
    if stated != (number, invoice.issue_date, invoice.net, invoice.vat, invoice.gross):
        yield f"{number}: the snapshot contradicts the invoice"
    if [(item.label, item.net) for item in snapshot.items] != [(line.label, line.net) for line in lines]:
        yield f"{number}: the snapshot's lines are not the invoice's"


def _statement_faults(found: Verification) -> Iterator[str]:
    """Each statement is claimed once, and its records, unless purged, still add up to it."""
    for statement in Statement.objects.select_related("claim").order_by("pk").iterator(chunk_size=200):
        found.statements += 1
        rows = list(
            RatedRecord.objects.filter(statement=statement)
            .order_by("started_at", "cdr_id")
            .values_list("format_id", "cdr_id", "price")
        )
        if not hasattr(statement, "claim"):
            yield f"statement {statement.pk}: closed and not invoiced"
        if rows and (
            len(rows) != statement.records
            or sum((price for *_rest, price in rows), Decimal(0)) != statement.amount
            or records_digest(rows) != statement.digest
        ):
            yield f"statement {statement.pk}: its records changed"


def _document_faults(found: Verification) -> Iterator[str]:
    for document in InvoiceDocument.objects.select_related("invoice").order_by("pk").iterator(chunk_size=200):
        found.documents += 1
        try:
            content = stored_bytes(document.path)
        except FileNotFoundError:
            yield f"{document.invoice.number}: {document.part} file missing"
            continue
        if hashlib.sha256(content).hexdigest() != document.sha256:
            yield f"{document.invoice.number}: {document.part} file changed"
