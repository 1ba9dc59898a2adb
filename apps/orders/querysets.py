"""Adjectives of orders."""

from __future__ import annotations

import re
from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.core.search import by_number, typed_digits
from apps.customers.models import Customer
from apps.orders.choices import OrderState
from apps.sims.models import ICCID_BEGINNING

_NUMBER = re.compile(r"(?:CMD-?)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


class OrderQuerySet(models.QuerySet):
    def drafts(self) -> Self:
        return self.filter(state=OrderState.DRAFT)

    def matching(self, text: str) -> Self:
        """Orders found by their number («CMD-000042», «42»), a customer, or a card, number or user in them."""
        from apps.orders.models import MobileItem

        text = text.strip()
        found = Q(customer__in=Customer.objects.matching(text))
        if number := _NUMBER.fullmatch(text):
            found |= Q(pk=int(number[1]))
        items = Q(user_name__contains=text.upper())
        if (of_number := by_number("msisdn", text)) is not None:
            items |= of_number
        digits = typed_digits(text) or ""
        if len(digits) >= ICCID_BEGINNING and digits.startswith("89"):
            items |= Q(sim__iccid__startswith=digits)
        return self.filter(found | Q(pk__in=MobileItem.objects.filter(items).values("order")))

    def with_item_count(self) -> Self:
        """``item_count``: the lines or services in each order."""
        from apps.orders.models import MobileItem, ServiceItem

        def counted(items: models.QuerySet[Any]) -> Coalesce:
            grouped = items.filter(order=OuterRef("pk")).order_by().values("order")
            return Coalesce(Subquery(grouped.annotate(count=Count("pk")).values("count")), 0)

        return self.annotate(
            item_count=counted(MobileItem.objects.all()) + counted(ServiceItem.objects.all()),
        )

    def with_items(self) -> Self:
        """Everything in them that their totals are made of, read at once."""
        return self.prefetch_related(
            "mobile_items__plan",
            "mobile_items__sim",
            "mobile_items__handset",
            "mobile_items__options__option",
            "mobile_items__discounts",
            "service_items__offer",
            "service_items__handset",
            "service_items__line",
        )
