"""What calls say of the rates that they were priced by: that these must stay, and what such calls are bought for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet

from apps.catalog.choices import UsageKind
from apps.core.money import MICROS, round_half_up
from apps.core.slots import contributions
from apps.tariffs.choices import PRICE_FIELDS
from apps.tariffs.models import Rate
from apps.tariffs.rating import quantity_per_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The calls that a rate priced.

    ``billable`` of the ``records`` count for more than nothing, ``quantity`` together, before any allowance (seconds,
    units or bytes, in steps); ``cost`` is what they were bought for.
    """

    records: int
    billable: int
    quantity: int
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasePrice:
    """What the calls of a rate were bought for, beside what they are sold for where no allowance pays.

    ``bought`` and ``sold`` are euros per minute, unit or megabyte, fees included, half up to six decimals; None where
    nothing was counted. ``below`` compares them exactly: is there a loss on these calls together?
    """

    records: int
    bought: Decimal | None
    sold: Decimal | None
    below: bool


#: Where a higher app, which has the calls, says which of some rates priced any: :data:`Uses`.
RATE_USES: Final = "tariffs.rate_uses"

#: By primary key of a rate; rates that priced nothing are left out.
type Uses = Callable[[QuerySet[Rate]], Mapping[int, Use]]

#: Functions ``(rates, day)`` that count the calls from that Paris day on that these rates priced.
CALLS_SINCE: Final = "tariffs.calls_since"


def uses_of(rates: QuerySet[Rate]) -> dict[int, Use]:
    """What the calls say of these rates, by primary key; rates that priced nothing are left out."""
    uses: dict[int, Use] = {}
    for find in contributions(RATE_USES):
        uses.update(find(rates))
    return uses


def calls_since(rates: QuerySet[Rate], day: date) -> int:
    """How many calls from ``day`` on (in Paris) were priced by these rates: a new version leaves them their price."""
    return sum(count(rates, day) for count in contributions(CALLS_SINCE))


def purchase_prices(rates: QuerySet[Rate]) -> dict[int, PurchasePrice]:
    """What the calls of these rates were bought for, by primary key; rates that priced nothing are left out."""
    uses = uses_of(rates)
    if not uses:
        return {}
    terms = rates.values("pk", "kind", "connection_fee", *sorted(set(PRICE_FIELDS.values())))
    return {rate["pk"]: _compared(rate, uses[rate["pk"]]) for rate in terms if rate["pk"] in uses}


def sold_below_purchase(rates: QuerySet[Rate]) -> set[int]:
    """Those of the rates (by primary key) whose calls are bought for more than they are sold for."""
    return {pk for pk, price in purchase_prices(rates).items() if price.below}


def _compared(rate: Mapping[str, Any], use: Use) -> PurchasePrice:
    per = quantity_per_price(rate["kind"], bytes_per_megabyte=settings.MEGABYTE)
    price = rate[PRICE_FIELDS[UsageKind(rate["kind"])]]
    sold = Fraction(rate["connection_fee"]) * use.billable + Fraction(price) * use.quantity / per

    def average(amount: Fraction) -> Decimal | None:
        return round_half_up(amount * per / use.quantity, MICROS) if use.quantity else None

    cost = Fraction(use.cost)
    return PurchasePrice(records=use.records, bought=average(cost), sold=average(sold), below=sold < cost)
