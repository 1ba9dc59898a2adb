"""What a billing run tells scripts and people: one shape for drafts, issued invoices and previews."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.billing.drafting import Draft, DraftLine
from apps.billing.models import BillingRun, Invoice, InvoiceLine, InvoiceVat
from apps.billing.vat import VatPart
from apps.core.money import amount_text
from apps.customers.models import Customer


def line_report(line: DraftLine | InvoiceLine) -> dict[str, Any]:
    return {
        "kind": str(line.kind),
        "label": line.label,
        "msisdn": line.msisdn or None,
        "period_start": str(line.period_start),
        "period_end": str(line.period_end),
        "quantity": line.quantity,
        "unit_price": amount_text(line.unit_price),
        "net": amount_text(line.net),
        "vat_rate": amount_text(line.vat_rate),
    }


def vat_report(parts: Iterable[VatPart | InvoiceVat]) -> list[dict[str, str]]:
    return [
        {"rate": amount_text(part.rate), "base": amount_text(part.base), "amount": amount_text(part.amount)}
        for part in parts
    ]


def draft_report(customer: Customer, draft: Draft) -> dict[str, Any]:
    return {
        "customer": customer.number,
        "number": None,
        "net": amount_text(draft.net),
        "vat": vat_report(draft.vat_parts),
        "gross": amount_text(draft.gross),
        "lines": [line_report(line) for line in draft.lines],
    }


def invoice_report(invoice: Invoice) -> dict[str, Any]:
    return {
        "customer": invoice.customer.number,
        "number": invoice.number,
        "net": amount_text(invoice.net),
        "vat": vat_report(invoice.vat_totals.all()),
        "gross": amount_text(invoice.gross),
        "lines": [line_report(line) for line in invoice.lines.all()],
    }


def run_report(run: BillingRun) -> list[dict[str, Any]]:
    """Every invoice and draft of a run, by customer number."""
    invoices = run.invoices.select_related("customer").prefetch_related("lines", "vat_totals")
    return [invoice_report(invoice) for invoice in invoices.order_by("customer__number", "pk")]
