"""Orders in a few words, for the tests of this folder."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from apps.customers.models import Customer
from apps.orders.choices import OrderKind
from apps.orders.models import MobileItem, Order, ServiceItem
from apps.orders.services import save_mobile_item, save_service_item, start_order
from apps.orders.terms import MobileTerms, ServiceTerms
from tests.factories import (
    CustomerFactory,
    OptionFactory,
    PlanFactory,
    ServiceFactory,
    SimCardFactory,
    TariffFactory,
    UserFactory,
)

TODAY = date(2026, 11, 2)  # a Monday


def draft(customer: Customer | None = None, kind: OrderKind = OrderKind.MOBILE, **fields: Any) -> Order:
    seller = UserFactory()
    wanted = {"customer": customer or CustomerFactory(), "kind": kind, "seller": seller, "actor": seller}
    return start_order(**{**wanted, "today": TODAY, **fields})


def mobile(**fields: Any) -> MobileTerms:
    """A line whose card brings its number, on a plan at 20.00 a month."""
    wanted = {"user_name": "JEANNE MARTIN", "plan_price": Decimal("20.00")}
    for name, factory in {"sim": numbered_card, "plan": PlanFactory, "tariff": TariffFactory}.items():
        if name not in fields:
            fields[name] = factory()
    return MobileTerms(**{**wanted, **fields})


def numbered_card(**fields: Any) -> Any:
    card = SimCardFactory(**fields)
    if not card.msisdn:
        card.msisdn = f"33639989{card.pk % 1_000:03d}"
        card.save()
    return card


def order_line(order: Order, today: date = TODAY, item_id: int | None = None, **fields: Any) -> MobileItem:
    return save_mobile_item(order=order, item=mobile(**fields), actor=order.seller, today=today, item_id=item_id)


def service(**fields: Any) -> ServiceTerms:
    """A recurring service at 15.00 from today."""
    if "offer" not in fields and "handset" not in fields:
        fields["offer"] = ServiceFactory()
    return ServiceTerms(**{"price": Decimal("15.00"), "start": TODAY, **fields})


def order_service(order: Order, today: date = TODAY, **fields: Any) -> ServiceItem:
    return save_service_item(order=order, item=service(**fields), actor=order.seller, today=today)


__all__ = ["OptionFactory", "draft", "mobile", "numbered_card", "order_line", "order_service", "service"]
