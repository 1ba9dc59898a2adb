"""The rates of each half-year, which the integrator fills in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.documents.models import LegalRate
from apps.documents.penalties import HalfYear, Rates


@transaction.atomic
def set_legal_rate(*, half_year: HalfYear, ecb: Decimal, legal: Decimal, actor: Any) -> LegalRate:
    """Write down the rates of ``half_year``, in percent, in the place of those written before."""
    row = LegalRate.objects.select_for_update().filter(year=half_year.year, half=half_year.half).first()
    row = row or LegalRate(year=half_year.year, half=half_year.half)
    row.ecb, row.legal = ecb, legal
    row._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    row.full_clean()
    row.save()
    return row


def rates_on(day: date) -> Rates | None:
    """The rates of the half-year of ``day``; ``None`` when nobody has filled them in."""
    half_year = HalfYear.of(day)
    row = LegalRate.objects.filter(year=half_year.year, half=half_year.half).first()
    return None if row is None else Rates(row.ecb, row.legal)


def all_rates() -> dict[HalfYear, Rates]:
    """Every half-year's rates, for whoever makes many documents."""
    return {HalfYear(row.year, row.half): Rates(row.ecb, row.legal) for row in LegalRate.objects.all()}
