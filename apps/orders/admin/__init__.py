"""The screens of orders; those of portings are with their services."""

from apps.orders.porting.admin import OperatorCodeAdmin, PortInAdmin

__all__ = ["OperatorCodeAdmin", "PortInAdmin"]
