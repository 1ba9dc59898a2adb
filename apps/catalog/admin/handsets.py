from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AllValuesCheckboxFilter

from apps.catalog import services
from apps.catalog.admin.base import DatedPriceInline, SoldAdmin, more
from apps.catalog.choices import SaleMode
from apps.catalog.dialogs import handsets as dialogs
from apps.catalog.filters import SaleFilter
from apps.catalog.forms import HandsetForm, NewHandsetForm
from apps.catalog.models import Handset, HandsetPrice
from apps.catalog.resources import HandsetResource
from apps.catalog.wording import handset_price_text, mode_text
from apps.core.admin import figure
from apps.core.french import euros


class HandsetPriceInline(DatedPriceInline):
    model = HandsetPrice
    fields = ("mode_said", "amount_said", "held", "state")
    ordering = ("mode", "months", "-start")

    @admin.display(description=_("sale mode"))
    def mode_said(self, price: HandsetPrice) -> str:
        return mode_text(price.mode, price.months)

    @figure
    @admin.display(description=_("price excluding tax"))
    def amount_said(self, price: HandsetPrice) -> str:
        return handset_price_text(price.mode, price.months, price.amount)


def _price_of(mode: SaleMode) -> Any:
    """A column: the price of today in one sale mode; of instalments, of each number of months."""

    @figure
    @admin.display(description=mode.label)
    def column(self: HandsetAdmin, handset: Any) -> str | None:
        prices = [one for one in handset.prices_today if one.mode == mode]
        if mode == SaleMode.INSTALMENTS:
            return ", ".join(f"{one.months} × {euros(one.amount)}" for one in prices) or None
        return handset_price_text(mode, 0, prices[0].amount) if prices else None

    return column


@admin.register(Handset)
class HandsetAdmin(SoldAdmin):
    """«Terminaux»: brand, model, and a price per sale mode."""

    screen = _("Handsets")
    create = _("Create a new handset")
    form = HandsetForm
    add_form = NewHandsetForm
    list_display = ("brand", "model", "outright", "subsidised", "instalments", "rental", "sale_badge")
    list_display_links = ("brand", "model")
    list_filter = (SaleFilter, ("brand", AllValuesCheckboxFilter))
    search_fields = ("brand", "model", "ean")
    search_help_text = _("Brand, model or EAN")
    ordering = ("brand", "model")
    inlines = (HandsetPriceInline,)
    add_fieldsets = (
        (None, {"fields": (("brand", "model"), ("ean", "vat_rate"), "on_sale_from")}),
        (_("Prices"), {"fields": (("outright", "subsidised"), ("instalments", "months"), "rental")}),
        (_("Purchase and accounting"), {"fields": (("wholesale_cost", "sales_account"),)}),
    )
    fieldsets = (
        (None, {"fields": (("brand", "model"), ("ean", "vat_rate"), "sale")}),
        (_("Purchase and accounting"), {"fields": (("wholesale_cost", "sales_account"),)}),
    )
    readonly_fields = ("sale",)
    actions_list = ("export",)
    actions_detail = ("change_price", "copy", more("take_price_back", "withdraw", "put_on_sale"))
    resource = HandsetResource
    export_name = "terminaux"
    export_order = ("brand", "model")

    change_price = dialogs.change_price
    copy = dialogs.copy_handset

    outright = _price_of(SaleMode.OUTRIGHT)
    subsidised = _price_of(SaleMode.SUBSIDISED)
    instalments = _price_of(SaleMode.INSTALMENTS)
    rental = _price_of(SaleMode.RENTAL)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            services.make_handset(handset=obj, prices=form.prices, actor=request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_prices_on(localdate())
