"""Adjectives of the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import OuterRef, Prefetch, Q, Subquery

from apps.catalog.choices import OfferKind


class OnSaleQuerySet(models.QuerySet):
    """Rows with the days on which they are on sale, ``[on_sale_from, on_sale_until)``, open where null."""

    def on_sale(self, day: date) -> Self:
        return self.filter(Q(on_sale_until__isnull=True) | Q(on_sale_until__gt=day)).filter(
            Q(on_sale_from__isnull=True) | Q(on_sale_from__lte=day)
        )

    def withdrawn(self, day: date) -> Self:
        return self.filter(on_sale_until__lte=day)

    def coming(self, day: date) -> Self:
        return self.exclude(on_sale_until__lte=day).filter(on_sale_from__gt=day)


class HandsetQuerySet(OnSaleQuerySet):
    def with_prices_on(self, day: date) -> Self:
        """``prices_today``: the prices in force on ``day``, by sale mode and number of months."""
        from apps.catalog.models import HandsetPrice

        prices = HandsetPrice.objects.on(day).order_by("mode", "months")
        return self.prefetch_related(Prefetch("prices", prices, "prices_today"))


class OfferQuerySet(OnSaleQuerySet):
    def plans(self) -> Self:
        return self.filter(kind=OfferKind.PLAN)

    def options(self) -> Self:
        return self.filter(kind=OfferKind.OPTION)

    def products(self) -> Self:
        return self.filter(kind__in=[OfferKind.SERVICE, OfferKind.EQUIPMENT])

    def with_price_on(self, day: date) -> Self:
        """``price_on_day``: the catalogue price in force on ``day``, None where there is none."""
        from apps.catalog.models import OfferPrice

        prices = OfferPrice.objects.on(day).filter(offer=OuterRef("pk"))
        return self.annotate(price_on_day=Subquery(prices.values("amount")[:1]))


class KindManager(models.Manager):
    """Rows of some kinds only, for the proxies that the menu shows as separate lists."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def get_queryset(self) -> OfferQuerySet:
        return OfferQuerySet(self.model, using=self._db).filter(kind__in=self.kinds)
