"""Adjectives of the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from apps.catalog.choices import OfferKind


class OfferQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def plans(self) -> Self:
        return self.filter(kind=OfferKind.PLAN)

    def options(self) -> Self:
        return self.filter(kind=OfferKind.OPTION)

    def products(self) -> Self:
        return self.filter(kind__in=[OfferKind.SERVICE, OfferKind.EQUIPMENT])

    def on_sale(self, day: date) -> Self:
        return self.filter(Q(on_sale_until__isnull=True) | Q(on_sale_until__gt=day)).filter(
            Q(on_sale_from__isnull=True) | Q(on_sale_from__lte=day)
        )


class KindManager(models.Manager):  # type: ignore[type-arg]
    """Rows of some kinds only, for the proxies that the menu shows as separate lists."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = kinds

    def get_queryset(self) -> OfferQuerySet:
        return OfferQuerySet(self.model, using=self._db).filter(kind__in=self.kinds)
