"""«Modalités de paiement»: when invoices are due."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.core import french
from apps.core.admin import CreateButton, HistoryModelAdmin, ServiceDialog, figure
from apps.documents import dialogs, services
from apps.documents.forms import PaymentTermsForm, RuleForm
from apps.documents.models import PaymentTerms
from apps.documents.terms import PaymentTerms as Rule
from apps.documents.wording import days_text, illegality_of, outcome_of, rule_text


def told(rule: Rule) -> dict[str, Any]:
    """What ``documents/due.html`` shows of a rule."""
    return {"sentences": outcome_of(rule, today=localdate()), "refusal": illegality_of(rule)}


@admin.register(PaymentTerms)
class PaymentTermsAdmin(CreateButton, HistoryModelAdmin):
    """The terms among which a customer's are chosen; those of the others are the default ones."""

    screen = _("Payment terms")
    create = _("Create payment terms")
    form = PaymentTermsForm
    list_display = ("label", "code", "rule", "due_if_today", "longest", "is_default")
    list_display_links = ("label",)
    sortable_by = ()
    ordering = ("-is_default", "days", "code")
    fieldsets = ((None, {"fields": (("label", "code"), "days", "end_of_month", "day_of_month", "outcome")}),)
    readonly_fields = ("outcome",)
    actions_detail = ("make_default",)

    make_default = ServiceDialog(
        title=_("Make them the default terms"),
        description=_("Those of every customer who has no terms of their own."),
        permission="documents.change_paymentterms",
        when=lambda row: not row.is_default,
        preview=dialogs.preview_default_terms,
        service=dialogs.make_default_terms,
        done=_("These are the default terms from now on."),
        icon="check_circle",
    )

    class Media:
        css = {"all": ["core/template_editor.css", "documents/documents.css"]}

    def save_model(self, request: HttpRequest, obj: PaymentTerms, form: Any, change: bool) -> None:
        if change:
            services.change_terms(terms=obj, values=form.values, actor=request.user)
        else:
            obj.pk = services.create_terms(values=form.values, actor=request.user).pk

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.due_view)
        return [path("due/", view, name="documents_paymentterms_due"), *super().get_urls()]

    @method_decorator(require_safe)
    def due_view(self, request: HttpRequest) -> HttpResponse:
        """When an invoice of today would be due by the terms being typed, or why the law does not allow them."""
        if not request.user.has_perm("documents.change_paymentterms"):
            raise PermissionDenied
        form = RuleForm(request.GET)
        if form.is_valid():
            context = told(form.rule)
        else:
            context = {"refusal": form.non_field_errors()[0] if form.non_field_errors() else ""}
        response = TemplateResponse(request, "documents/due.html", context)
        add_never_cache_headers(response)
        return response

    # --- Columns and fields

    @admin.display(description=_("what this gives"))
    def outcome(self, row: PaymentTerms) -> str:
        address = reverse("admin:documents_paymentterms_due")
        return render_to_string("documents/outcome.html", {**told(row.terms), "address": address})

    @admin.display(description=_("rule"))
    def rule(self, row: PaymentTerms) -> str:
        return rule_text(row.terms)

    @admin.display(description=_("due date of an invoice of today"))
    def due_if_today(self, row: PaymentTerms) -> str:
        return french.day(row.terms.due_date(localdate()))

    @figure
    @admin.display(description=_("longest wait"))
    def longest(self, row: PaymentTerms) -> str:
        days = days_text(row.terms.longest_wait)
        refused = illegality_of(row.terms)  # terms of former days may be longer than the law allows
        if not refused:
            return days
        return format_html('{}<br><span class="document-refused">{}</span>', days, refused)
