"""What ending a line before its commitment costs, from what the line has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.choices import SaleMode
from apps.customers.choices import CustomerKind
from apps.lines.choices import DiscountBasis, PurchaseMode
from apps.lines.models import Discount, Line
from apps.lines.services import early_termination_of, hand_over
from tests.factories import CustomerFactory, HandsetFactory, LineFactory

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)


def committed(months: int = 24, kind: str = CustomerKind.COMPANY) -> Line:
    return LineFactory(
        customer=CustomerFactory(kind=kind),
        price=Decimal("30.00"),
        commitment_months=months,
        committed_from=date(2026, 1, 1),
    )


def test_a_line_without_commitment_ends_free() -> None:
    assert early_termination_of(line=LineFactory(), on=OCTOBER) is None
    assert early_termination_of(line=committed(), on=date(2028, 1, 1)) is None


def test_a_company_owes_its_plan_less_lasting_discounts() -> None:
    line = committed()
    terms = {"basis": DiscountBasis.SUBSCRIPTION, "subscription": line.subscriptions.get()}
    Discount.objects.create(percent=Decimal(10), **terms)
    Discount.objects.create(amount=Decimal("2.00"), **terms)
    Discount.objects.create(amount=Decimal("5.00"), months=3, **terms)  # for a time only
    found = early_termination_of(line=line, on=OCTOBER)
    assert found is not None
    assert (found.until, found.left.months, found.left.days) == (date(2028, 1, 1), 15, 0)
    assert (found.monthly, found.amount) == (Decimal("25.00"), Decimal("375.00"))


def test_a_consumer_owes_by_its_handset() -> None:
    line = committed(kind=CustomerKind.INDIVIDUAL)
    free = early_termination_of(line=line, on=date(2027, 6, 1))
    assert free
    assert free.amount == Decimal("0.00")
    hand_over(
        line=line,
        handset=HandsetFactory(),
        imei="",
        sale_mode=SaleMode.SUBSIDISED,
        purchase_mode=PurchaseMode.STOCK,
        price=Decimal("1.00"),
        months=0,
        on=date(2026, 1, 1),
        actor=None,
    )
    bound = early_termination_of(line=line, on=date(2027, 6, 1))
    assert bound
    assert bound.amount == Decimal("42.00")  # 20 % of 7 × 30.00
