"""What the list of cards can be narrowed to."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.sims.models import SimCard

#: The latest: an older one is searched by its name.
MOST_OFFERED = 200


class ValueFilter(DropdownFilter):
    """By a text that many cards have in common, those that came last first."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        name = self.parameter_name
        values = SimCard.objects.exclude(**{name: ""}).order_by().values_list(name)
        latest = values.annotate(latest=Max("pk")).order_by("-latest")[:MOST_OFFERED]
        return [(value, value) for value, _latest in latest]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class BatchFilter(ValueFilter):
    title = _("batch")
    parameter_name = "batch"


class SupplierFilter(ValueFilter):
    title = _("supplier")
    parameter_name = "supplier"
