"""Filters of lists that the library lacks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware
from unfold.contrib.filters.admin import RangeDateFilter

#: Midnight of the first days of the calendar is no moment: in UTC it lies before them.
EARLIEST = date(1900, 1, 1)


class DaysFilter(RangeDateFilter):  # type: ignore[misc]  # unfold ships no types
    """Rows of the days between two, both included; either may be left open. A moment belongs to its day in Paris.

    The library's own reads 03/11/2026 as the eleventh of March, and lets the last day out of moments.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since, until = self._day("from"), self._day("to")
        moments = isinstance(self.field, DateTimeField)
        if since:
            queryset = queryset.filter(**{f"{self.field_path}__gte": _midnight(since) if moments else since})
        if until and until < date.max:
            following = until + timedelta(days=1)
            queryset = queryset.filter(**{f"{self.field_path}__lt": _midnight(following) if moments else following})
        return queryset

    def _day(self, end: str) -> date | None:
        """None for what is empty or no date: the list is then shown as it is. No row is older than EARLIEST."""
        try:
            day: date | None = forms.DateField(required=False, localize=True).clean(
                self.used_parameters.get(f"{self.parameter_name}_{end}")
            )
        except ValidationError:
            return None
        return day and max(day, EARLIEST)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
