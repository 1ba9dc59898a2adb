"""Files of customers, taken over on screen."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.customers.imports import CustomerImporter
from apps.jobs.imports.kinds import FileKind, register

CUSTOMER_FILES = FileKind(
    model="customers.CustomerImport",
    title=_("Customers"),
    description=_("One customer per line, known by its number (NUM_CLIENT), with its address, contacts and mandate."),
    importer=lambda today, parameters: CustomerImporter(today=today),
    leads_to=lambda file: reverse("admin:customers_customer_changelist"),
)


def register_kinds() -> None:
    register(CUSTOMER_FILES)
