"""Orders for the screens: drafts, which may be entered into, and services; the first of all is a mobile draft."""

from __future__ import annotations

from decimal import Decimal

from django.utils.timezone import localdate

from apps.customers.models import Customer
from apps.orders.choices import OrderKind
from apps.orders.models import Order
from tests.factories import SimCardFactory
from tests.orders.selling import draft, order_line, order_service

#: Who gets what on the pages of orders: rows of the table in ``test_permission_matrix``.
ORDERS = """
admin:orders_order_add                   302 200 200 200 403 403 403 200  302 405 405 405 405 405 405 405
admin:orders_order_change                302 200 200 200 200 403 200 200  302 403 403 403 403 403 403 403
admin:orders_order_changelist            302 200 200 200 200 403 200 200  302 200 200 200 200 403 200 200
admin:orders_order_delete                302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:orders_order_history               302 200 200 200 200 403 200 200  302 405 405 405 405 405 405 405
admin:orders_order_cards                 302 200 200 200 403 403 403 200  302 405 405 405 405 405 405 405
admin:orders_order_lines                 302 200 200 200 403 403 403 200  302 405 405 405 405 405 405 405
admin:orders_order_new_mobile            302 302 302 302 403 403 403 302  302 302 302 302 403 403 403 302
admin:orders_order_new_service           302 302 302 302 403 403 403 302  302 302 302 302 403 403 403 302
admin:orders_order_new_quantity          302 302 302 302 403 403 403 302  302 302 302 302 403 403 403 302
admin:orders_order_mobile                302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_service               302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_quantity              302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_validate              302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_cancel                302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_remove                302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_assign                302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_order_give_up               302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
"""


def orders_of(customer: Customer, number: int) -> None:
    today = localdate()
    order = draft(customer, today=today)
    an_item(order, number)
    services = draft(customer, OrderKind.SERVICE, today=today)
    order_service(services, today, start=today)


def an_item(order: Order, number: int) -> None:
    """One more line, with an option's worth of conditions."""
    card = SimCardFactory(msisdn=f"336399{number % 10_000:05d}")
    order_line(order, localdate(), sim=card, user_name="JEANNE MARTIN", plan_price=Decimal("20.00"))
