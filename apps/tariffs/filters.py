"""What the rates of a grid can be narrowed to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.wording import version_text


class VersionFilter(DropdownFilter):
    """Rates of one version of a grid; without it, those of all versions stand side by side."""

    title = _("grid version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(version.pk), version_text(version)) for version in TariffVersion.objects.select_related("tariff")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(version=int(chosen)) if chosen and chosen.isdecimal() else queryset


class ZoneFilter(DropdownFilter):
    """Where the line is: in France, or in a zone abroad."""

    title = _("origin zone")
    parameter_name = "zone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(zone, zone) for zone in Rate.objects.zones()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(origin_zone=self.value()) if self.value() else queryset
