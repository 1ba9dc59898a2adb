"""What the rates of a grid can be narrowed to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.panels import asked_key
from apps.tariffs.uses import sold_below_purchase, uses_of
from apps.tariffs.wording import version_text


class VersionFilter(DropdownFilter):
    """Rates of one version of a grid; without it, those of all versions stand side by side."""

    title = _("grid version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(version.pk), version_text(version)) for version in TariffVersion.objects.select_related("tariff")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(version=asked_key(request)) if self.value() else queryset


class ZoneFilter(DropdownFilter):
    """Where the line is: in France, or in a zone abroad."""

    title = _("origin zone")
    parameter_name = "zone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(zone, zone) for zone in Rate.objects.zones()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(origin_zone=self.value()) if self.value() else queryset


class PurchaseFilter(DropdownFilter):
    """Rates that priced calls, and those of them that sell for less than these calls were bought for."""

    title = _("calls")
    parameter_name = "calls"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("below", _("Sold below the purchase price")),
            ("used", _("Has priced calls")),
            ("unused", _("Has priced no call yet")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "below":
                return queryset.filter(pk__in=sold_below_purchase(queryset))
            case "used":
                return queryset.filter(pk__in=uses_of(queryset).keys())
            case "unused":
                return queryset.exclude(pk__in=uses_of(queryset).keys())
        return queryset
