from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter

from apps.accounts.choices import Audience, Deed
from apps.core.roles import Role


class RoleFilter(DropdownFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Role.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(groups__name=self.value()) if self.value() in Role.values else queryset


class DeedFilter(DropdownFilter):
    title = _("action")
    parameter_name = "deed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Deed.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action_flag=int(self.value())) if self.value() in Deed.values else queryset


class OfficeFilter(RelatedDropdownFilter):
    """A user of the back office: customers' accounts may be thousands."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        ordering = self.field_admin_ordering(field, request, model_admin)
        office = {"audience": Audience.OFFICE}
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=office)
