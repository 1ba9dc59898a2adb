"""Calls that rates priced, as loads leave them."""

from __future__ import annotations

from decimal import Decimal

from apps.tariffs.models import Rate
from apps.usage.models import CdrFile, RateUse
from tests.admin import rows


def priced(rate: Rate, *, records: int = 1, seconds: int = 60, cost: Decimal = Decimal("0.01")) -> None:
    """``records`` calls of so many ``seconds``, each bought for ``cost``, in a file of their own."""
    RateUse.objects.create(
        file=rows.a_file(100 + CdrFile.objects.count()),
        rate=rate,
        records=records,
        billable=records,
        quantity=records * seconds,
        cost=records * cost,
    )
