"""What lists of offers and handsets can be narrowed to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.catalog.choices import SaleState


class SaleFilter(DropdownFilter):
    """On sale today, withdrawn, or to come."""

    title = _("sale")
    parameter_name = "sale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in SaleState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: Any = queryset
        which = {
            SaleState.NOW: rows.on_sale,
            SaleState.LATER: rows.coming,
            SaleState.WITHDRAWN: rows.withdrawn,
        }
        if self.value() not in which:
            return queryset
        return which[SaleState(self.value())](localdate())
