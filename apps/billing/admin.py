from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.enums import ActionVariant

from apps.billing import dialogs
from apps.billing.choices import ItemState, RunState
from apps.billing.filters import InvoiceStateFilter, SendingFilter
from apps.billing.forms import DownloadForm, GenerateForm, IssueForm
from apps.billing.models import BillingRun, Invoice, RunItem
from apps.billing.panels import CONTENT
from apps.billing.workspace import document_badge, run_shown_first, sending_badge, workspace
from apps.core.admin import (
    DaysFilter,
    Link,
    ModelAdmin,
    ReadOnly,
    ReadOnlyInline,
    ServiceDialog,
    badge,
    figure,
    money,
    status,
)
from apps.core.files import address
from apps.core.french import euros
from apps.usage.filters import month_name


class RunItemInline(ReadOnlyInline):
    """Who was refused, and why: the others have their invoice."""

    model = RunItem
    verbose_name_plural = _("Refused customers")
    fields = ("customer", badge(RunItem.state, ItemState), "reason")
    list_select_related = ("customer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).refused().order_by("customer__number")


@admin.register(BillingRun)
class BillingRunAdmin(ReadOnly, ModelAdmin):
    """«Lancement des factures»: the month that is worked on above the list of runs; the same on the page of a run.

    The buttons stand where the outline has them, so none is left for the header.
    """

    screen = _("Launch of the invoices")
    list_display = (
        "shown_month",
        badge(BillingRun.state, RunState),
        "issue_date",
        "invoice_count",
        "refused_count",
        "net_total",
        "gross_total",
        "created_by",
        "created_at",
    )
    list_select_related = ("created_by",)
    list_filter = (("state", ChoicesDropdownFilter),)
    list_before_template = "billing/launch.html"
    change_form_outer_before_template = "billing/launch.html"
    fieldsets = (
        (_("Launch"), {"fields": (("shown_month", "issue_date"), ("created_by", "created_at"), "finished_at")}),
    )
    inlines = (RunItemInline,)
    actions_list = ("generate",)
    actions_detail = ("issue", "draw", "recompute", "send_all", "download")

    class Media:
        css = {"screen": ["admin/css/vendor/select2/select2.css", "admin/css/autocomplete.css", "billing/launch.css"]}
        js = (
            "admin/js/vendor/jquery/jquery.min.js",
            "admin/js/vendor/select2/select2.full.js",
            "admin/js/jquery.init.js",
            "billing/launch.js",
        )

    generate = ServiceDialog(
        title=_("Generate the invoices"),
        description=_("Makes the drafts of a month. They can be looked at and made again before they are numbered."),
        permission="billing.add_billingrun",
        form=GenerateForm,
        preview=dialogs.preview_generation,
        service=dialogs.generate,
        done=_("The invoices are being generated."),
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
    )
    recompute = ServiceDialog(
        title=_("Make the invoices again"),
        description=_("Replaces the drafts of this run by new ones. Changes nothing that has been issued."),
        permission="billing.change_billingrun",
        when=dialogs.can_recompute,
        preview=dialogs.preview_recomputation,
        service=dialogs.recompute,
        done=_("The invoices are being generated again."),
        icon="refresh",
    )
    issue = ServiceDialog(
        title=_("Validate and number"),
        description=_("Gives the drafts their numbers, for good, and draws their PDFs."),
        permission="billing.issue_billingrun",
        form=IssueForm,
        when=dialogs.can_issue,
        preview=dialogs.preview_issue,
        service=dialogs.issue,
        done=_("The invoices are being numbered."),
        icon="verified",
        variant=ActionVariant.PRIMARY,
    )
    draw = ServiceDialog(
        title=_("Go on drawing the PDFs"),
        description=_("Draws the PDFs that are still missing, and closes the run. Nothing is drawn twice."),
        permission="billing.issue_billingrun",
        when=dialogs.can_draw,
        service=dialogs.draw,
        done=_("The PDFs are being drawn."),
        icon="picture_as_pdf",
    )
    send_all = ServiceDialog(
        title=_("Send the invoices"),
        description=_("One e-mail per invoice, with its PDF, to the customer's billing manager."),
        permission="billing.send_invoice",
        when=dialogs.can_send,
        preview=dialogs.preview_sending,
        service=dialogs.send_all,
        done=_("The e-mails are being prepared."),
        icon="send",
    )
    download = ServiceDialog(
        title=_("Download the invoices"),
        description=_("Puts all invoices of this run into one file."),
        permission="billing.download_billingrun",
        form=DownloadForm,
        when=dialogs.has_invoices,
        service=dialogs.download,
        done=_("The file is being made: it will appear on this page."),
        icon="download",
    )

    def list_dialogs(self) -> list[ServiceDialog]:
        return [type(self).generate, *self.contributed_actions("list_actions")]

    def placed_dialogs(self) -> tuple[list[ServiceDialog], list[ServiceDialog], list[ServiceDialog]]:
        """What stands left, right and in the middle; higher apps put theirs to the right («Exporter les factures»)."""
        own = type(self)
        return (
            [own.send_all],
            [own.download, *self.contributed_actions("actions")],
            [own.issue, own.draw, own.recompute],
        )

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        return []

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        return []

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"workspace": None, **(extra_context or {})}
        if self.has_view_permission(request):
            extra["workspace"] = workspace(self, request, run_shown_first(), on_list=True)
        return super().changelist_view(request, extra)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        context["workspace"] = None if obj is None else workspace(self, request, obj, on_list=False)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """A run that had nothing to bill is dropped while its page is looked at: the list tells what became of it."""
        return redirect("admin:billing_billingrun_changelist")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_totals()

    @admin.display(description=_("period"), ordering="period")
    def shown_month(self, run: BillingRun) -> str:
        return month_name(run.period)

    @figure
    @admin.display(description=_("invoices"))
    def invoice_count(self, run: Any) -> int:
        return run.invoice_count

    @figure
    @admin.display(description=_("refused customers"))
    def refused_count(self, run: Any) -> int:
        return run.refused_count

    @figure
    @admin.display(description=_("net total"))
    def net_total(self, run: Any) -> str:
        return euros(run.net_total)

    @figure
    @admin.display(description=_("gross total"))
    def gross_total(self, run: Any) -> str:
        return euros(run.gross_total)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly, ModelAdmin):
    """«Factures», and the drafts of open runs."""

    list_display = (
        "shown_number",
        "customer",
        "issue_date",
        "due_date",
        money(Invoice.net),
        money(Invoice.vat),
        money(Invoice.gross),
        "sending",
        "pdf",
    )
    list_select_related = ("customer",)
    list_filter = (
        InvoiceStateFilter,
        SendingFilter,
        ("kind", ChoicesDropdownFilter),
        ("run", RelatedDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("issue_date", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("number",)
    search_help_text = _("Invoice number or customer")
    empty_hint = _("Invoices are made by “Launch of the invoices”.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_number", "shown_state"),
                    ("customer", "kind"),
                    ("run", "cancels"),
                    ("document", "sending"),
                )
            },
        ),
        (_("Dates"), {"fields": (("issue_date", "due_date"), "period")}),
        (_("Totals"), {"fields": ((money(Invoice.net), money(Invoice.vat), money(Invoice.gross)),)}),
    )
    panels = (CONTENT,)
    links = (
        Link(
            title=pgettext_lazy("document", "View"),
            url=lambda invoice: address("invoice", invoice.pk),
            permission="billing.view_invoice",
            icon="visibility",
            new_tab=True,
        ),
        Link(
            title=_("Download"),
            url=lambda invoice: address("invoice", invoice.pk, download=True),
            permission="billing.view_invoice",
            icon="download",
        ),
    )
    keeps_history = False
    actions_detail = ("send", "remind")

    send = ServiceDialog(
        title=pgettext_lazy("invoice", "Send"),
        description=_("By e-mail, with its PDF, to the customer's billing manager."),
        permission="billing.send_invoice",
        when=dialogs.can_send_invoice,
        preview=dialogs.preview_invoice,
        service=dialogs.send_invoice,
        done=_("The e-mail is in the outbox."),
        icon="send",
    )
    remind = ServiceDialog(
        title=_("Send a reminder"),
        description=_("Asks the customer's billing manager by e-mail to pay the invoice, which goes with it."),
        permission="billing.send_invoice",
        when=dialogs.can_remind,
        preview=dialogs.preview_reminder,
        service=dialogs.send_reminder,
        done=_("The reminder is in the outbox."),
        icon="notification_important",
    )

    def with_details(self, rows: Any) -> Any:
        return rows.with_sending_state().with_document_state()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = super().get_list_display(request)
        if request.user.has_perm("billing.send_invoice"):
            return ["pdf_and_send" if column == "pdf" else column for column in shown]
        return shown

    @admin.display(description="PDF")
    def document(self, invoice: Invoice) -> str:
        return document_badge(invoice)

    @admin.display(description=_("sending"))
    def sending(self, invoice: Invoice) -> str:
        return sending_badge(invoice)

    @admin.display(description=_("number"), ordering="number")
    def shown_number(self, invoice: Invoice) -> str:
        return str(invoice)

    @admin.display(description=_("state"))
    def shown_state(self, invoice: Invoice) -> str:
        return status(invoice.state)

    @admin.display(description=_("period"))
    def period(self, invoice: Invoice) -> str:
        return invoice.period_text

    @admin.display(description=_("document"))
    def pdf(self, invoice: Invoice) -> str:
        return render_to_string("billing/invoice_links.html", {"invoice": invoice})

    @admin.display(description=_("document"))
    def pdf_and_send(self, invoice: Invoice) -> str:
        return render_to_string("billing/invoice_links.html", {"invoice": invoice, "may_send": True})
