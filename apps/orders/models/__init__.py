"""What is sold to a customer: orders, their items, and the numbers that come from other operators."""

from apps.orders.models.items import ItemDiscount, ItemOption, MobileItem, ServiceItem
from apps.orders.models.order import Order
from apps.orders.models.porting import OperatorCode, PortEvent, PortIn

__all__ = [
    "ItemDiscount",
    "ItemOption",
    "MobileItem",
    "OperatorCode",
    "Order",
    "PortEvent",
    "PortIn",
    "ServiceItem",
]
