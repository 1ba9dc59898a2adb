from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from apps.catalog.models import Allowance, Offer, OfferPrice, Option, Plan, Product
from apps.catalog.quantities import quantity_text
from apps.core.admin import ModelAdmin, ReadOnly, ReadOnlyInline, days_held, money, percent
from apps.core.french import euros


class PriceInline(ReadOnlyInline):
    model = OfferPrice
    fields = (days_held, money(OfferPrice.amount))
    ordering = ("-start",)
    tab = False


class AllowanceInline(ReadOnlyInline):
    model = Allowance
    fields = ("kind", "included")
    ordering = ("kind",)
    tab = False

    @admin.display(description=_("included each month"))
    def included(self, allowance: Allowance) -> str:
        return allowance_text(allowance)


def allowance_text(allowance: Allowance) -> str:
    """«2 h», «100 SMS», «20 Go», «Voix illimité»."""
    if allowance.quantity is None:
        return _("Unlimited %(usage)s") % {"usage": allowance.get_kind_display()}
    return quantity_text(allowance.kind, allowance.quantity)


class OfferAdmin(ReadOnly, ModelAdmin):
    """What plans, options and products have in common. Their prices are dated: the list shows today's."""

    list_display: tuple[Any, ...] = (
        "code",
        "label",
        "price_today",
        percent(Offer.vat_rate),
        "allowances_text",
        "on_sale",
    )
    list_filter: tuple[Any, ...] = (("in_advance", BooleanRadioFilter),)
    search_fields = ("code", "label")
    search_help_text = _("Code or label")
    inlines: tuple[Any, ...] = (PriceInline, AllowanceInline)
    keeps_history = False
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (("code", "label"), (percent(Offer.vat_rate), "in_advance"), "throughput")}),
        (_("Sale"), {"fields": (("on_sale_from", "on_sale_until"), "sales_account")}),
        (_("Purchase"), {"fields": (("wholesale_code", money(Offer.wholesale_cost)),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_price_on(localdate()).prefetch_related("allowances")

    @admin.display(description=_("price today"), ordering="price_on_day")
    def price_today(self, offer: Any) -> str | None:
        return None if offer.price_on_day is None else euros(offer.price_on_day)

    price_today.formatting = "price"  # type: ignore[attr-defined]

    @admin.display(description=_("included each month"))
    def allowances_text(self, offer: Offer) -> str | None:
        return ", ".join(allowance_text(one) for one in offer.allowances.all()) or None

    @admin.display(description=_("on sale"), boolean=True)
    def on_sale(self, offer: Offer) -> bool:
        return offer.is_on_sale(localdate())


@admin.register(Plan)
class PlanAdmin(OfferAdmin):
    pass


@admin.register(Option)
class OptionAdmin(OfferAdmin):
    pass


@admin.register(Product)
class ProductAdmin(OfferAdmin):
    list_display = ("code", "label", "kind", "recurring", "price_today", percent(Offer.vat_rate), "on_sale")
    list_filter = (("kind", ChoicesDropdownFilter), ("recurring", BooleanRadioFilter))
    inlines = (PriceInline,)
    fieldsets = (
        (None, {"fields": (("code", "label"), ("kind", "recurring"), (percent(Offer.vat_rate), "in_advance"))}),
        *OfferAdmin.fieldsets[1:],
    )
