"""The parts of a customer by name, as the form, the services and the rules speak of them.

A part is a column of the customer (``siren``) or of a row that belongs to it: ``street`` of the main address,
``delivery_street`` of another, ``billing_email`` of the «gestionnaire de facturation», ``iban`` of the mandate
in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer, Mandate

OWN: Final = (
    "number",
    "kind",
    "name",
    "legal_name",
    "siren",
    "siret",
    "vat_number",
    "vat_regime",
    "login",
    "payment_mode",
    "payment_terms",
    "auxiliary_account",
    "without_call_detail",
    "full_numbers",
    "purchase_order",
    "cost_centre",
    "electronic_address",
)
#: What the parts of an address begin with. Those but the main one are there where ``…differs`` says so.
ADDRESSES: Final[Mapping[AddressRole, str]] = {
    AddressRole.MAIN: "",
    AddressRole.DELIVERY: "delivery_",
    AddressRole.BILLING: "billing_",
}
ADDRESS: Final = ("street", "complement", "postal_code", "city", "country")
#: What the parts of a contact begin with.
CONTACTS: Final[Mapping[ContactRole, str]] = {
    ContactRole.BILLING: "billing_",
    ContactRole.IDENTIFICATION: "identification_",
}
CONTACT: Final = ("name", "email", "phone")
#: Who gets the invoices beside the manager: e-mails.
FURTHER: Final = "further_emails"
MANDATE: Final = ("iban", "bic", "reference", "signed_on")


def parts_of(customer: Customer) -> dict[str, Any]:
    """Every part as it is now; those of a customer that is not saved yet are empty."""
    parts: dict[str, Any] = {name: getattr(customer, name) for name in OWN}
    addresses: dict[str, Address] = {}
    contacts: list[Contact] = []
    mandate: Mandate | None = None
    if customer.pk:
        addresses = {one.role: one for one in customer.addresses.all()}
        contacts = list(customer.contacts.order_by("pk"))
        mandate = customer.mandates.filter(revoked_on=None).first()
    for role, prefix in ADDRESSES.items():
        if role != AddressRole.MAIN:
            parts[f"{prefix}differs"] = role in addresses
        address = addresses.get(role, Address(role=role))
        parts |= {f"{prefix}{name}": getattr(address, name) for name in ADDRESS}
    for kind, beginning in CONTACTS.items():
        contact = next((one for one in contacts if one.role == kind), Contact(role=kind))
        parts |= {f"{beginning}{name}": getattr(contact, name) for name in CONTACT}
    parts[FURTHER] = tuple(one.email for one in contacts if one.role == ContactRole.BILLING)[1:]
    parts |= {name: getattr(mandate, name) if mandate else "" for name in MANDATE}
    parts["signed_on"] = mandate.signed_on if mandate else None
    return parts


def group(parts: Mapping[str, Any], prefix: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The parts that begin with ``prefix``, by the names that their row has for them."""
    return {name: parts[f"{prefix}{name}"] for name in names}
