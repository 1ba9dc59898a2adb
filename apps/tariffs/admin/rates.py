from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from apps.catalog.choices import UsageKind
from apps.core import french
from apps.core.admin import JOURNAL, HistoryModelAdmin, ReadOnly, figure, price
from apps.core.admin.base import ChangeList
from apps.tariffs import panels
from apps.tariffs.dialogs import rates as dialogs
from apps.tariffs.filters import PurchaseFilter, VersionFilter, ZoneFilter
from apps.tariffs.models import Rate
from apps.tariffs.uses import purchase_prices
from apps.tariffs.wording import price_text, purchase_text, steps_text, usage_text, version_text


class RateList(ChangeList):
    """Each rate of a page with its ``purchase``: what its calls were bought for, None where it priced none."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rates: list[Any] = list(self.result_list)
        purchases = purchase_prices(Rate.objects.filter(pk__in=[rate.pk for rate in rates]))
        for rate in rates:
            rate.purchase = purchases.get(rate.pk)
        self.result_list = rates


@admin.register(Rate)
class RateAdmin(ReadOnly, HistoryModelAdmin):
    """The rates of a version: searched by prefix, destination, or the number that somebody calls."""

    screen = _("Rates")
    list_display = (
        "shown_prefix",
        "destination",
        "usage",
        "zone",
        "shown_price",
        "fee",
        "counted",
        "included",
        "calls",
    )
    list_filter = (
        VersionFilter,
        ("kind", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        ZoneFilter,
        ("special", BooleanRadioFilter),
        PurchaseFilter,
    )
    search_fields = ("prefix", "destination")
    search_help_text = _("Prefix, destination, or a whole number: which rate would it take?")
    ordering = ("origin_zone", "prefix")
    list_before_template = "tariffs/version.html"
    fieldsets = (
        (None, {"fields": (("grid_version", "destination"), ("shown_prefix", "special"), ("kind", "direction"))}),
        (_("Zones"), {"fields": (("origin_zone", "destination_zone"),)}),
        (
            _("Price"),
            {"fields": (("plain_price", price(Rate.connection_fee)), ("counted", "free_seconds"), "included")},
        ),
    )

    panels = (panels.PURCHASE, JOURNAL)
    actions_detail = ("change_price", "change_counting")

    change_price = dialogs.change_price
    change_counting = dialogs.change_counting

    class Media:
        css = {"all": ("tariffs/tariffs.css",)}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**panels.version_shown(request), **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The price is a button for who may change it."""
        shown = super().get_list_display(request)
        if not request.user.has_perm("tariffs.change_rate"):
            return shown
        return ["price_button" if column == "shown_price" else column for column in shown]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RateList

    @admin.display(description=_("prefix"), ordering="prefix")
    def shown_prefix(self, rate: Rate) -> str:
        return rate.prefix or str(_("any number"))

    @admin.display(description=pgettext_lazy("rate", "Usage"), ordering="kind")
    def usage(self, rate: Rate) -> str:
        return usage_text(rate)

    @admin.display(description=pgettext_lazy("rate", "Zone"), ordering="origin_zone")
    def zone(self, rate: Rate) -> str:
        return rate.origin_zone

    @figure
    @admin.display(description=pgettext_lazy("rate", "Connection"), ordering="connection_fee")
    def fee(self, rate: Rate) -> str | None:
        return french.price(rate.connection_fee) if rate.connection_fee else None

    @admin.display(description=_("grid version"))
    def grid_version(self, rate: Rate) -> SafeString:
        link = panels.rates_of(rate.version_id)
        return render_to_string("tariffs/link.html", {"link": link, "title": version_text(rate.version)})

    @figure
    @admin.display(description=_("price excluding tax"))
    def shown_price(self, rate: Rate) -> str:
        """«0,035 €/min»."""
        return price_text(rate)

    @figure
    @admin.display(description=_("price excluding tax"))
    def price_button(self, rate: Rate) -> SafeString:
        return render_to_string("tariffs/price_button.html", {"rate": rate, "price": price_text(rate)})

    @figure
    @admin.display(description=_("calls"))
    def calls(self, rate: Any) -> SafeString | None:
        """How many calls it priced, and whether it sells them below their purchase price."""
        if rate.purchase is None:
            return None
        said = purchase_text(rate.kind, rate.purchase)
        return render_to_string("tariffs/calls.html", {"purchase": rate.purchase, "said": said})

    @admin.display(description=_("price excluding tax"))
    def plain_price(self, rate: Rate) -> str:
        return price_text(rate)

    @admin.display(description=_("counted"))
    def counted(self, rate: Rate) -> str | None:
        return steps_text(rate.first_step, rate.step) if rate.kind == UsageKind.VOICE else None
