"""Orders of services, equipment and handsets: what they make once they are validated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.choices import OfferKind, SaleMode
from apps.core.exceptions import DomainError
from apps.lines.choices import OperationKind
from apps.lines.models import OneOffCharge, Subscription
from apps.lines.services import terminate_line
from apps.orders.choices import OrderKind, OrderState
from apps.orders.models import Order
from apps.orders.services import validate_order
from tests.factories import HandsetFactory, LineFactory, OfferFactory, ServiceFactory
from tests.orders.selling import TODAY, draft, order_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def validate(order: Order) -> Order:
    return validate_order(order=order, actor=order.seller, today=TODAY)


def service_order(**fields: object) -> Order:
    return draft(kind=OrderKind.SERVICE, **fields)


def charges() -> list[tuple[str, str, int, str, bool]]:
    return [
        (str(one.day), str(one.price), one.quantity, one.label, one.goods)
        for one in OneOffCharge.objects.order_by("day")
    ]


def test_a_recurring_service_is_charged_from_its_start_to_its_end() -> None:
    order = service_order()
    offer = ServiceFactory(in_advance=True)
    item = order_service(order, offer=offer, quantity=3, start=date(2026, 11, 16), end=date(2027, 11, 16))
    validate(order)
    item.refresh_from_db()
    made = Subscription.objects.get()
    assert item.subscription == made
    assert (made.customer, made.line, made.offer, made.kind) == (order.customer, None, offer, OfferKind.SERVICE)
    assert (made.price, made.quantity, made.in_advance) == (Decimal("15.00"), 3, True)
    assert (made.start, made.end) == (date(2026, 11, 16), date(2027, 11, 16))
    order.refresh_from_db()
    assert order.state == OrderState.VALIDATED


def test_what_does_not_recur_is_charged_once_and_equipment_is_goods() -> None:
    order = service_order()
    order_service(order, offer=ServiceFactory(recurring=False, label="Installation"), price=Decimal(80))
    router = OfferFactory(kind=OfferKind.EQUIPMENT, recurring=False, label="Routeur", vat_rate=Decimal(20))
    order_service(order, offer=router, price=Decimal(59), quantity=2, start=date(2026, 11, 10))
    validate(order)
    assert charges() == [
        ("2026-11-02", "80.00", 1, "Installation", False),
        ("2026-11-10", "59.00", 2, "Routeur", True),
    ]
    assert not Subscription.objects.exists()


def test_a_service_of_a_line_ends_with_it_and_stands_in_its_journal() -> None:
    order = service_order()
    line = LineFactory(customer=order.customer)
    order_service(order, line=line)
    validate(order)
    assert line.operations.get().kind == OperationKind.ORDER
    terminate_line(line=line, on=date(2026, 12, 1), today=date(2026, 12, 1), actor=None)
    assert Subscription.objects.get(kind=OfferKind.SERVICE).end == date(2026, 12, 1)


@pytest.mark.parametrize("mode", [SaleMode.OUTRIGHT, SaleMode.SUBSIDISED])
def test_a_handset_sold_without_a_line_is_charged_once(mode: str) -> None:
    order = service_order()
    item = order_service(order, handset=HandsetFactory(), sale_mode=mode, price=Decimal(499), quantity=2)
    validate(order)
    ((day, price, quantity, _label, goods),) = charges()
    assert (day, price, quantity, goods) == ("2026-11-02", "499.00", 2, True)
    assert item.charges.count() == 1


@pytest.mark.parametrize(("mode", "goods"), [(SaleMode.INSTALMENTS, True), (SaleMode.RENTAL, False)])
def test_a_handset_paid_by_the_month_is_charged_on_the_same_day_of_each(mode: str, goods: bool) -> None:
    order = service_order()
    handset = HandsetFactory()
    item = order_service(order, handset=handset, sale_mode=mode, months=3, price=Decimal(20), start=date(2027, 1, 31))
    validate(order)
    made = charges()
    assert [day for day, *_rest in made] == ["2027-01-31", "2027-02-28", "2027-03-31"]
    assert {one[4] for one in made} == {goods}
    assert made[1][3].endswith("2/3")
    assert item.charges.count() == 3


def test_a_handset_for_a_line_is_that_of_the_line_from_its_day() -> None:
    order = service_order()
    line, handset = LineFactory(customer=order.customer), HandsetFactory()
    item = order_service(order, handset=handset, sale_mode=SaleMode.RENTAL, months=12, price=Decimal(9), line=line)
    validate(order)
    given = line.handsets.get()
    assert (given.handset, given.start, given.months) == (handset, TODAY, 12)
    assert item.charges.count() == 12
    assert set(item.charges.values_list("line", flat=True)) == {line.pk}


def test_a_line_that_has_ended_meanwhile_keeps_all_from_being_sold() -> None:
    order = service_order()
    line = LineFactory(customer=order.customer)
    order_service(order)
    order_service(order, line=line)
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    with pytest.raises(DomainError) as refused:
        validate(order)
    assert refused.value.reasons[0].startswith("2. ")
    assert not OneOffCharge.objects.filter(operation=None).exists()
    assert not Subscription.objects.filter(kind=OfferKind.SERVICE).exists()


def test_the_same_click_twice_charges_once() -> None:
    order = service_order()
    order_service(order)
    validate(order)
    with pytest.raises(DomainError):
        validate(order)
    assert Subscription.objects.count() == 1
