"""Who pays by which terms, told to the pages and services of payment terms, which know no customer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Case, Count, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.core.slots import ListColumn, contribute
from apps.customers.models import Customer
from apps.documents.services import TERMS_IN_USE


def customers_by_terms(*, terms_ids: Collection[int]) -> dict[int, int]:
    """How many customers have each of these terms as their own."""
    rows = Customer.objects.filter(payment_terms__in=terms_ids).order_by().values_list("payment_terms")
    return dict(rows.annotate(customers=Count("pk")))


def _with_customers(rows: Any) -> Any:
    """With how many customers pay like that: those that have no terms of their own follow the default."""
    without = Customer.objects.filter(payment_terms=None).order_by().values("payment_terms")
    by_default = Case(When(is_default=True, then=Coalesce(Subquery(without.annotate(n=Count("pk")).values("n")), 0)))
    return rows.annotate(paying_customers=Count("customer") + Coalesce(by_default, 0))


def register() -> None:
    contribute(TERMS_IN_USE, customers_by_terms)
    contribute(
        "documents.paymentterms.columns",
        ListColumn(
            "paying_customers",
            _("customers with these terms"),
            _with_customers,
            permission="customers.view_customer",
            figures=True,
        ),
    )
