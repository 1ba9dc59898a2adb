from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from apps.catalog.admin.base import more
from apps.core.admin import JOURNAL, CreateButton, DaysFilter, ModelAdmin, ReadOnly, badge, figure
from apps.core.french import day, euros
from apps.orders import dialogs, panels
from apps.orders.admin import entering
from apps.orders.choices import OrderState
from apps.orders.filters import SellerFilter
from apps.orders.models import Order
from apps.orders.services import totals_of


@admin.register(Order)
class OrderAdmin(CreateButton, ReadOnly, ModelAdmin):
    """«Commandes». An order is entered on pages of its own (:mod:`apps.orders.admin.entering`)."""

    screen = _("Orders")
    create = _("Create an order")
    list_display = (
        "shown_number",
        "customer",
        "kind",
        badge(Order.state, OrderState),
        "item_count",
        "monthly_total",
        "seller",
        "created_at",
        "expiry",
    )
    list_select_related = ("customer", "seller")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        SellerFilter,
        ("customer", AutocompleteSelectFilter),
        ("created_at", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("pk",)
    search_help_text = _("Number of the order, customer, user, number or SIM card")
    fieldsets = (
        (None, {"fields": (("shown_number", "shown_state"), ("customer", "seller"), ("purchase_order", "created"))}),
    )
    links = panels.LINKS
    panels = (panels.ITEMS, panels.MAILS, JOURNAL)
    keeps_history = False
    actions_detail = ("validate", "assign", more("cancel", "remove", "give_up"))
    validate = dialogs.validate
    cancel = dialogs.cancel
    remove = dialogs.remove
    assign = dialogs.assign
    give_up = dialogs.give_up

    class Media:
        css: ClassVar[Any] = {"all": ["lines/offers.css", "orders/orders.css"]}
        js = ("lines/offers.js", "orders/orders.js")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.add_order"))

    def get_urls(self) -> list[Any]:
        return [*entering.addresses(self), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """«Créer une commande»: for whom, and of which kind."""
        return entering.choice(self, request)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_item_count()

    def with_details(self, rows: Any) -> Any:
        return rows.with_items()

    @admin.display(description=_("number"), ordering="pk")
    def shown_number(self, order: Order) -> str:
        return order.number

    @admin.display(description=_("state"))
    def shown_state(self, order: Order) -> str:
        return panels.state_text(order)

    @admin.display(description=_("entered"))
    def created(self, order: Order) -> str:
        return panels.entered_text(order)

    @figure
    @admin.display(description=pgettext_lazy("order", "lines"), ordering="item_count")
    def item_count(self, order: Any) -> int:
        return int(order.item_count)

    @figure
    @admin.display(description=_("per month excl. tax"))
    def monthly_total(self, order: Order) -> str:
        return euros(totals_of(order).monthly_net)

    @admin.display(description=_("expires on"), ordering="expires_on")
    def expiry(self, order: Order) -> str | None:
        return day(order.expires_on) if order.state == OrderState.DRAFT else None
