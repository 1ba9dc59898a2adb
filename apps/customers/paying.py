"""Who pays by which terms, told to the pages and services of payment terms, which know no customer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from apps.core.slots import ListColumn, contribute
from apps.customers.models import Customer
from apps.documents.services import TERMS_IN_USE


def customers_by_terms(*, terms_ids: Collection[int]) -> dict[int, int]:
    """How many customers have each of these terms as their own."""
    rows = Customer.objects.filter(payment_terms__in=terms_ids).order_by().values_list("payment_terms")
    return dict(rows.annotate(customers=Count("pk")))


def _with_customers(rows: Any) -> Any:
    return rows.annotate(own_customers=Count("customer"))


def register() -> None:
    contribute(TERMS_IN_USE, customers_by_terms)
    contribute(
        "documents.paymentterms.columns",
        ListColumn(
            "own_customers",
            _("customers with these terms"),
            _with_customers,
            permission="customers.view_customer",
            figures=True,
        ),
    )
