from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.core.admin import HistoryModelAdmin, ReadOnly, ReadOnlyInline
from apps.core.identifiers import mask_iban
from apps.customers.file_kinds import CUSTOMER_FILES
from apps.customers.models import Address, Contact, Customer, CustomerImport, Mandate
from apps.jobs.imports.admin import FileImportAdmin, send_dialog
from apps.jobs.uploads import SCRIPT


class ContactInline(ReadOnlyInline):
    model = Contact
    fields = ("role", "name", "email", "phone")
    ordering = ("role", "name")


class AddressInline(ReadOnlyInline):
    model = Address
    fields = ("role", "street", "complement", "postal_code", "city", "country")
    ordering = ("role",)


class MandateInline(ReadOnlyInline):
    model = Mandate
    fields = ("reference", "signed_on", "masked_iban", "bic", "revoked_on")
    ordering = ("-signed_on",)

    @admin.display(description=_("IBAN"))
    def masked_iban(self, mandate: Mandate) -> str:
        return mask_iban(mandate.iban)


@admin.register(Customer)
class CustomerAdmin(ReadOnly, HistoryModelAdmin):
    """«Clients». Lines and invoices are shown by the apps that know them."""

    list_display = ("number", "name", "main_city", "payment_mode")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("payment_mode", ChoicesDropdownFilter),
        ("vat_regime", ChoicesDropdownFilter),
    )
    search_fields = ("number", "name")
    search_help_text = _("Number, name or SIREN")
    inlines = (ContactInline, AddressInline, MandateInline)
    actions_list = ("import_file",)
    import_file = send_dialog(CUSTOMER_FILES)

    class Media:
        js = (SCRIPT,)

    fieldsets = (
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

    def with_details(self, rows: Any) -> Any:
        return rows.with_main_city()

    @admin.display(description=_("city"))
    def main_city(self, customer: Any) -> str | None:
        return customer.main_city


@admin.register(CustomerImport)
class CustomerImportAdmin(FileImportAdmin):
    """Files of customers that were sent."""

    screen = _("Imports of customers")
    kind = CUSTOMER_FILES
    send = send_dialog(CUSTOMER_FILES)
