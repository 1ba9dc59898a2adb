"""Letters that are written by hand to chosen customers: what their texts see, and sending them to many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.core.admin import DialogForm, ServiceDialog
from apps.core.exceptions import DomainError
from apps.core.imports import in_batches
from apps.core.slots import contribute
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer
from apps.jobs.bulk import services as bulk
from apps.jobs.bulk.kinds import Becomes, BulkKind, Parameters, register
from apps.messaging import events
from apps.messaging.choices import LETTER
from apps.messaging.events import Event, Placeholder, Sample, Samples, means
from apps.messaging.models import EmailTemplate

SEND = "messaging.send_letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCustomer:
    """What a letter sees of the customer that it is sent to: nothing of what it owes or whom it calls."""

    number: str = means(gettext_lazy("customer number"))
    name: str = means(gettext_lazy("company name"))
    legal_name: str = means(gettext_lazy("legal name, with its accents"))
    login: str = means(gettext_lazy("login of the customer space"))
    city: str = means(gettext_lazy("city of the main address"))
    manager: str = means(gettext_lazy("name of the billing contact"))


EXAMPLE = LetterCustomer(
    number="C000042",
    name="SOCIETE EXEMPLE",
    legal_name="Société Exemple",
    login="C000042",
    city="LYON",
    manager="Camille Durand",
)


def with_letter_parts(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    """With what a letter shows of a customer, and where it goes, fetched along."""
    return rows.prefetch_related("contacts", "addresses")


def managers_of(customer: Customer) -> list[Contact]:
    contacts = [one for one in customer.contacts.all() if one.role == ContactRole.BILLING]
    return sorted(contacts, key=lambda one: one.pk)


def shown_in_letters(customer: Customer) -> LetterCustomer:
    managers = managers_of(customer)
    main: Address | None = next((one for one in customer.addresses.all() if one.role == AddressRole.MAIN), None)
    return LetterCustomer(
        number=customer.number,
        name=customer.name,
        legal_name=customer.invoice_name,
        login=customer.login,
        city=main.city if main else "",
        manager=managers[0].name if managers else "",
    )
