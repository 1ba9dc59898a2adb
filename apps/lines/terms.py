"""What is agreed on for a line, before there are rows of it: the words that orders and changes of offers share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.catalog.choices import UsageKind
from apps.catalog.models import Offer
from apps.lines.choices import DiscountBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTerms:
    """An option at the monthly price agreed, excluding tax; its throughput where it is about data."""

    option: Offer
    price: Decimal
    throughput: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountTerms:
    """A special condition: ``percent``, or ``amount`` in euros a month, on the plan's subscription or on the usage.

    It holds for ``months`` slices from the billing start; None: without limit. See
    :class:`~apps.lines.models.Discount`, which it becomes.
    """

    basis: DiscountBasis = DiscountBasis.SUBSCRIPTION
    percent: Decimal | None = None
    amount: Decimal | None = None
    months: int | None = None


def has_data(offer: Offer) -> bool:
    """Whether the offer includes data, or is sold at a throughput: it is then to be said for the line."""
    return bool(offer.throughput) or any(one.kind == UsageKind.DATA for one in offer.allowances.all())
