"""How the sending of invoices stands today, as the recap tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from apps.billing.models import Invoice, InvoiceSending
from apps.core import french
from apps.core.periods import local_date
from apps.customers.choices import ContactRole
from apps.customers.models import Contact
from apps.messaging.choices import AddressRole, DeliveryState
from apps.messaging.models import Addressee, Delivery

# French, whatever the language of the screen: it is a file. An invoice is feminine, a mail is not.
NOT_SENT = "Non envoyée"
STATES = {
    DeliveryState.QUEUED: "En attente d’envoi",
    DeliveryState.SENDING: "En cours d’envoi",
    DeliveryState.SENT: "Envoyée",
    DeliveryState.FAILED: "Échec de l’envoi",
    DeliveryState.REFUSED: "Refusée",
    DeliveryState.UNKNOWN: "Envoi incertain",
    DeliveryState.CANCELLED: "Envoi annulé",
}


@dataclass(frozen=True, slots=True)
class Sending:
    """To whom an invoice went or is to go, and what became of it."""

    email: str = ""
    state: str = NOT_SENT


def sendings_of(invoice_ids: Collection[int]) -> dict[int, Sending]:
    """By invoice, after its latest mail; before the first one, the addresses that it would go to.

    One that nobody is to get by mail is missing.
    """
    latest = {
        one.invoice_id: one.delivery
        for one in InvoiceSending.objects.filter(invoice__in=invoice_ids).select_related("delivery").order_by("pk")
    }
    sent_to = _addresses_of(latest.values())
    found = {invoice: Sending(sent_to[mail.pk], _state(mail)) for invoice, mail in latest.items()}
    planned = _planned(set(invoice_ids) - latest.keys())
    return found | {invoice: Sending(email=email) for invoice, email in planned.items()}


def _state(mail: Delivery) -> str:
    said = STATES[DeliveryState(mail.state)]
    return said if mail.sent_at is None else f"{said} le {french.day(local_date(mail.sent_at))}"


def _addresses_of(mails: Iterable[Delivery]) -> dict[int, str]:
    addressees = Addressee.objects.filter(delivery__in=[mail.pk for mail in mails], role=AddressRole.TO)
    return _joined(addressees.order_by("pk").values_list("delivery_id", "address"))


def _planned(invoice_ids: Collection[int]) -> dict[int, str]:
    """The addresses of the «gestionnaires de facturation»."""
    customers = dict(Invoice.objects.filter(pk__in=invoice_ids).values_list("pk", "customer_id"))
    contacts = Contact.objects.filter(role=ContactRole.BILLING, customer__in=set(customers.values())).exclude(email="")
    emails = _joined(contacts.order_by("pk").values_list("customer_id", "email"))
    return {invoice: emails[customer] for invoice, customer in customers.items() if customer in emails}


def _joined(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    """All the addresses of each in one text; none is an empty one, where it is asked for."""
    together: dict[int, list[str]] = defaultdict(list)
    for owner, address in pairs:
        together[owner].append(address)
    return defaultdict(str, {owner: ", ".join(addresses) for owner, addresses in together.items()})
