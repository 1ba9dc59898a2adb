"""Customers in the search box."""

from __future__ import annotations

from django.db.models import Case, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.search import SLOT, visible
from apps.core.slots import Found, SearchSource, contribute
from apps.customers.models import Customer


def find_customers(request: HttpRequest, text: str, limit: int) -> list[Found]:
    """By number, name, login or SIREN; the one whose number was typed whole comes first."""
    rows = visible(request, Customer).matching(text)
    rows = rows.order_by(Case(When(number__iexact=text, then=0), default=1), "name", "number")
    return [
        Found(one.name, one.number, reverse("admin:customers_customer_change", args=[one.pk])) for one in rows[:limit]
    ]


def register() -> None:
    contribute(SLOT, SearchSource(_("Customers"), find_customers, "customers.view_customer", order=20))
