"""How the sending of invoices stands today, as the recap tells it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from apps.billing.models import Invoice
from apps.customers.choices import ContactRole
from apps.customers.models import Contact

NOT_SENT = "Non envoyée"


@dataclass(frozen=True, slots=True)
class Sending:
    """To whom an invoice goes, and what became of it. French, whatever the language of the screen: it is a file."""

    email: str = ""
    state: str = NOT_SENT


def sendings_of(invoice_ids: Collection[int]) -> dict[int, Sending]:
    """By invoice; one that nobody is to get by mail is missing."""
    customers = dict(Invoice.objects.filter(pk__in=invoice_ids).values_list("pk", "customer_id"))
    emails = dict(
        Contact.objects.filter(role=ContactRole.BILLING, customer__in=set(customers.values()))
        .order_by("-pk")
        .values_list("customer_id", "email")
    )
    return {invoice: Sending(email=emails[customer]) for invoice, customer in customers.items() if customer in emails}
