from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.branding import shell
from apps.branding.forms import IntegratorForm
from apps.branding.models import Integrator
from apps.core.admin import HistoryModelAdmin
from apps.core.identifiers import usual_bics

UPLOADS = {"new_logo", "without_logo", "new_favicon", "without_favicon"}


@admin.register(Integrator)
class IntegratorAdmin(HistoryModelAdmin):
    """«Identité & logo»: the one row of branding, whose list leads straight to its page, with a preview beside it."""

    screen = _("Identity & logo")
    form = IntegratorForm
    readonly_fields = ("current_logo", "current_favicon")
    fieldsets = (
        (
            _("Logo and colours"),
            {
                "fields": (
                    "current_logo",
                    "new_logo",
                    "without_logo",
                    "current_favicon",
                    "new_favicon",
                    "without_favicon",
                    ("primary_colour", "accent_colour"),
                ),
            },
        ),
        (_("Welcome message"), {"fields": ("welcome_message",)}),
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
        (_("Address"), {"fields": ("address", ("postal_code", "city"), "country", ("email", "phone"))}),
        (_("Bank details"), {"fields": (("account_holder", "bank"), ("iban", "bic"), "creditor_id")}),
        (_("Your contact"), {"fields": ("contact",)}),
        (_("Sending of mails"), {"fields": (("mail_sender_name", "mail_sender"), "mail_reply_to")}),
        (_("Installation"), {"fields": (("environment_name", "environment_colour"),)}),
    )
    change_form_outer_after_template = "branding/preview.html"

    class Media:
        css = {"all": ["branding/preview.css"]}
        js = ["branding/preview.js"]

    @admin.display(description=_("logo"))
    def current_logo(self, company: Integrator) -> str:
        if not company.logo_digest:
            return str(_("No logo"))
        return _shown(shell.logo_address(company))

    @admin.display(description=_("site icon"))
    def current_favicon(self, company: Integrator) -> str:
        if not company.favicon_digest:
            return str(_("That of ISM"))
        return _shown(shell.favicon_address(company))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What sends other images is there for whoever may, on the page of today only."""
        may_send = self.has_change_permission(request, obj) and not self.shows_version(request)
        if may_send:
            return self.fieldsets
        (title, shown), *others = self.fieldsets
        kept = tuple(field for field in shown["fields"] if field not in UPLOADS)
        return ((title, {**shown, "fields": kept}), *others)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and shell.integrator(request) is None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        if Integrator.objects.exists():
            return redirect("admin:branding_integrator_change", Integrator.SOLE)
        if self.has_add_permission(request):
            return redirect("admin:branding_integrator_add")
        messages.info(request, gettext("“Identity & logo” is not filled in yet: an administrator does that."))
        return redirect("admin:index")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        company = context["adminform"].form.instance
        shown = [field for field in Integrator._meta.fields if field.editable]
        context["saved"] = {field.name: str(field.value_from_object(company) or "") for field in shown}
        context["show_save_and_add_another"] = False  # there is one only
        context["logo_address"] = shell.logo_address(company)
        context["favicon_address"] = shell.favicon_address(company)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Integrator, form: Any, change: bool) -> None:
        obj.pk = Integrator.SOLE
        super().save_model(request, obj, form, change)
        self._mention_usual_bic(request, obj)

    def _mention_usual_bic(self, request: HttpRequest, company: Integrator) -> None:
        """Banks merge faster than registries are kept, so another BIC than the usual one is no error."""
        usual = usual_bics(company.iban) if company.iban and company.bic else set()
        if usual and company.bic[:4] not in {bic[:4] for bic in usual}:
            text = gettext("The bank of this IBAN usually has the BIC %(usual)s: check the one that you gave.")
            messages.warning(request, text % {"usual": ", ".join(sorted(usual))})


def _shown(address: str | None) -> str:
    return format_html('<span class="logo-ground"><img src="{}" alt=""></span>', address)
