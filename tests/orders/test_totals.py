"""What an order costs each month and once, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.catalog.choices import OfferKind, SaleMode
from apps.customers.choices import VatRegime
from apps.lines.choices import DiscountBasis, PurchaseMode
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.orders.choices import NumberSource, OrderKind
from apps.orders.models import Order
from apps.orders.services import Totals, cancel_item, totals_of, validate_order
from tests.factories import CustomerFactory, HandsetFactory, OfferFactory, OptionFactory, PlanFactory, ServiceFactory
from tests.orders.selling import TODAY, draft, mobile, order_line, order_service, service

pytestmark = pytest.mark.django_db


def told(totals: Totals) -> tuple[str, str, str, str]:
    return tuple(  # type: ignore[return-value]
        str(one) for one in (totals.monthly_net, totals.monthly_gross, totals.once_net, totals.once_gross)
    )


def test_a_plan_its_option_its_discount_and_its_fees() -> None:
    plan = PlanFactory(activation_fee=Decimal(25), sim_fee=Decimal("4.90"))
    option = OptionFactory(activation_fee=Decimal(2))
    terms = mobile(
        plan=plan,
        plan_price=Decimal("19.99"),
        options=[OptionTerms(option=option, price=Decimal("4.50"))],
        discounts=[
            DiscountTerms(percent=Decimal(10)),
            DiscountTerms(basis=DiscountBasis.USAGE, percent=Decimal(50)),  # on what is not known
        ],
    )
    # 19.99 − 2.00 (1.999 half up) + 4.50 = 22.49, and 20 %: 4.498 → 4.50. Once 25 + 4.90 + 2 = 31.90, and 6.38.
    assert told(totals_of(terms)) == ("22.49", "26.99", "31.90", "38.28")


def test_a_discount_in_euros_takes_no_more_than_there_is() -> None:
    terms = mobile(plan_price=Decimal("3.00"), discounts=[DiscountTerms(amount=Decimal(5))])
    assert told(totals_of(terms)) == ("0.00", "0.00", "0.00", "0.00")


@pytest.mark.parametrize(
    ("mode", "months", "expected"),
    [
        (SaleMode.OUTRIGHT, 0, ("20.00", "24.00", "100.00", "120.00")),
        (SaleMode.SUBSIDISED, 0, ("20.00", "24.00", "100.00", "120.00")),
        (SaleMode.INSTALMENTS, 24, ("120.00", "144.00", "0.00", "0.00")),
        (SaleMode.RENTAL, 24, ("120.00", "144.00", "0.00", "0.00")),
    ],
)
def test_a_handset_is_paid_once_or_each_month(mode: str, months: int, expected: tuple[str, ...]) -> None:
    terms = mobile(
        handset=HandsetFactory(),
        sale_mode=mode,
        purchase_mode=PurchaseMode.STOCK,
        handset_price=Decimal(100),
        handset_months=months,
    )
    assert told(totals_of(terms)) == expected


def test_services_recur_or_do_not() -> None:
    assert told(totals_of(service(quantity=3))) == ("45.00", "54.00", "0.00", "0.00")
    once = service(offer=ServiceFactory(recurring=False, vat_rate=Decimal(10)), quantity=2)
    assert told(totals_of(once)) == ("0.00", "0.00", "30.00", "33.00")


def test_vat_is_rounded_once_per_rate_on_the_sum_of_the_order() -> None:
    order = draft(kind=OrderKind.SERVICE)
    for _rank in range(3):
        order_service(order, price=Decimal("0.02"))  # 0.004 each would round to nothing
    assert told(totals_of(order)) == ("0.06", "0.07", "0.00", "0.00")


def test_vat_is_that_of_the_customer() -> None:
    overseas = CustomerFactory(vat_regime=VatRegime.DOM_8_5)
    order = draft(overseas)
    order_line(order, plan_price=Decimal(100))
    assert told(totals_of(order))[:2] == ("100.00", "108.50")
    assert told(totals_of(mobile(plan_price=Decimal(100)), customer=overseas))[:2] == ("100.00", "108.50")
    abroad = draft(CustomerFactory(vat_regime=VatRegime.EU_REVERSE))
    order_line(abroad, plan_price=Decimal(100))
    assert told(totals_of(abroad))[:2] == ("100.00", "100.00")


def test_goods_and_services_are_told_apart() -> None:
    equipment = OfferFactory(kind=OfferKind.EQUIPMENT, recurring=False)
    (charge,) = totals_of(service(offer=equipment)).charges
    assert (charge.goods, charge.monthly) == (True, False)


def test_a_line_given_up_after_validation_costs_nothing_but_a_cancelled_draft_still_says_what_it_was() -> None:
    from datetime import timedelta

    from apps.orders.services import cancel_order

    order = draft()
    item = order_line(order, active_on=TODAY + timedelta(days=1), number_source=NumberSource.CARD)
    order_line(order)
    validate_order(order=order, actor=None, today=TODAY)
    item.refresh_from_db()
    cancel_item(item=item, reason="", actor=None, today=TODAY)
    assert told(totals_of(Order.objects.get(pk=order.pk)))[0] == "20.00"
    other = draft()
    order_line(other)
    cancel_order(order=other, reason="", actor=None)
    assert told(totals_of(Order.objects.get(pk=other.pk)))[0] == "20.00"


def test_the_net_of_an_order_that_is_read_at_once_takes_no_query(django_assert_num_queries: object) -> None:
    order = draft()
    order_line(order, options=[OptionTerms(option=OptionFactory(), price=Decimal(1))])
    read = (
        Order.objects.select_related("customer")
        .prefetch_related(
            "mobile_items__plan",
            "mobile_items__handset",
            "mobile_items__options__option",
            "mobile_items__discounts",
            "service_items",
        )
        .get(pk=order.pk)
    )
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert totals_of(read).monthly_net == 21
