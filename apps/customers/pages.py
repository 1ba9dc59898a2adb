"""How the record of a customer is laid out: in the order in which it is filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TAB = {"classes": ("tab",)}

#: For whoever may only look; contacts, addresses and mandates are tables of their own there.
LOOKED_AT: Any = (
    (None, {"fields": (("number", "kind"), ("name", "legal_name"), ("siren", "siret"))}),
    (
        _("Invoicing"),
        {
            "fields": (
                ("payment_mode", "payment_terms"),
                ("vat_regime", "vat_number"),
                ("auxiliary_account", "electronic_address"),
                ("purchase_order", "cost_centre"),
                ("without_call_detail", "full_numbers"),
            ),
        },
    ),
    (_("Customer space"), {"fields": (("login", "created_at"),)}),
)

MANDATE = (("iban", "bic"), ("reference", "signed_on"))


def address(prefix: str = "") -> tuple[Any, ...]:
    return (
        (f"{prefix}street", f"{prefix}complement"),
        (f"{prefix}postal_code", f"{prefix}city"),
        (f"{prefix}country",),
    )


def filled_in(*, with_mandate: bool, invites: bool = False) -> Any:
    """The tabs of the form."""
    return (
        (
            _("Customer record"),
            {
                **TAB,
                "fields": (
                    ("number", "kind"),
                    ("name", "legal_name"),
                    *address(),
                    ("siren", "siret"),
                    ("vat_regime", "vat_number"),
                ),
            },
        ),
        (
            pgettext_lazy("customer record", "Contacts and login"),
            {
                **TAB,
                "fields": (
                    ("billing_name", "billing_phone"),
                    ("billing_email", "further_emails"),
                    "login",
                    ("identification_name", "identification_phone"),
                    "identification_email",
                    *(("send_credentials",) if invites else ()),
                ),
            },
        ),
        (
            pgettext_lazy("customer record", "Delivery"),
            {**TAB, "fields": ("delivery_differs", *address("delivery_"))},
        ),
        (
            pgettext_lazy("customer record", "Payment"),
            {
                **TAB,
                "fields": (
                    ("payment_mode", "payment_terms"),
                    *(MANDATE if with_mandate else ()),
                    "auxiliary_account",
                ),
            },
        ),
        (
            pgettext_lazy("customer record", "Invoice"),
            {
                **TAB,
                "fields": (
                    ("without_call_detail", "full_numbers"),
                    "billing_differs",
                    *address("billing_"),
                    ("purchase_order", "cost_centre"),
                    "electronic_address",
                ),
            },
        ),
    )


def conditions() -> Iterator[tuple[str, str]]:
    """Fields that are there only when another has been answered so."""
    for prefix in ("delivery_", "billing_"):
        for row in address(prefix):
            for name in row:
                yield name, f"{prefix}differs == true"
    for row in MANDATE:
        for name in row:
            yield name, "payment_mode == 'direct_debit'"
