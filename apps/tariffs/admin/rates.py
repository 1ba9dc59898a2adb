from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from apps.catalog.choices import UsageKind
from apps.core.admin import HistoryModelAdmin, ReadOnly, figure, price
from apps.tariffs import panels
from apps.tariffs.filters import VersionFilter, ZoneFilter
from apps.tariffs.models import Rate
from apps.tariffs.wording import price_text, steps_text, version_text


@admin.register(Rate)
class RateAdmin(ReadOnly, HistoryModelAdmin):
    """The rates of a version: searched by prefix, destination, or the number that somebody calls."""

    screen = _("Rates")
    list_display = (
        "shown_prefix",
        "destination",
        "kind",
        "direction",
        "origin_zone",
        "shown_price",
        price(Rate.connection_fee),
        "counted",
        "included",
    )
    list_filter = (
        VersionFilter,
        ("kind", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        ZoneFilter,
        ("special", BooleanRadioFilter),
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

    class Media:
        css = {"all": ("tariffs/tariffs.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("version__tariff")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**panels.version_shown(request), **(extra_context or {})})

    @admin.display(description=_("prefix"), ordering="prefix")
    def shown_prefix(self, rate: Rate) -> str:
        return rate.prefix or str(_("any number"))

    @admin.display(description=_("grid version"))
    def grid_version(self, rate: Rate) -> SafeString:
        link = panels.rates_of(rate.version_id)
        return render_to_string("tariffs/link.html", {"link": link, "title": version_text(rate.version)})

    @figure
    @admin.display(description=_("price excluding tax"))
    def shown_price(self, rate: Rate) -> str:
        """«0,035 €/min»."""
        return price_text(rate)

    @admin.display(description=_("price excluding tax"))
    def plain_price(self, rate: Rate) -> str:
        return price_text(rate)

    @admin.display(description=_("counted"))
    def counted(self, rate: Rate) -> str | None:
        return steps_text(rate.first_step, rate.step) if rate.kind == UsageKind.VOICE else None
