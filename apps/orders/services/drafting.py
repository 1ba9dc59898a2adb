"""Orders as they are entered: started, filled with items, corrected. A draft keeps its cards and numbers for itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.charset import Charset
from apps.core.exceptions import DomainError
from apps.customers.closing import refuse_closed
from apps.customers.models import Customer
from apps.lines.rio import normalise
from apps.orders.choices import ItemState, NumberSource, OrderKind
from apps.orders.models import ItemDiscount, ItemOption, MobileItem, Order, ServiceItem
from apps.orders.services.locking import draft, named
from apps.orders.services.mobile_checks import faults_of_mobile, number_of
from apps.orders.services.service_checks import faults_of_service
from apps.orders.terms import COLUMNS, SERVICE_COLUMNS, MobileTerms, ServiceTerms
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import move_cards


@transaction.atomic
def start_order(
    *,
    customer: Customer,
    kind: OrderKind,
    seller: User,
    purchase_order: str = "",
    actor: User | None,
    today: date,
) -> Order:
    """An empty draft, which expires after ORDER_DRAFT_DAYS. DomainError for a customer that is closed."""
    customer = Customer.objects.locked().get(pk=customer.pk)
    refuse_closed(customer)
    return Order.objects.create(
        customer=customer,
        kind=kind,
        seller=seller,
        purchase_order=purchase_order,
        created_by=actor,
        expires_on=_expiry(today),
    )


@transaction.atomic
def change_order(*, order: Order, seller: User, purchase_order: str, actor: User | None, today: date) -> Order:
    """Who sells, and the customer's own reference."""
    order = draft(order, today=today)
    order.seller, order.purchase_order = seller, purchase_order
    return touch(order, today)


def save_mobile_item(
    *, order: Order, item: MobileTerms, actor: User | None, today: date, item_id: int | None = None
) -> MobileItem:
    """Keep a line to be, or what becomes of the item ``item_id``: its card is reserved, one that it had is free.

    DomainError with every reason: the card is not in stock, the number is taken, the offers do not go together…
    """
    try:
        with transaction.atomic():
            locked = draft(order, today=today, kind=OrderKind.MOBILE)
            refuse_closed(locked.customer)
            row = _mobile_item(locked, item_id)
            saved = _save_mobile(locked, row, _settled(item), actor, today)
            touch(locked, today)
            return saved
    except IntegrityError:
        # The database alone has seen somebody else take the card or the number at this very moment.
        for fault in faults_of_mobile(_settled(item), today=today, actor=actor, item=_found(order, item_id)):
            raise DomainError(fault) from None
        raise


@transaction.atomic
def save_service_item(
    *, order: Order, item: ServiceTerms, actor: User | None, today: date, item_id: int | None = None
) -> ServiceItem:
    """Keep a service, an equipment or a handset, or what becomes of the item ``item_id``."""
    order = draft(order, today=today, kind=OrderKind.SERVICE)
    refuse_closed(order.customer)
    refuse(faults_of_service(item, order=order, today=today))
    row = ServiceItem(order=order, position=_next_position(order))
    if item_id is not None:
        row = _only(ServiceItem.objects.filter(order=order, pk=item_id))
    for name in SERVICE_COLUMNS:
        setattr(row, name, getattr(item, name))
    row.save()
    touch(order, today)
    return row


@transaction.atomic
def remove_item(*, order: Order, item: MobileItem | ServiceItem, actor: User | None, today: date) -> None:
    """Take an item out of a draft; its card is free."""
    order = draft(order, today=today)
    row: Any = _only(type(item).objects.filter(order=order, pk=item.pk))
    if isinstance(row, MobileItem):
        sim = row.sim_id
        row.delete()
        move_cards(targets={sim: SimStatus.IN_STOCK}, actor=actor, reason=named(order))
    else:
        row.delete()
    touch(order, today)


def refuse(faults: Iterable[str]) -> None:
    """DomainError with the first fault, and the others as its reasons; nothing where there is none."""
    found = list(faults)
    if found:
        raise DomainError(found[0], reasons=found[1:])


def save_locked(*, order: Order, terms: MobileTerms, actor: User | None, today: date) -> MobileItem:
    """One more line of an order that the caller has locked as a draft."""
    return _save_mobile(order, MobileItem(order=order), _settled(terms), actor, today)


def _save_mobile(order: Order, row: MobileItem, terms: MobileTerms, actor: User | None, today: date) -> MobileItem:
    held: set[int] = {row.sim_id} if row.pk else set()
    # Both cards by their keys, so that two of us wait for one another instead of both for ever.
    wanted = held if terms.sim is None else held | {terms.sim.pk}
    cards = {card.pk: card for card in SimCard.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if terms.sim is not None:
        terms = replace(terms, sim=cards[terms.sim.pk])
    refuse(faults_of_mobile(terms, today=today, actor=actor, item=row if row.pk else None))
    for name in COLUMNS:
        setattr(row, name, getattr(terms, name))
    row.msisdn = number_of(terms)
    if not held:
        row.position = _next_position(order)
    row.save()
    _save_parts(row, terms)
    targets = {**dict.fromkeys(held, SimStatus.IN_STOCK), row.sim_id: SimStatus.RESERVED}
    move_cards(targets=targets, actor=actor, reason=named(order))
    return row


def _save_parts(row: MobileItem, terms: MobileTerms) -> None:
    row.options.all().delete()
    ItemOption.objects.bulk_create(
        ItemOption(item=row, option=one.option, price=one.price, throughput=one.throughput) for one in terms.options
    )
    row.discounts.all().delete()
    ItemDiscount.objects.bulk_create(
        ItemDiscount(item=row, basis=one.basis, percent=one.percent, amount=one.amount, months=one.months)
        for one in terms.discounts
    )


def _settled(terms: MobileTerms) -> MobileTerms:
    """The terms in stored form: capitals, the RIO without spaces, the catalogue's throughput where none is said."""
    name = terms.user_name if Charset().first_fault(terms.user_name) else terms.user_name.upper()
    ported = terms.number_source == NumberSource.PORTED
    typed = terms.number_source in (NumberSource.TYPED, NumberSource.PORTED)
    return replace(
        terms,
        user_name=name,
        msisdn=terms.msisdn if typed else "",
        rio=normalise(terms.rio) if ported else "",
        holder=terms.holder if ported else "",
        port_on=terms.port_on if ported else None,
        throughput=terms.throughput or terms.plan.throughput,
        options=tuple(replace(one, throughput=one.throughput or one.option.throughput) for one in terms.options),
    )


def _mobile_item(order: Order, item_id: int | None) -> MobileItem:
    if item_id is None:
        return MobileItem(order=order)
    row: MobileItem = _only(MobileItem.objects.select_for_update(of=("self",)).filter(order=order, pk=item_id))
    return row


def _found(order: Order, item_id: int | None) -> MobileItem | None:
    return None if item_id is None else MobileItem.objects.filter(order=order, pk=item_id).first()


def _only(rows: Any) -> Any:
    row = rows.first()
    if row is None or getattr(row, "state", ItemState.DRAFT) != ItemState.DRAFT:
        raise DomainError(_("This item is no longer in the order."))
    return row


def _next_position(order: Order) -> int:
    last = [rows.aggregate(last=Max("position"))["last"] for rows in (order.mobile_items, order.service_items)]
    return max(one or 0 for one in last) + 1


def _expiry(today: date) -> date:
    return today + timedelta(days=settings.ORDER_DRAFT_DAYS)


def touch(order: Order, today: date) -> Order:
    """Somebody works at it: it expires that much later."""
    order.expires_on = _expiry(today)
    order.save()
    return order
