from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from apps.catalog.choices import UsageKind
from apps.core import french
from apps.core.admin import HistoryModelAdmin, ModelAdmin, ReadOnly, ReadOnlyInline, figure, price
from apps.tariffs.filters import VersionFilter
from apps.tariffs.models import Rate, Tariff, TariffVersion


class VersionInline(ReadOnlyInline):
    model = TariffVersion
    fields = ("in_force", "rates", "created_at")
    ordering = ("-valid_from",)
    tab = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_rate_count()

    @admin.display(description=_("in force from"))
    def in_force(self, version: TariffVersion) -> Any:
        return version.valid_from or _("from the beginning")

    @admin.display(description=_("rates"))
    def rates(self, version: Any) -> str:
        said = ngettext("%(count)s rate", "%(count)s rates", version.rate_count) % {
            "count": french.whole(version.rate_count)
        }
        address = f"{reverse('admin:tariffs_rate_changelist')}?version={version.pk}"
        return format_html('<a href="{}" class="text-link">{}</a>', address, said)


@admin.register(Tariff)
class TariffAdmin(ReadOnly, ModelAdmin):
    """«Grilles minutes»: the grids, their versions, and from there the rates of a version."""

    list_display = ("code", "label", "version_count", "latest_from")
    search_fields = ("code", "label")
    search_help_text = _("Code or label")
    fields = ("code", "label")
    inlines = (VersionInline,)
    keeps_history = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_versions()

    @figure
    @admin.display(description=_("versions"), ordering="version_count")
    def version_count(self, tariff: Any) -> int:
        return tariff.version_count

    @admin.display(description=_("latest version"), ordering="latest_from")
    def latest_from(self, tariff: Any) -> Any:
        return tariff.latest_from or _("from the beginning")


@admin.register(Rate)
class RateAdmin(ReadOnly, HistoryModelAdmin):
    """Rows of the grids, searched by prefix or destination."""

    list_display = (
        "shown_prefix",
        "destination",
        "kind",
        "direction",
        "origin_zone",
        "shown_price",
        price(Rate.connection_fee),
        "steps",
        "included",
    )
    list_filter = (
        VersionFilter,
        ("kind", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        ("special", BooleanRadioFilter),
    )
    search_fields = ("^prefix", "destination")
    search_help_text = _("Prefix or destination")
    ordering = ("origin_zone", "prefix")
    fieldsets = (
        (None, {"fields": (("version", "destination"), ("prefix", "special"), ("kind", "direction"))}),
        (_("Zones"), {"fields": (("origin_zone", "destination_zone"),)}),
        (
            _("Price"),
            {
                "fields": (
                    (price(Rate.price_minute), price(Rate.connection_fee)),
                    (price(Rate.price_unit), price(Rate.price_megabyte)),
                    ("first_step", "step"),
                    ("free_seconds", "included"),
                ),
            },
        ),
    )

    @admin.display(description=_("prefix"), ordering="prefix")
    def shown_prefix(self, rate: Rate) -> str:
        return rate.prefix or str(_("any number"))

    @admin.display(description=_("price excluding tax"))
    def shown_price(self, rate: Rate) -> str:
        """The one price that its kind of usage has: «0,035 €/min»."""
        match rate.kind:
            case UsageKind.VOICE:
                return f"{french.price(rate.price_minute)}/min"
            case UsageKind.DATA:
                return f"{french.price(rate.price_megabyte)}/{_('MB')}"
        return f"{french.price(rate.price_unit)}/{rate.get_kind_display()}"

    shown_price.formatting = "price"  # type: ignore[attr-defined]

    @admin.display(description=_("steps (s)"))
    def steps(self, rate: Rate) -> str | None:
        return f"{rate.first_step}/{rate.step}" if rate.kind == UsageKind.VOICE else None
