"""What all that happens to orders begins with: rows locked in one order, and looked at again."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.customers.models import Customer
from apps.orders.choices import OrderKind, OrderState
from apps.orders.models import Order


def locked(order: Order) -> Order:
    """The order as it is now, locked with its customer until the caller's transaction ends.

    The customer comes first, then the order, its items, lines and cards, each by their keys: whoever sells to a
    customer, brings its lines to serve or gives them up takes them in this order.
    """
    customer = Customer.objects.locked().get(pk=order.customer_id)
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    order.customer = customer
    return order


def draft(order: Order, *, today: date, kind: OrderKind | None = None) -> Order:
    """As :func:`locked`. DomainError for an order that is settled, that has expired, or that is of another kind."""
    order = locked(order)
    if order.state != OrderState.DRAFT:
        raise DomainError(
            _("The order %(order)s is “%(state)s”: nothing of it can be changed any more.")
            % {"order": order, "state": order.get_state_display()}
        )
    if order.expires_on <= today:
        raise DomainError(
            _("The order %(order)s stayed a draft up to %(day)s and has expired: what it held is free.")
            % {"order": order, "day": f"{order.expires_on:%d/%m/%Y}"}
        )
    if kind is not None and order.kind != kind:
        raise DomainError(_("The order %(order)s is not of this kind.") % {"order": order})
    return order


def named(order: Order) -> str:
    """How the history of cards and lines names the order."""
    return _("Order %(order)s") % {"order": order}
