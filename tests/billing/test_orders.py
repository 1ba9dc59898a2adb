"""What is ordered, on the drafts of its months: figures by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.billing.drafting import Draft, draft_of
from apps.billing.facts import facts_of, rules_now
from apps.catalog.choices import OfferKind, SaleMode
from apps.core.periods import Month
from apps.customers.choices import VatRegime
from apps.customers.models import Customer
from apps.lines.choices import PurchaseMode
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.orders.choices import OrderKind
from apps.orders.models import Order
from apps.orders.services import totals_of, validate_order
from tests.factories import CustomerFactory, HandsetFactory, OfferFactory, OptionFactory, PlanFactory, ServiceFactory
from tests.orders.selling import draft as order_of
from tests.orders.selling import order_line, order_service

pytestmark = pytest.mark.django_db

MID_OCTOBER = date(2026, 10, 16)
OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)


def bill(customer: Customer, run: Month) -> Draft:
    return draft_of(facts_of([customer], run=run)[0], run=run, rules=rules_now())


def told(draft: Draft) -> list[tuple[str, str]]:
    return [(line.kind, str(line.net)) for line in draft.lines]


def validated(order: Order) -> Customer:
    validate_order(order=order, actor=None, today=MID_OCTOBER)
    return order.customer


def test_a_line_ordered_in_the_middle_of_a_month() -> None:
    order = order_of(today=MID_OCTOBER)
    order_line(
        order,
        today=MID_OCTOBER,
        plan=PlanFactory(activation_fee=Decimal(25)),
        plan_price=Decimal("31.00"),
        options=[OptionTerms(option=OptionFactory(), price=Decimal("6.20"))],
        discounts=[DiscountTerms(percent=Decimal(10), months=1)],
    )
    made = bill(validated(order), OCTOBER)
    # 16 days of 31: 16.00 and 3.20; 10 % of 16.00.
    assert told(made) == [("subscription", "16.00"), ("discount", "-1.60"), ("option", "3.20"), ("one_off", "25.00")]
    assert (made.net, made.vat, made.gross) == (Decimal("42.60"), Decimal("8.52"), Decimal("51.12"))


def test_a_line_in_advance_without_prorata_from_a_later_billing_start() -> None:
    order = order_of(today=MID_OCTOBER)
    order_line(
        order, today=MID_OCTOBER, plan_price=Decimal(30), in_advance=True, prorata=False, billed_from=date(2026, 11, 10)
    )
    customer = validated(order)
    assert [(str(one.net), one.period_start) for one in bill(customer, OCTOBER).lines] == [
        ("30.00", date(2026, 11, 10))
    ]


def test_instalments_of_a_handset_over_their_months() -> None:
    order = order_of(today=MID_OCTOBER)
    order_line(
        order,
        today=MID_OCTOBER,
        plan_price=Decimal(31),
        handset=HandsetFactory(),
        sale_mode=SaleMode.INSTALMENTS,
        purchase_mode=PurchaseMode.STOCK,
        handset_price=Decimal("20.00"),
        handset_months=2,
    )
    customer = validated(order)
    assert told(bill(customer, OCTOBER)) == [("subscription", "16.00"), ("one_off", "20.00")]
    in_december = bill(customer, DECEMBER)  # nothing was issued in between: both instalments, and no third
    assert [str(one.net) for one in in_december.lines if one.kind == "one_off"] == ["20.00", "20.00"]
    assert all(one.goods for one in in_december.lines if one.kind == "one_off")


def test_a_recurring_service_is_prorated_at_both_ends() -> None:
    order = order_of(kind=OrderKind.SERVICE, today=MID_OCTOBER)
    order_service(
        order, today=MID_OCTOBER, price=Decimal("31.00"), quantity=2, start=MID_OCTOBER, end=date(2026, 11, 16)
    )
    customer = validated(order)
    made = bill(customer, NOVEMBER)
    # 62.00 × 16/31, then 62.00 × 15/30.
    assert told(made) == [("service", "32.00"), ("service", "31.00")]
    assert told(bill(customer, DECEMBER)) == told(made)


def test_equipment_is_goods_and_a_service_is_none() -> None:
    order = order_of(kind=OrderKind.SERVICE, today=MID_OCTOBER)
    router = OfferFactory(kind=OfferKind.EQUIPMENT, recurring=False)
    order_service(order, today=MID_OCTOBER, offer=router, price=Decimal(59), quantity=2, start=MID_OCTOBER)
    order_service(order, today=MID_OCTOBER, offer=ServiceFactory(recurring=False), price=Decimal(80), start=MID_OCTOBER)
    customer = validated(order)
    made = bill(customer, OCTOBER)
    assert [(str(one.net), one.goods) for one in made.lines] == [("118.00", True), ("80.00", False)]
    assert made.gross == totals_of(order).once_gross


def test_the_totals_of_an_order_are_those_of_a_whole_month_of_its_invoice() -> None:
    order = order_of(CustomerFactory(vat_regime=VatRegime.DOM_8_5), today=MID_OCTOBER)
    order_line(
        order,
        today=MID_OCTOBER,
        plan_price=Decimal("19.99"),
        options=[OptionTerms(option=OptionFactory(vat_rate=Decimal(20)), price=Decimal("4.37"))],
        discounts=[DiscountTerms(percent=Decimal("12.5"))],
        billed_from=date(2026, 11, 1),
    )
    totals = totals_of(order)
    made = bill(validated(order), NOVEMBER)
    assert (made.net, made.gross) == (totals.monthly_net, totals.monthly_gross)


def test_a_draft_order_is_billed_nothing() -> None:
    order = order_of(today=MID_OCTOBER)
    order_line(order, today=MID_OCTOBER)
    assert bill(order.customer, OCTOBER).lines == []
