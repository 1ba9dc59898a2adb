from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from apps.customers.choices import CustomerState


class StateFilter(DropdownFilter):
    """Customers that may be sold something, or those that are closed."""

    title = pgettext_lazy("customer", "state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in CustomerState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case CustomerState.OPEN:
                return queryset.open()  # type: ignore[attr-defined]
            case CustomerState.CLOSED:
                return queryset.closed()  # type: ignore[attr-defined]
        return queryset
