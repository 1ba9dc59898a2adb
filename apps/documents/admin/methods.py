"""«Modes de paiement»: the text that invoices print for each mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from apps.branding.models import Integrator
from apps.core.admin import HistoryModelAdmin
from apps.core.wording import sentence
from apps.documents import phrases, services
from apps.documents.forms import PaymentTextForm
from apps.documents.models import PaymentMethod, PaymentTerms
from apps.documents.payment_texts import PLACEHOLDERS, SAMPLE, PaymentFacts, payment_text, values_of


def sample_of(method: PaymentMethod) -> PaymentFacts:
    """An invoice of today to a sample customer who pays like this, by the default terms."""
    company = Integrator.objects.first()
    usual = PaymentTerms.objects.filter(is_default=True).first()
    return replace(
        SAMPLE,
        mode=method.get_mode_display(),
        due_date=usual.terms.due_date(localdate()) if usual else SAMPLE.due_date,
        iban=company.iban if company and company.iban else SAMPLE.iban,
        bic=company.bic if company and company.iban else SAMPLE.bic,
    )


def placeholders_of(method: PaymentMethod) -> list[dict[str, Any]]:
    """Each placeholder with its meaning and what it says in the sample."""
    examples = values_of(sample_of(method))
    return [
        {"path": f"{{{name}}}", "insert": f"{{{name}}}", "meaning": meaning, "example": examples[name]}
        for name, meaning in PLACEHOLDERS.items()
    ]


@admin.register(PaymentMethod)
class PaymentMethodAdmin(HistoryModelAdmin):
    """One row per mode, made with the installation: only their texts change."""

    screen = _("Payment methods")
    form = PaymentTextForm
    list_display = ("mode", "text")
    list_display_links = ("mode",)
    sortable_by = ()
    fieldsets = ((None, {"fields": ("mode", "text")}),)
    readonly_fields = ("mode",)
    change_form_after_template = "documents/payment_text.html"

    class Media:
        css = {"all": ["core/template_editor.css", "documents/documents.css"]}
        js = ("core/template_editor.js",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context |= {
                "placeholders": placeholders_of(obj),
                "sentence": payment_text(obj.text, sample_of(obj)),
                "address": reverse("admin:documents_paymentmethod_preview", args=[obj.pk]),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: PaymentMethod, form: Any, change: bool) -> None:
        services.change_payment_text(method=obj, text=form.cleaned_data["text"], actor=request.user)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<path:object_id>/preview/", view, name="documents_paymentmethod_preview"), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The sentence as an invoice would print it: the one in force, or the one being typed. Writes nothing."""
        typed = request.POST.get("text") if request.method == "POST" else None
        if not (self.has_change_permission(request) if request.method == "POST" else self.has_view_permission(request)):
            raise PermissionDenied
        method = self.get_object(request, object_id)
        if method is None:
            raise Http404
        text = method.text if typed is None else typed
        found = phrases.faults(text, PLACEHOLDERS)
        context: dict[str, Any] = {"faults": [sentence(fault) for fault in found]}
        if not found:
            context = {"sentence": payment_text(text, sample_of(method))}
        response = TemplateResponse(request, "documents/payment_sentence.html", context)
        add_never_cache_headers(response)
        return response
