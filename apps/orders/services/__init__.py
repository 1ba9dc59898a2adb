"""What happens to orders: entered, checked, validated as a whole, given up. Everything is written here only."""

from apps.orders.services.activating import activate_item, assign_number, cancel_item
from apps.orders.services.checking import faults_of
from apps.orders.services.drafting import (
    change_order,
    remove_item,
    save_mobile_item,
    save_service_item,
    start_order,
)
from apps.orders.services.order_form import form_name, order_form
from apps.orders.services.quantity import add_quantity, read_rows
from apps.orders.services.settling import cancel_order, expire_drafts, validate_order
from apps.orders.services.totals import Totals, totals_of

__all__ = [
    "Totals",
    "activate_item",
    "add_quantity",
    "assign_number",
    "cancel_item",
    "cancel_order",
    "change_order",
    "expire_drafts",
    "faults_of",
    "form_name",
    "order_form",
    "read_rows",
    "remove_item",
    "save_mobile_item",
    "save_service_item",
    "start_order",
    "totals_of",
    "validate_order",
]
