from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.enums import ActionVariant

from apps.billing import dialogs
from apps.billing.choices import ItemState, RunState
from apps.billing.filters import InvoiceStateFilter
from apps.billing.forms import GenerateForm
from apps.billing.models import BillingRun, Invoice, RunItem
from apps.billing.panels import CONTENT
from apps.core.admin import (
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
    """What became of each customer, the refused ones first."""

    model = RunItem
    fields = ("customer", badge(RunItem.state, ItemState), "reason")
    list_select_related = ("customer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).refused_first()


@admin.register(BillingRun)
class BillingRunAdmin(ReadOnly, ModelAdmin):
    """«Lancement des factures»."""

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
    fieldsets = (
        (None, {"fields": (("shown_month", badge(BillingRun.state, RunState)), "issue_date")}),
        (_("Result"), {"fields": (("invoice_count", "refused_count"), ("net_total", "gross_total"))}),
        (_("Launch"), {"fields": ("created_by", ("created_at", "finished_at"))}),
    )
    inlines = (RunItemInline,)
    links = (
        Link(
            title=_("Invoices"),
            url=lambda run: f"{reverse('admin:billing_invoice_changelist')}?run__id__exact={run.pk}",
            permission="billing.view_invoice",
            icon="receipt_long",
        ),
    )
    actions_list = ("generate",)
    actions_detail = ("recompute",)

    generate = ServiceDialog(
        title=_("Generate the invoices"),
        description=_("Makes the drafts of a month. They can be looked at and made again before they are numbered."),
        permission="billing.add_billingrun",
        form=GenerateForm,
        preview=dialogs.preview_generation,
        service=dialogs.generate,
        done=_("The drafts have been made."),
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
        done=_("The drafts have been made again."),
        icon="refresh",
    )

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
        "shown_state",
        "customer",
        "issue_date",
        "due_date",
        money(Invoice.net),
        money(Invoice.vat),
        money(Invoice.gross),
        "pdf",
    )
    list_select_related = ("customer",)
    list_filter = (
        InvoiceStateFilter,
        ("kind", ChoicesDropdownFilter),
        ("run", RelatedDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("issue_date", RangeDateFilter),
    )
    list_filter_submit = True
    search_fields = ("number",)
    search_help_text = _("Invoice number or customer")
    fieldsets = (
        (None, {"fields": (("shown_number", "shown_state"), ("customer", "kind"), ("run", "cancels"))}),
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
        return format_html(
            '<span class="flex gap-3 whitespace-nowrap">'
            '<a href="{}" target="_blank" class="text-link">{}</a><a href="{}" class="text-link">{}</a></span>',
            address("invoice", invoice.pk),
            pgettext_lazy("document", "View"),
            address("invoice", invoice.pk, download=True),
            _("Download"),
        )
