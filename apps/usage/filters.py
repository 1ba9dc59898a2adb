from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.core.periods import Month
from apps.usage.models import RatedRecord


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
