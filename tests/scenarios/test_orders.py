"""A customer orders lines, one of which brings its number along, then services: what it is asked to pay, and when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.choices import OfferKind, SaleMode
from apps.catalog.models import Offer
from apps.core.exceptions import DomainError
from apps.customers.models import Customer
from apps.lines.choices import PurchaseMode
from apps.lines.models import Line
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.orders.choices import NumberSource, OrderKind
from apps.orders.services import activate_item, totals_of, validate_order
from apps.tariffs.models import Tariff
from tests.factories import HandsetFactory, OfferFactory, SimCardFactory, UserFactory
from tests.orders.selling import draft, order_line, order_service
from tests.scenarios.office import Office, told, totals

#: Ordered on a Friday in the middle of a month of 31 days.
ORDERED = date(2026, 10, 16)
PORTED_ON = date(2026, 10, 26)


def test_two_lines_are_ordered_one_of_them_with_its_number(office: Office) -> None:
    plan, option = Offer.objects.get(code="P31"), Offer.objects.get(code="OPT")
    plan.activation_fee = Decimal("25.00")
    plan.save()
    customer, grid = Customer.objects.get(number="C1"), Tariff.objects.get()
    order = draft(customer, today=ORDERED)
    shared = {"plan": plan, "plan_price": Decimal("31.00"), "tariff": grid, "today": ORDERED}
    order_line(
        order,
        **shared,
        user_name="ALICE MARTIN",
        sim=SimCardFactory(msisdn="33639980002"),
        options=[OptionTerms(option=option, price=Decimal("6.20"))],
        discounts=[DiscountTerms(percent=Decimal(50), months=1)],
        handset=HandsetFactory(brand="Fairphone", model="5"),
        sale_mode=SaleMode.INSTALMENTS,
        purchase_mode=PurchaseMode.STOCK,
        handset_price=Decimal("20.00"),
        handset_months=3,
    )
    ported = order_line(
        order,
        **shared,
        user_name="PAUL DURAND",
        number_source=NumberSource.PORTED,
        msisdn="33639980001",
        rio="01P123456XTT",
        holder="MENUISERIE ROUX",
        port_on=PORTED_ON,
    )
    # A whole month: 31.00 − 15.50 + 6.20 + 20.00, and 31.00. Once: two activations at 25.00.
    costs = totals_of(order)
    assert (costs.monthly_net, costs.monthly_gross) == (Decimal("72.70"), Decimal("87.24"))
    assert (costs.once_net, costs.once_gross) == (Decimal("50.00"), Decimal("60.00"))
    # Until it is validated, nothing is owed.
    assert office.draft("2026-10") == {}

    validate_order(order=order, actor=UserFactory(), today=ORDERED)
    activate_item(item=ported, on=PORTED_ON, msisdn="33639980001", actor=None, today=PORTED_ON)
    # A call before the porting is nobody's; one after it is charged at one cent a second.
    loaded = office.load(
        ("33639980002", "2026-10-20T10:00:00+02:00", 100),
        ("33639980001", "2026-10-20T10:00:00+02:00", 100),
        ("33639980001", "2026-10-27T10:00:00+01:00", 100),
    )
    assert (loaded["rated"], loaded["inactive_line"]) == (2, 1)
    october = office.invoice("2026-10", on="2026-11-02")["C1"]
    assert told(october) == [
        ("subscription", "2026-10-26", "2026-11-01", "6.00"),  # the ported one: 31.00 × 6/31
        ("one_off", "2026-10-01", "2026-11-01", "25.00"),
        ("usage", "2026-10-01", "2026-11-01", "1.00"),
        ("subscription", "2026-10-16", "2026-11-01", "16.00"),  # 31.00 × 16/31
        ("discount", "2026-10-16", "2026-11-01", "-8.00"),  # half of it, for this month alone
        ("option", "2026-10-16", "2026-11-01", "3.20"),  # 6.20 × 16/31
        ("one_off", "2026-10-01", "2026-11-01", "25.00"),
        ("one_off", "2026-10-01", "2026-11-01", "20.00"),  # the first instalment
        ("usage", "2026-10-01", "2026-11-01", "1.00"),
    ]
    assert totals(october) == ("89.20", ["17.84"], "107.04")
    november = office.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(november) == [
        ("subscription", "2026-11-01", "2026-12-01", "31.00"),
        ("subscription", "2026-11-01", "2026-12-01", "31.00"),
        ("option", "2026-11-01", "2026-12-01", "6.20"),
        ("one_off", "2026-11-01", "2026-12-01", "20.00"),
    ]
    assert totals(november) == ("88.20", ["17.64"], "105.84")
    december = office.invoice("2026-12", on="2027-01-04")["C1"]
    assert [line["label"] for line in december["lines"] if line["kind"] == "one_off"] == [
        "Terminal Fairphone 5 – échéance 3/3"
    ]
    january = office.draft("2027-01")["C1"]
    assert [line["kind"] for line in january["lines"]] == ["subscription", "subscription", "option"]


def test_an_order_of_services_is_on_the_invoices_of_its_months(office: Office) -> None:
    customer = Customer.objects.get(number="C2")
    hosting = OfferFactory(kind=OfferKind.SERVICE, code="STANDARD", label="Standard virtuel")
    setup = OfferFactory(kind=OfferKind.SERVICE, code="POSE", label="Installation", recurring=False)
    router = OfferFactory(kind=OfferKind.EQUIPMENT, code="ROUTEUR", label="Routeur", recurring=False)
    order = draft(customer, kind=OrderKind.SERVICE, today=ORDERED)
    sold = {"today": ORDERED, "start": ORDERED}
    order_service(order, **sold, offer=hosting, price=Decimal("15.50"), quantity=2, end=date(2026, 12, 1))
    order_service(order, **sold, offer=setup, price=Decimal("80.00"))
    order_service(order, **sold, offer=router, price=Decimal("59.00"), quantity=2)
    validate_order(order=order, actor=UserFactory(), today=ORDERED)
    october = office.invoice("2026-10", on="2026-11-02")["C2"]
    assert told(october) == [
        ("service", "2026-10-16", "2026-11-01", "16.00"),  # 2 × 15.50 × 16/31
        ("one_off", "2026-10-01", "2026-11-01", "80.00"),
        ("one_off", "2026-10-01", "2026-11-01", "118.00"),
    ]
    assert totals(october) == ("214.00", ["42.80"], "256.80")
    november = office.invoice("2026-11", on="2026-12-01")["C2"]
    assert told(november) == [("service", "2026-11-01", "2026-12-01", "31.00")]
    assert office.draft("2026-12") == {}


def test_an_order_that_is_refused_costs_nothing(office: Office) -> None:
    order = draft(Customer.objects.get(number="C1"), today=ORDERED)
    order_line(order, today=ORDERED)
    second = order_line(order, today=ORDERED)
    Offer.objects.filter(pk=second.plan_id).update(on_sale_until=ORDERED)
    with pytest.raises(DomainError):
        validate_order(order=order, actor=None, today=ORDERED)
    assert not Line.objects.exists()
    assert office.draft("2026-10") == {}
