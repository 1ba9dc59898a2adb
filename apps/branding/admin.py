from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.branding import shell
from apps.branding.forms import IntegratorForm
from apps.branding.models import Integrator
from apps.core.admin import HistoryModelAdmin


@admin.register(Integrator)
class IntegratorAdmin(HistoryModelAdmin):
    """The one row of branding: its list leads straight to its page."""

    form = IntegratorForm
    readonly_fields = ("current_logo",)
    fieldsets = (
        (
            _("Logo and colours"),
            {
                "fields": ("current_logo", "new_logo", "without_logo", ("primary_colour", "accent_colour")),
            },
        ),
        (
            _("Company"),
            {
                "fields": (
                    ("legal_name", "trade_name"),
                    ("legal_form", "capital"),
                    ("siren", "siret"),
                    ("rcs", "vat_number"),
                ),
            },
        ),
        (_("Address"), {"fields": ("address", ("postal_code", "city", "country"), ("email", "phone"))}),
        (_("Bank details"), {"fields": (("account_holder", "bank"), ("iban", "bic"), "creditor_id")}),
        (_("Your contact"), {"fields": ("contact",)}),
    )

    @admin.display(description=_("logo"))
    def current_logo(self, company: Integrator) -> str:
        if not company.logo_digest:
            return str(_("No logo"))
        address = shell.logo_address(company)
        return format_html('<img src="{}" alt="" style="max-height: 80px; background: white">', address)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What sends another logo is there for whoever may, on the page of today only."""
        may_send = self.has_change_permission(request, obj) and not self.shows_version(request)
        if may_send:
            return self.fieldsets
        (title, shown), *others = self.fieldsets
        kept = tuple(field for field in shown["fields"] if field not in ("new_logo", "without_logo"))
        return ((title, {**shown, "fields": kept}), *others)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Integrator.objects.exists()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        if Integrator.objects.exists():
            return redirect("admin:branding_integrator_change", Integrator.SOLE)
        return redirect("admin:branding_integrator_add")

    def save_model(self, request: HttpRequest, obj: Integrator, form: Any, change: bool) -> None:
        obj.pk = Integrator.SOLE
        super().save_model(request, obj, form, change)
