"""What «Enregistrer» does on the pages where orders are entered: an order begins with its first item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.customers.models import Customer
from apps.orders.choices import OrderKind
from apps.orders.models import MobileItem, Order
from apps.orders.services import add_quantity, change_order, save_mobile_item, save_service_item, start_order
from apps.orders.terms import MobileTerms, QuantityRow, ServiceTerms


@transaction.atomic
def enter_mobile(
    *,
    order: Order | None,
    customer: Customer,
    head: dict[str, Any],
    terms: MobileTerms,
    item_id: int | None,
    actor: User,
    today: date,
) -> Order:
    """A mobile line, new or changed. ``head`` is who sells and the customer's own reference."""
    order = _begun(order, OrderKind.MOBILE, customer, head, actor, today)
    save_mobile_item(order=order, item=terms, actor=actor, today=today, item_id=item_id)
    return order


@transaction.atomic
def enter_service(
    *,
    order: Order | None,
    customer: Customer,
    head: dict[str, Any],
    terms: ServiceTerms,
    item_id: int | None,
    actor: User,
    today: date,
) -> Order:
    """A service, an equipment or a handset, new or changed."""
    order = _begun(order, OrderKind.SERVICE, customer, head, actor, today)
    save_service_item(order=order, item=terms, actor=actor, today=today, item_id=item_id)
    return order


@transaction.atomic
def enter_quantity(
    *,
    order: Order | None,
    customer: Customer,
    head: dict[str, Any],
    terms: MobileTerms,
    rows: Sequence[QuantityRow],
    actor: User,
    today: date,
) -> Order:
    """As many mobile lines as there are rows, on the same terms."""
    order = _begun(order, OrderKind.MOBILE, customer, head, actor, today)
    add_quantity(order=order, terms=terms, rows=rows, actor=actor, today=today)
    return order


def _begun(
    order: Order | None, kind: OrderKind, customer: Customer, head: dict[str, Any], actor: User, today: date
) -> Order:
    if order is None:
        return start_order(customer=customer, kind=kind, actor=actor, today=today, **head)
    if (order.seller, order.purchase_order) != (head["seller"], head["purchase_order"]):
        return change_order(order=order, actor=actor, today=today, **head)
    return order


def try_quantity(**asked: Any) -> list[MobileItem]:
    """What :func:`enter_quantity` would make: it is done and taken back. DomainError as it would refuse."""
    with transaction.atomic():
        order = enter_quantity(**asked)
        made = list(order.mobile_items.select_related("sim").order_by("position"))[-len(asked["rows"]) :]
        transaction.set_rollback(True)
    return made
