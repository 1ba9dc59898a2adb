"""The confirmation of an order: a mail with the order form, to the customer's «gestionnaire de facturation»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.periods import local_date
from apps.customers.recipients import billing_addresses
from apps.messaging.events import Event, Placeholder, Sample, Samples, means
from apps.messaging.events import register as register_event
from apps.messaging.models import Delivery
from apps.messaging.querysets import COPY_MARK
from apps.messaging.services import Attachment, queue_mail
from apps.orders.choices import NumberSource, OrderState
from apps.orders.models import MobileItem, Order, ServiceItem
from apps.orders.services.order_form import form_name
from apps.orders.services.totals import sold, totals_of

CODE = "order_confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedOrder:
    """What templates see as ``order``."""

    number: str = means(gettext_lazy("Number of the order"))
    on: date = means(gettext_lazy("Day on which it was validated"))
    reference: str = means(gettext_lazy("The customer’s own reference; empty where there is none"))
    monthly_net: Decimal = means(gettext_lazy("Each month, excluding tax"))
    monthly_gross: Decimal = means(gettext_lazy("Each month, with VAT"))
    once_net: Decimal = means(gettext_lazy("Once, excluding tax"))
    once_gross: Decimal = means(gettext_lazy("Once, with VAT"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedItem:
    """What templates see as each of ``items``."""

    label: str = means(gettext_lazy("The user of the line and its plan, or the service"))
    number: str = means(gettext_lazy("Telephone number; empty where there is none yet"), shown="number")
    remark: str = means(gettext_lazy("What is still to come: a porting date, a number, a day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """What templates see as ``customer``."""

    number: str = means(gettext_lazy("Customer number"))
    name: str = means(gettext_lazy("Legal name of the customer"))


def order_context(order: Order) -> dict[str, Any]:
    """The values of the placeholders."""
    totals = totals_of(order)
    return {
        "order": MailedOrder(
            number=order.number,
            on=local_date(order.settled_at or order.created_at),
            reference=order.purchase_order,
            monthly_net=totals.monthly_net,
            monthly_gross=totals.monthly_gross,
            once_net=totals.once_net,
            once_gross=totals.once_gross,
        ),
        "items": tuple(_item(one) for one in sold(order)),
        "customer": Ordering(number=order.customer.number, name=order.customer.legal_name or order.customer.name),
    }


def _item(item: MobileItem | ServiceItem) -> MailedItem:
    """As customers read it, in French."""
    if isinstance(item, ServiceItem):
        label = item.offer.label if item.offer else str(item.handset)
        return MailedItem(label=f"{item.quantity} × {label}" if item.quantity > 1 else label, number="", remark="")
    remark = ""
    if item.number_source == NumberSource.PORTED and item.port_on:
        remark = f"portabilité prévue le {item.port_on:%d/%m/%Y}"
    elif not item.msisdn:
        remark = "numéro communiqué ultérieurement"
    elif item.active_on:
        remark = f"en service le {item.active_on:%d/%m/%Y}"
    return MailedItem(label=f"{item.user_name} – {item.plan.label}", number=item.msisdn, remark=remark)


def _search(text: str, limit: int) -> list[Sample]:
    validated = Order.objects.filter(state=OrderState.VALIDATED).select_related("customer")
    if text.strip():
        digits = "".join(sign for sign in text if sign.isdecimal())
        wanted = Q(customer__name__icontains=text.strip()) | Q(customer__number__istartswith=text.strip())
        validated = validated.filter(wanted | Q(pk=int(digits[:15])) if digits else wanted)
    return [Sample(one.pk, f"{one} – {one.customer}") for one in validated[:limit]]


def _sample(pk: int) -> dict[str, Any]:
    order = Order.objects.select_related("customer").filter(pk=pk).first()
    if order is None:
        raise LookupError(pk)
    return order_context(order)


CONFIRMATION = Event.from_files(
    code=CODE,
    title=gettext_lazy("Confirmation of an order"),
    folder=Path(__file__).parent,
    placeholders=(
        Placeholder(
            "order",
            pgettext_lazy("sale", "The order: its number, its day, its totals."),
            MailedOrder(
                number="CMD-000042",
                on=date(2026, 11, 2),
                reference="BC-2026-118",
                monthly_net=Decimal("62.00"),
                monthly_gross=Decimal("74.40"),
                once_net=Decimal("25.00"),
                once_gross=Decimal("30.00"),
            ),
        ),
        Placeholder(
            "items",
            gettext_lazy("What was ordered: go through it with for."),
            (
                MailedItem(label="ALICE MARTIN – Forfait Pro 50 Go", number="33639980001", remark=""),
                MailedItem(
                    label="PAUL DURAND – Forfait Pro 50 Go",
                    number="33639980002",
                    remark="portabilité prévue le 12/11/2026",
                ),
            ),
        ),
        Placeholder(
            "customer",
            gettext_lazy("The customer: number, name."),
            Ordering(number="C000001", name="Atelier Durand"),
        ),
    ),
    samples=Samples(_search, _sample),
    optional=True,
)


def confirm(order: Order, form: bytes, *, actor: User | None) -> Delivery:
    """Put the confirmation into the outbox, once. DomainError without an address, or without a sender."""
    to = billing_addresses(order.customer)
    if not to:
        raise DomainError(_("The customer has no e-mail address for the confirmation of its order."))
    return queue_mail(
        event=CODE,
        to=to,
        context=order_context(order),
        attachments=[Attachment(form_name(order), "application/pdf", form)],
        key=_key(order),
        actor=actor,
    )


def mails_of(order: Order) -> QuerySet[Delivery]:
    """The confirmation of an order and the copies that were sent of it, the latest first."""
    key = _key(order)
    return Delivery.objects.filter(Q(key=key) | Q(key__startswith=f"{key}{COPY_MARK}")).order_by("-pk")


def _key(order: Order) -> str:
    return f"{CODE}:{order.pk}"


def register() -> None:
    register_event(CONFIRMATION)
