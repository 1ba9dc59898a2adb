"""What the page of an order shows, and what orders contribute to the page of a customer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.core import files
from apps.core.admin import Link, status
from apps.core.slots import Panel, contribute
from apps.customers.models import Customer
from apps.orders.choices import OrderKind, OrderState
from apps.orders.dialogs import is_draft
from apps.orders.mails import mails_of
from apps.orders.models import Order
from apps.orders.services import faults_of, form_name, order_form, totals_of
from apps.orders.services.totals import charges_of
from apps.orders.telling import conditions_of, sold_text

SHOWN = 10
#: So many lines are looked at whenever the page is opened.
LOOKED_AT = 30
#: In the address of the order form.
FORM = "order-form"


# --- The page of an order


def state_text(order: Order) -> str:
    """Its badge, then until when, or by whom and why."""
    return render_to_string("orders/state.html", {"order": order, "badge": status(OrderState(order.state))})


def entered_text(order: Order) -> str:
    return render_to_string("orders/entered.html", {"order": order})


def items_of(order: Order, request: HttpRequest) -> dict[str, Any]:
    draft = is_draft(order)
    return {
        "order": order,
        "mobile": [
            (item, list(charges_of(item)), list(conditions_of(item)), *_addresses(order, "mobile", item.pk))
            for item in order.mobile_items.all()
        ],
        "services": [
            (item, sold_text(item), *_addresses(order, "service", item.pk)) for item in order.service_items.all()
        ],
        "totals": totals_of(order),
        "faults": _faults(order, request) if draft else [],
        "may_change": draft and request.user.has_perm("orders.change_order"),
    }


def _faults(order: Order, request: HttpRequest) -> list[str]:
    """What is missing. Of a long order only its validation tells: each line is looked at with everything around it."""
    if order.mobile_items.count() > LOOKED_AT:
        return []
    return list(faults_of(order, localdate(), actor=request.user))


def _addresses(order: Order, entry: str, item: int) -> tuple[str, str]:
    """Where an item is changed, and the dialog that removes it."""
    pages = (reverse(f"admin:orders_order_{name}", args=[order.pk]) for name in (entry, "remove"))
    changing, removing = (f"{page}?item={item}" for page in pages)
    return changing, removing


ITEMS = Panel(
    title=_("Content"), template="orders/items.html", context=items_of, permission="orders.view_order", tab=False
)


MAILS = Panel(
    title=_("Mails sent"),
    template="orders/mails.html",
    context=lambda order, request: {"mails": mails_of(order).select_related("email")},
    permission="messaging.view_delivery",
    order=20,
)


def find_form(request: HttpRequest, pk: int) -> files.Content | None:
    """The order form, as the customer gets it; of a draft, marked as one."""
    order = Order.objects.filter(pk=pk).first()
    return None if order is None else files.Content(form_name(order), "application/pdf", order_form(order))


def _entry(name: str) -> Any:
    return lambda order: reverse(f"admin:orders_order_{name}", args=[order.pk])


LINKS = (
    Link(
        title=_("Order form"),
        url=lambda order: files.address(FORM, order.pk),
        permission="orders.view_order",
        icon="picture_as_pdf",
        new_tab=True,
    ),
    Link(
        title=_("Add a line"),
        url=_entry("mobile"),
        permission="orders.change_order",
        icon="add",
        when=lambda order: is_draft(order) and order.kind == OrderKind.MOBILE,
    ),
    Link(
        title=_("Add a service"),
        url=_entry("service"),
        permission="orders.change_order",
        icon="add",
        when=lambda order: is_draft(order) and order.kind == OrderKind.SERVICE,
    ),
)


# --- The page of a customer


def orders_of_customer(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    orders = customer.orders.select_related("seller").with_item_count().with_items()[:SHOWN]
    return {
        "orders": [(order, status(OrderState(order.state)), totals_of(order)) for order in orders],
        "all_orders": f"{reverse('admin:orders_order_changelist')}?customer__id__exact={customer.pk}",
    }


def register() -> None:
    contribute(files.SLOT, files.Source(FORM, "orders.view_order", find_form))
    contribute(
        "customers.customer.links",
        Link(
            title=_("Create an order"),
            url=lambda customer: f"{reverse('admin:orders_order_add')}?customer={customer.pk}",
            permission="orders.add_order",
            icon="add_shopping_cart",
            when=lambda customer: customer.closed_on is None,
        ),
    )
    contribute(
        "customers.customer.panels",
        Panel(
            title=_("Orders"),
            template="orders/customer_orders.html",
            context=orders_of_customer,
            permission="orders.view_order",
            order=15,
        ),
    )
