"""To whom mails about a customer go."""

from __future__ import annotations

from apps.customers.choices import ContactRole
from apps.customers.models import Contact, Customer


def billing_addresses(customer: Customer) -> list[str]:
    """The addresses of the «gestionnaire de facturation», the first one named first; none where there is none."""
    contacts = Contact.objects.filter(customer=customer, role=ContactRole.BILLING).exclude(email="")
    return list(contacts.order_by("pk").values_list("email", flat=True))
