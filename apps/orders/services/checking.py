"""Why an order cannot be validated: looked at again with every fact of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.rules import Rules
from apps.core.exceptions import DomainError
from apps.core.french import NBSP
from apps.customers.closing import refuse_closed
from apps.orders.choices import ItemState, OrderState
from apps.orders.models import Order
from apps.orders.services.mobile_checks import Numbers, faults_of_mobile, number_of
from apps.orders.services.service_checks import faults_of_service
from apps.orders.terms import MobileTerms, ServiceTerms


def faults_of(order: Order, today: date, *, actor: Any = None) -> Iterator[str]:
    """Why the order cannot be validated on ``today`` by ``actor``, as sentences that name the item; none if it can."""
    if order.state != OrderState.DRAFT:
        yield _("The order %(order)s is “%(state)s”.") % {"order": order, "state": order.get_state_display()}
        return
    try:
        refuse_closed(order.customer)
    except DomainError as refusal:
        yield str(refusal)
    mobile = list(items_of(order))
    services = list(order.service_items.select_related("offer", "handset", "line"))
    if not mobile and not services:
        yield _("The order is empty.")
    rules = Rules.about(offer.pk for item in mobile for offer in MobileTerms.of(item).offers)
    numbers = Numbers(number_of(MobileTerms.of(item)) for item in mobile)
    for item in mobile:
        terms = MobileTerms.of(item)
        for fault in faults_of_mobile(terms, today=today, actor=actor, item=item, rules=rules, numbers=numbers):
            yield f"{item.position}. {item.user_name}{NBSP}: {fault}"
    for service in services:
        for fault in faults_of_service(ServiceTerms.of(service), order=order, today=today):
            yield f"{service.position}. {service.offer or service.handset}{NBSP}: {fault}"


def items_of(order: Order) -> Any:
    """The mobile lines of the order with all that their terms are made of."""
    return with_terms(order.mobile_items.exclude(state=ItemState.CANCELLED))


def with_terms(items: Any) -> Any:
    """With all that the terms of these items are made of, in a number of queries that does not grow with them."""
    return items.select_related("sim", "plan", "tariff", "handset", "line").prefetch_related(
        "plan__allowances", "plan__prices", "options__option__allowances", "options__option__prices", "discounts"
    )
