from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.billing.choices import InvoiceState, SendingState
from apps.messaging.choices import IN_TROUBLE, DeliveryState


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


class SendingFilter(DropdownFilter):
    """What became of the mail that carries an invoice."""

    title = _("sending")
    parameter_name = "sending"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*SendingState.choices, *DeliveryState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case SendingState.UNSENT:
                return queryset.unsent()  # type: ignore[attr-defined]
            case SendingState.TROUBLED:
                return queryset.with_sending_state().filter(sending_state__in=IN_TROUBLE)  # type: ignore[attr-defined]
            case state if state in DeliveryState.values:
                return queryset.with_sending_state().filter(sending_state=state)  # type: ignore[attr-defined]
        return queryset
