"""Amounts that add up on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from apps.billing.models import Invoice
from apps.catalog.models import OfferPrice
from tests.factories import CustomerFactory, OfferPriceFactory, RateFactory

pytestmark = pytest.mark.django_db


def draft(net: str, vat: str, gross: str) -> Invoice:
    return Invoice.objects.create(
        customer=CustomerFactory(),
        period_start="2026-10-01",
        period_end="2026-11-01",
        net=Decimal(net),
        vat=Decimal(vat),
        gross=Decimal(gross),
    )


def test_an_amount_comes_back_as_it_went_in() -> None:
    price = OfferPriceFactory(amount=Decimal("19.90"))
    price.refresh_from_db()
    assert str(price.amount) == "19.90"


def test_six_decimals_are_kept() -> None:
    rate = RateFactory(price_minute=Decimal("0.000001"))
    rate.refresh_from_db()
    assert str(rate.price_minute) == "0.000001"


@pytest.mark.parametrize("value", ["19.905", "NaN", "Infinity", "abc", 0.1])
def test_what_is_not_an_exact_amount_is_refused_never_rounded(value: object) -> None:
    with pytest.raises(ValidationError):
        OfferPriceFactory(amount=value)


def test_an_amount_beyond_the_column_is_refused() -> None:
    with pytest.raises(ValidationError):
        OfferPriceFactory(amount=Decimal("92233720368547758.08"))


def test_a_sum_is_exact_and_an_amount() -> None:
    for _ in range(3):
        OfferPriceFactory(amount=Decimal("0.10"))
    total = OfferPrice.objects.filter(amount=Decimal("0.10")).aggregate(total=Sum("amount"))["total"]
    assert str(total) == "0.30"


def test_the_database_checks_sums_without_a_binary_cent() -> None:
    for cents in range(1, 400, 7):
        net, vat = Decimal(cents) / 100, Decimal(cents * 3) / 100
        draft(str(net), str(vat), str(net + vat))
    assert Invoice.objects.filter(gross=F("net") + F("vat")).count() == Invoice.objects.count()


def test_a_gross_that_is_not_the_sum_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        draft("10.00", "2.00", "12.01")
