"""What happens to the catalogue beyond a change of an offer's own row. Set-wise: whole files come through here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from django.db import transaction

from apps.catalog.choices import UsageKind
from apps.catalog.models import Allowance, OfferPrice
from apps.core.imports import ROWS_PER_UPDATE
from apps.core.slots import notify

ALLOWANCES_CHANGED: Final = "catalog.allowances_changed"
UNLIMITED: Final = "ILLIMITE"

type Quantity = int | Literal["ILLIMITE"]


@transaction.atomic
def set_prices(*, prices: Mapping[int, Decimal], on: date) -> None:
    """Sell offers (by primary key) at new monthly prices from ``on``, up to the next price already planned.

    What was agreed on subscriptions stays. A second change on one day replaces the first.
    """
    periods: dict[int, list[OfferPrice]] = {offer: [] for offer in prices}
    for period in OfferPrice.objects.select_for_update().filter(offer__in=prices).order_by("start"):
        periods[period.offer_id].append(period)
    ended, replaced, begun = [], [], []
    for offer, amount in prices.items():
        current = next((period for period in periods[offer] if on in period.days), None)
        if current is not None and current.start == on:
            current.amount = amount
            replaced.append(current)
            continue
        end = next((period.start for period in periods[offer] if period.start > on), None)
        begun.append(OfferPrice(offer_id=offer, amount=amount, start=on, end=end))
        if current is not None:
            current.end = on
            ended.append(current)
    OfferPrice.objects.bulk_update([*ended, *replaced], ["amount", "end"], batch_size=ROWS_PER_UPDATE)
    OfferPrice.objects.bulk_create(begun)


@transaction.atomic
def set_allowances(*, included: Mapping[int, Mapping[UsageKind, Quantity]]) -> None:
    """Say what offers (by primary key) include each month: seconds, messages or bytes, UNLIMITED, or 0 for nothing.

    Kinds that are not named stay. Those who compute usage are told by the slot ``catalog.allowances_changed``.
    """
    wanted = {(offer, kind): quantity for offer, kinds in included.items() for kind, quantity in kinds.items()}
    gone, changed = [], []
    for allowance in Allowance.objects.select_for_update().filter(offer__in=included):
        key = (allowance.offer_id, UsageKind(allowance.kind))
        if key not in wanted:
            continue
        quantity = wanted.pop(key)
        if quantity == 0:
            gone.append(allowance.pk)
        else:
            _say(allowance, quantity)
            changed.append(allowance)
    Allowance.objects.filter(pk__in=gone).delete()
    Allowance.objects.bulk_update(changed, ["quantity", "unlimited"], batch_size=ROWS_PER_UPDATE)
    Allowance.objects.bulk_create(
        _say(Allowance(offer_id=offer, kind=kind), quantity)
        for (offer, kind), quantity in wanted.items()
        if quantity != 0
    )
    notify(ALLOWANCES_CHANGED, offer_ids=list(included))


def _say(allowance: Allowance, quantity: Quantity) -> Allowance:
    allowance.unlimited = quantity == UNLIMITED
    allowance.quantity = None if quantity == UNLIMITED else quantity
    return allowance
