from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter

from apps.core.periods import Month
from apps.usage.models import CdrFile, RatedRecord


class FileFilter(AutocompleteSelectFilter):
    """Records of one file, which are found by the range of their keys."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        records = super().queryset(request, queryset)
        file = CdrFile.objects.filter(pk__in=self.lookup_val or []).first()
        return records.of_file(file) if file else records


class MonthFilter(DropdownFilter):
    """Records of one calendar month, by the column that every index of them begins with."""

    title = _("month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(Month.of(day)), month_name(day)) for day in RatedRecord.objects.months()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        try:
            return queryset.filter(month=Month.parse(self.value()).start)
        except ValueError:
            return queryset.none()


def month_name(day: date) -> str:
    """«octobre 2026»."""
    return date_format(day, "F Y")
