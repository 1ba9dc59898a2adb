"""The mail that carries an invoice: what it says, and to whom it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.billing.models import Invoice, InvoiceSending
from apps.core.slots import contribute
from apps.customers.choices import ContactRole
from apps.customers.models import Contact, Customer
from apps.documents.snapshot import InvoiceSnapshot
from apps.messaging.events import Event, Placeholder
from apps.messaging.events import register as register_event
from apps.messaging.models import Delivery

EVENT = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedInvoice:
    """What templates see as ``invoice``: as it was issued, whatever became of the customer since."""

    number: str
    kind: str
    issue_date: date
    due_date: date
    period_start: date
    period_end: date
    net: Decimal
    vat: Decimal
    gross: Decimal
    payment_mode: str
    payment_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What templates see as ``customer``."""

    number: str
    name: str


INVOICE = Event.from_files(
    code=EVENT,
    title=_("Sending of an invoice"),
    folder=Path(__file__).parent / "mails",
    placeholders=[
        Placeholder(
            "invoice",
            _("The invoice: its number, dates, period, amounts and how it is to be paid."),
            MailedInvoice(
                number="F2026-000001",
                kind="Facture",
                issue_date=date(2026, 11, 2),
                due_date=date(2026, 12, 2),
                period_start=date(2026, 10, 1),
                period_end=date(2026, 11, 1),
                net=Decimal("100.00"),
                vat=Decimal("20.00"),
                gross=Decimal("120.00"),
                payment_mode="Virement",
                payment_text="Virement à réception de la facture.",
            ),
        ),
        Placeholder("customer", _("The customer: number, name."), Addressed(number="C000001", name="Atelier Durand")),
    ],
)


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
            net=shown.net,
            vat=shown.vat,
            gross=shown.gross,
            payment_mode=shown.payment.label,
            payment_text=shown.payment.text,
        ),
        "customer": Addressed(number=shown.buyer.customer_number, name=shown.buyer.legal_name),
    }


def recipients_of(customer: Customer) -> list[str]:
    """The addresses of the «gestionnaire de facturation», the first one named first; none where there is none."""
    contacts = Contact.objects.filter(customer=customer, role=ContactRole.BILLING).exclude(email="")
    return list(contacts.order_by("pk").values_list("email", flat=True))


def note_copy(*, original: Delivery, copy: Delivery) -> None:
    """A mail was sent again from the outbox: if it carried an invoice, the copy is the one that counts now."""
    sending = InvoiceSending.objects.filter(delivery=original).first()
    if sending is not None:
        InvoiceSending.objects.create(invoice=sending.invoice, delivery=copy, created_by=copy.created_by)


def register() -> None:
    register_event(INVOICE)
    contribute("messaging.resent", note_copy)
