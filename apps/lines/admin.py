from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action

from apps.core.admin import Link, ListLinks, ModelAdmin, ReadOnly, ReadOnlyInline, badge, days_held, money, number
from apps.jobs.bulk.admin import BulkActions, paste_dialog
from apps.jobs.imports.admin import FileImportAdmin, send_dialog
from apps.jobs.uploads import SCRIPT
from apps.lines import holding
from apps.lines.choices import LineStatus
from apps.lines.file_kinds import LINE_FILES
from apps.lines.holding import WHO_HELD
from apps.lines.models import Discount, Line, LineImport, LineOperation, OneOffCharge, Subscription
from apps.lines.now import NOW
from apps.lines.operations import swapping
from apps.lines.operations.admin import PLANNED_LIST
from apps.lines.operations.planned import PLANNED
from apps.lines.panels import PERIODS
from apps.lines.provisioning.admin import ProvisioningFileAdmin, ProvisioningRequestAdmin
from apps.lines.provisioning.panels import NETWORK
from apps.lines.wording import changes_text, discount_text

__all__ = ["LineAdmin", "LineImportAdmin", "ProvisioningFileAdmin", "ProvisioningRequestAdmin"]


class SubscriptionInline(ReadOnlyInline):
    model = Subscription
    fields = (
        "offer",
        "kind",
        days_held,
        money(Subscription.price),
        "quantity",
        "in_advance",
        "prorata",
        "special_conditions",
    )
    ordering = ("-start", "-pk")
    list_select_related = ("offer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("discounts")

    @admin.display(description=_("special conditions"))
    def special_conditions(self, subscription: Subscription) -> str | None:
        return ", ".join(discount_text(one) for one in subscription.discounts.all() if not one.is_over) or None


class OneOffChargeInline(ReadOnlyInline):
    model = OneOffCharge
    fields = ("day", "label", money(OneOffCharge.price), "quantity")
    ordering = ("-day", "-pk")


class OperationInline(ReadOnlyInline):
    model = LineOperation
    fields = ("at", "kind", "effective_on", "actor", "reason", "changes", "network")
    ordering = ("-at", "-pk")
    list_select_related = ("actor", "provisioning")

    @admin.display(description=_("changes"))
    def changes(self, operation: LineOperation) -> Any:
        return format_html_join("", "<div>{}</div>", ((one,) for one in changes_text(operation))) or None

    @admin.display(description=_("network"))
    def network(self, operation: LineOperation) -> str | None:
        """How far the operator is with it; nothing where it was not asked."""
        request = getattr(operation, "provisioning", None)
        return request.get_state_display() if request else None


@admin.register(Line)
class LineAdmin(ListLinks, BulkActions, ReadOnly, ModelAdmin):
    """«Parc mobile». What a line is now, everything it has been, and what was done to it."""

    screen = _("Mobile fleet")
    list_display = (
        number(Line.msisdn),
        "user_name",
        "customer",
        "latest_plan",
        badge(Line.status, LineStatus),
        "latest_iccid",
        "activated_on",
        "terminated_on",
    )
    list_select_related = ("customer",)
    list_filter = (("status", ChoicesDropdownFilter), ("customer", AutocompleteSelectFilter))
    search_fields = ("msisdn",)
    search_help_text = _("Number, last digits, ICCID, user or customer")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    (number(Line.msisdn), badge(Line.status, LineStatus)),
                    ("user_name", "customer"),
                    ("latest_iccid", "latest_tariff"),
                ),
            },
        ),
        (
            _("Offer"),
            {
                "fields": (("latest_plan", "usage_discounts"), ("commitment_months", "committed_from")),
            },
        ),
        (_("Dates"), {"fields": (("activated_on", "billing_start", "terminated_on"),)}),
    )
    inlines = (SubscriptionInline, OneOffChargeInline, OperationInline)
    panels = (NOW, PLANNED, PERIODS, NETWORK)
    links = (
        Link(
            title=_("Simulate a call"),
            url=lambda line: f"{reverse('admin:tariffs_tariff_simulate')}?line={line.msisdn}",
            permission="tariffs.view_rate",
            icon="calculate",
        ),
    )
    list_links = (WHO_HELD, PLANNED_LIST)
    keeps_history = False
    actions_list = ("import_file", "paste", "requests_to_operator")
    has_row_menu = True

    import_file = send_dialog(LINE_FILES)
    paste = paste_dialog("lines.Line", permission="lines.add_lineoperation", identifiers=_("Telephone numbers"))

    class Media:
        css = {"all": ("lines/offers.css",)}
        js = (SCRIPT, "lines/offers.js")

    @action(description=_("Requests to the operator"), url_path="requests", icon="cell_tower")
    @method_decorator(require_safe)
    def requests_to_operator(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("lines.view_provisioningrequest"):
            raise PermissionDenied
        return redirect("admin:lines_provisioningrequest_changelist")

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        actions = super().get_actions_list(request)
        if request.user.has_perm("lines.view_provisioningrequest"):
            return actions
        return [one for one in actions if not one.action_name.endswith("_requests_to_operator")]

    def get_urls(self) -> list[Any]:
        guarded = self.admin_site.admin_view
        swap = guarded(partial(swapping.page, model_admin=self))
        return [
            path("sim-swap/", swap, name="lines_line_sim_swap"),
            path("who-held/", guarded(partial(holding.page, model_admin=self)), name="lines_line_who_held"),
            path("cards-in-stock/", guarded(swapping.cards), name="lines_line_cards_in_stock"),
            *super().get_urls(),
        ]

    def with_details(self, rows: Any) -> Any:
        return rows.with_latest(localdate())

    @admin.display(description=_("plan"))
    def latest_plan(self, line: Any) -> str | None:
        return line.latest_plan

    @admin.display(description=_("SIM card"))
    def latest_iccid(self, line: Any) -> str | None:
        return line.latest_iccid

    @admin.display(description=_("minute grid"))
    def latest_tariff(self, line: Any) -> str | None:
        return line.latest_tariff

    @admin.display(description=_("discounts on usage"))
    def usage_discounts(self, line: Line) -> str | None:
        return ", ".join(discount_text(one) for one in Discount.objects.filter(line=line, end=None)) or None


@admin.register(LineImport)
class LineImportAdmin(FileImportAdmin):
    """Files of lines that were sent."""

    screen = _("Imports of mobile lines")
    kind = LINE_FILES
    send = send_dialog(LINE_FILES)
