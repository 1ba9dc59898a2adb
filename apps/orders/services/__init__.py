"""What happens to orders: entered, checked, validated as a whole, given up. Everything is written here only."""

from apps.orders.services.checking import faults_of
from apps.orders.services.drafting import (
    change_order,
    remove_item,
    save_mobile_item,
    save_service_item,
    start_order,
)

__all__ = [
    "change_order",
    "faults_of",
    "remove_item",
    "save_mobile_item",
    "save_service_item",
    "start_order",
]
