from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.billing.choices import InvoiceState


class InvoiceStateFilter(DropdownFilter):
    """Drafts or issued invoices: told by the number, which no column repeats."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(InvoiceState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case InvoiceState.DRAFT:
                return queryset.drafts()  # type: ignore[attr-defined]
            case InvoiceState.ISSUED:
                return queryset.issued()  # type: ignore[attr-defined]
        return queryset
