"""The screens of orders: «Commandes», and those of portings, which are with their services."""

from apps.orders.admin.orders import OrderAdmin
from apps.orders.porting.admin import OperatorCodeAdmin, PortInAdmin

__all__ = ["OperatorCodeAdmin", "OrderAdmin", "PortInAdmin"]
