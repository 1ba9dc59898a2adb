"""«Textes et mise en page»: the version in force, its next one, and those before."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe
from unfold.enums import ActionVariant

from apps.core.admin import Link, ModelAdmin, ServiceDialog, percent
from apps.core.exceptions import DomainError
from apps.documents import dialogs, services
from apps.documents.admin import comparing, previewing
from apps.documents.layout_forms import LayoutForm, RefusedLayoutForm
from apps.documents.models import InvoiceLayout


@admin.register(InvoiceLayout)
class InvoiceLayoutAdmin(ModelAdmin):
    """The list is that of the versions. Saving the page of the latest writes the next; the others are looked at."""

    screen = _("Versions of the invoice template")
    form = RefusedLayoutForm
    list_display = ("shown_version", "made_at", "made_by", "note", "difference")
    list_select_related = ("made_by",)
    sortable_by = ()
    ordering = ("-version",)
    fieldsets = (
        (_("Bottom of the page"), {"fields": ("footer",)}),
        (
            _("Late payment"),
            {"fields": ("rate_kind", "penalty_rate", "penalties", "recovery_indemnity", "early_payment")},
        ),
        (_("VAT"), {"fields": ("vat_on_debits", "standard_vat_rate")}),
        (_("Layout"), {"fields": ("html",)}),
        (_("This version"), {"fields": ("note",)}),
    )
    looked_at = (
        (None, {"fields": (("shown_version", "made_at", "made_by"), "note")}),
        (_("Bottom of the page"), {"fields": ("footer",)}),
        (_("Late payment"), {"fields": ("shown_rate", "penalties", "recovery_indemnity", "early_payment")}),
        (_("VAT"), {"fields": (("vat_on_debits", percent(InvoiceLayout.standard_vat_rate)),)}),
        (_("Layout"), {"fields": ("shown_source",)}),
    )
    readonly_fields = ("shown_version", "shown_rate", "shown_source")
    conditional_fields = {"penalty_rate": "rate_kind == 'own'"}
    change_form_before_template = "documents/layout_before.html"
    change_form_outer_after_template = "documents/layout_beside.html"
    keeps_history = False  # the versions are its history
    actions_detail = ("restore", "use_shipped")
    links = (
        Link(
            title=_("Versions"),
            url=lambda layout: reverse("admin:documents_invoicelayout_changelist"),
            permission="documents.view_invoicelayout",
            icon="history",
        ),
    )

    class Media:
        css = {"all": ["core/template_editor.css", "documents/documents.css"]}
        js = ("core/template_editor.js", "documents/preview.js")

    restore = ServiceDialog(
        title=_("Restore this version"),
        description=_("Its texts and its layout become a new version, which is in force at once."),
        permission="documents.change_invoicelayout",
        when=lambda layout: not dialogs.is_in_force(layout),
        preview=dialogs.preview_restoration,
        service=dialogs.restore_layout,
        done=_("The version has been restored: it applies to the invoices to come."),
        leads_to=lambda layout: reverse("admin:documents_invoicelayout_change", args=[layout.pk]),
        icon="settings_backup_restore",
        variant=ActionVariant.PRIMARY,
    )
    use_shipped = ServiceDialog(
        title=_("Return to the shipped layout"),
        description=_("The layout becomes that which comes with ISM, in a new version; the texts stay yours."),
        permission="documents.change_invoicelayout",
        when=lambda layout: dialogs.is_in_force(layout) and bool(layout.html),
        preview=dialogs.preview_shipped,
        service=dialogs.use_shipped_layout,
        done=_("The shipped layout is in force: it applies to the invoices to come."),
        leads_to=lambda layout: reverse("admin:documents_invoicelayout_change", args=[layout.pk]),
        icon="restart_alt",
    )

    # --- Who may do what

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: InvoiceLayout | None = None) -> bool:
        """Only the version in force opens as a form. One that was when the form was opened is told so, not refused."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.method == "POST" or dialogs.is_in_force(obj))

    def get_fieldsets(self, request: HttpRequest, obj: InvoiceLayout | None = None) -> Any:
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return self.without_dead_ends(request, obj, self.looked_at)

    # --- The page

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("current/", wrap(self.current_view), name="documents_invoicelayout_current"),
            path("compare/", wrap(self.compare_view), name="documents_invoicelayout_compare"),
            path("samples/", wrap(self.samples_view), name="documents_invoicelayout_samples"),
            path("<path:object_id>/preview/", wrap(self.preview_view), name="documents_invoicelayout_preview"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def current_view(self, request: HttpRequest) -> HttpResponse:
        """The version in force, at once; who may only look at the numbering is led there."""
        if not self.has_view_permission(request):
            if request.user.has_perm("documents.view_numberseries"):
                return redirect("admin:documents_numberseries_changelist")
            raise PermissionDenied
        return redirect("admin:documents_invoicelayout_change", services.layout_in_force().pk)

    @method_decorator(require_safe)
    def compare_view(self, request: HttpRequest) -> HttpResponse:
        return comparing.page(self, request)

    @method_decorator(require_safe)
    def samples_view(self, request: HttpRequest) -> HttpResponse:
        return previewing.samples_page(self, request)

    @method_decorator([require_http_methods(["GET", "HEAD", "POST"]), xframe_options_sameorigin])
    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return previewing.preview_page(self, request, object_id)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Saves by itself: Django would hold the database locked while the samples are drawn."""
        layout = self.get_object(request, unquote(object_id)) if object_id and request.method == "POST" else None
        if layout is not None and self.has_change_permission(request, layout):
            form = LayoutForm(request.POST, instance=layout)
            if form.is_valid():
                try:
                    return self._saved(request, form.write(actor=request.user))
                except DomainError as refusal:
                    request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        response = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        context = response.context_data  # type: ignore[attr-defined]
        context["title"] = request.screen = gettext("Invoice template")  # type: ignore[attr-defined]
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        if obj is not None:
            may_change = self.has_change_permission(request, obj)
            context |= previewing.beside(request, obj, may_change=may_change)
            context["is_in_force"] = dialogs.is_in_force(obj)
        return response

    def _saved(self, request: HttpRequest, made: InvoiceLayout) -> HttpResponse:
        self.log_addition(request, made, gettext("Version %(number)s") % {"number": made.version})
        said = gettext(
            "Version %(number)s is saved. It applies to the invoices to come; those that have been issued keep theirs."
        )
        messages.success(request, said % {"number": made.version})
        return redirect("admin:documents_invoicelayout_change", made.pk)

    # --- Columns

    @admin.display(description=_("version"), ordering="version")
    def shown_version(self, layout: InvoiceLayout) -> str:
        return str(layout)

    @admin.display(description=_("penalty rate"))
    def shown_rate(self, layout: InvoiceLayout) -> str:
        return dialogs.rate_text(layout.penalty_rate)

    @admin.display(description=_("Layout (HTML)"))
    def shown_source(self, layout: InvoiceLayout) -> str:
        return format_html('<div class="document-source" tabindex="0" translate="no">{}</div>', layout.source)

    @admin.display(description=_("differences"))
    def difference(self, layout: InvoiceLayout) -> str:
        return comparing.link_of(layout)
