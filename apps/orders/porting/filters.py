"""What the board of portings can be narrowed to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import DropdownFilter


class DueFilter(DropdownFilter):
    """By when something is to be done with it."""

    title = _("next action")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("To be done today")),
            ("late", pgettext_lazy("port-in", "Late")),
            ("arriving", _("Arriving on the next working day")),
            ("open", pgettext_lazy("port-in", "Under way")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: Any = queryset
        narrowed = {
            "today": lambda: rows.due_on(localdate()),
            "late": lambda: rows.late_on(localdate()),
            "arriving": lambda: rows.to_be_reminded_on(localdate()),
            "open": rows.open,
        }
        chosen: Any = narrowed.get(str(self.value()))
        return chosen() if chosen else rows
