"""The mail that carries an invoice: what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.billing.models import Invoice, InvoiceSending
from apps.billing.querysets import InvoiceQuerySet
from apps.core import french
from apps.core.slots import contribute
from apps.documents.snapshot import InvoiceSnapshot
from apps.messaging.events import Event, Placeholder, Sample, Samples, means
from apps.messaging.events import register as register_event
from apps.messaging.models import Delivery

EVENT = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedInvoice:
    """What templates see as ``invoice``: as it was issued, whatever became of the customer since."""

    number: str = means(_("Number of the invoice"))
    kind: str = means(_("“Facture” or “Avoir”"))
    issue_date: date = means(_("Date of the invoice"))
    due_date: date = means(_("Date by which it is to be paid"))
    period_start: date = means(_("First day of the billed period"))
    period_end: date = means(_("Day after the billed period"))
    period: str = means(_("The billed period, from its first to its last day"))
    net: Decimal = means(_("Total without VAT"))
    vat: Decimal = means(_("VAT"))
    gross: Decimal = means(_("Total with VAT"))
    payment_mode: str = means(_("How it is to be paid"))
    payment_text: str = means(_("The text of the payment mode"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What templates see as ``customer``."""

    number: str = means(_("Customer number"))
    name: str = means(_("Legal name of the customer"))


EXAMPLE = Placeholder(
    "invoice",
    _("The invoice: its number, dates, period, amounts and how it is to be paid."),
    MailedInvoice(
        number="F2026-000001",
        kind="Facture",
        issue_date=date(2026, 11, 2),
        due_date=date(2026, 12, 2),
        period_start=date(2026, 10, 1),
        period_end=date(2026, 11, 1),
        period=french.days(date(2026, 10, 1), date(2026, 11, 1)),
        net=Decimal("100.00"),
        vat=Decimal("20.00"),
        gross=Decimal("120.00"),
        payment_mode="Virement",
        payment_text="Virement à réception de la facture.",
    ),
)
CUSTOMER = Placeholder("customer", _("The customer: number, name."), Addressed(number="C000001", name="Atelier Durand"))


def mail_context(invoice: Invoice) -> dict[str, Any]:
    """The values of the placeholders for an issued invoice."""
    shown = InvoiceSnapshot.from_json(invoice.snapshot or {})
    return {
        "invoice": MailedInvoice(
            number=shown.number or "",
            kind="Avoir" if shown.is_credit_note else "Facture",
            issue_date=shown.issue_date,
            due_date=shown.due_date,
            period_start=shown.period_start,
            period_end=shown.period_end,
            period=french.days(shown.period_start, shown.period_end),
            net=shown.net,
            vat=shown.vat,
            gross=shown.gross,
            payment_mode=shown.payment.label,
            payment_text=shown.payment.text,
        ),
        "customer": Addressed(number=shown.buyer.customer_number, name=shown.buyer.legal_name),
    }


def samples(invoices: Callable[[], InvoiceQuerySet], context: Callable[[Invoice], dict[str, Any]]) -> Samples:
    """Issued invoices to try a text on, found by their number or their customer."""

    def search(text: str, limit: int) -> list[Sample]:
        found = invoices().matching(text) if text.strip() else invoices()
        return [Sample(one.pk, _named(one)) for one in found.select_related("customer")[:limit]]

    def of(pk: int) -> dict[str, Any]:
        invoice = invoices().filter(pk=pk).first()
        if invoice is None:
            raise LookupError(pk)
        return context(invoice)

    return Samples(search, of)


def _named(invoice: Invoice) -> str:
    return f"{invoice.number} – {invoice.customer} – {french.euros(invoice.gross)}"


INVOICE = Event.from_files(
    code=EVENT,
    title=_("Sending of an invoice"),
    folder=Path(__file__).parent / "mails",
    placeholders=(EXAMPLE, CUSTOMER),
    samples=samples(lambda: Invoice.objects.issued(), mail_context),
)


def note_copy(*, original: Delivery, copy: Delivery) -> None:
    """A mail was sent again from the outbox: if it carried an invoice, the copy is the one that counts now."""
    sending = InvoiceSending.objects.filter(delivery=original).first()
    if sending is not None:
        InvoiceSending.objects.create(invoice=sending.invoice, delivery=copy, created_by=copy.created_by)


def register() -> None:
    register_event(INVOICE)
    contribute("messaging.resent", note_copy)
