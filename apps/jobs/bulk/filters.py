from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.jobs.bulk.kinds import bulk_kinds


class BulkKindFilter(DropdownFilter):
    """By what is done, under the name that people know."""

    title = _("operation")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = bulk_kinds().items()
        offered = [(code, str(kind.title)) for code, kind in seen if request.user.has_perm(kind.view_permission)]
        return sorted(offered, key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset
