"""Making an offer, or a handset, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.catalog.choices import SaleMode, UsageKind
from apps.catalog.models import Handset, Offer
from apps.catalog.services.allowances import Included, set_allowances
from apps.catalog.services.prices import FIRST_DAY, set_prices
from apps.catalog.services.ruling import set_rules


@transaction.atomic
def make_offer(
    *,
    offer: Offer,
    price: Decimal,
    included: Mapping[UsageKind, Included],
    requires: Collection[Offer] = (),
    excludes: Collection[Offer] = (),
    actor: Any,
) -> Offer:
    """Save a new offer, its price, which holds for all dates, what it includes, and its rules."""
    offer._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    offer.save()
    set_prices(prices={offer.pk: price}, on=FIRST_DAY)
    if included:
        set_allowances(included={offer.pk: included})
    if requires or excludes:
        set_rules(offer=offer, requires=requires, excludes=excludes, actor=actor)
    return offer


@transaction.atomic
def make_handset(*, handset: Handset, prices: Mapping[tuple[SaleMode, int], Decimal], actor: Any) -> Handset:
    """Save a new handset and its prices, by sale mode and number of months (0 but for instalments), for all dates."""
    handset._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    handset.save()
    for (mode, months), amount in prices.items():
        handset.prices.create(mode=mode, months=months, amount=amount, start=FIRST_DAY)
    return handset
