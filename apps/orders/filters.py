from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.accounts.models import User
from apps.orders.models import Order


class SellerFilter(DropdownFilter):
    """Those who have sold something."""

    title = _("seller")
    parameter_name = "seller"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        sellers = User.objects.filter(pk__in=Order.objects.order_by().values("seller")).order_by("username")
        return [(str(seller.pk), str(seller)) for seller in sellers]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seller = self.value()
        if not seller:
            return queryset
        return queryset.filter(seller=seller) if str(seller).isdecimal() else queryset.none()
