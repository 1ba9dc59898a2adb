"""What the pages on which orders are entered ask."""

from apps.orders.forms.choice import ChoiceForm
from apps.orders.forms.mobile import MobileForm
from apps.orders.forms.quantity import QuantityForm
from apps.orders.forms.service import ServiceForm

__all__ = ["ChoiceForm", "MobileForm", "QuantityForm", "ServiceForm"]
