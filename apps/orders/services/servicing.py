"""What an order of services makes: subscriptions, one-off charges, and the dated charges of handsets (SPEC H)."""

from __future__ import annotations

from collections.abc import Iterator

from apps.accounts.models import User
from apps.catalog.choices import OfferKind, SaleMode
from apps.lines import services as lines
from apps.lines.choices import OperationKind, PurchaseMode
from apps.lines.models import OneOffCharge, Subscription
from apps.lines.services.handsets import MONTHLY, handset_label
from apps.lines.services.periods import journal
from apps.orders.models import Order, ServiceItem
from apps.orders.services.locking import named


def sell(order: Order, item: ServiceItem, *, actor: User | None) -> None:
    """Charge what was ordered, from its day. The caller has locked the customer's lines, and checked the item."""
    if item.offer is not None and item.offer.recurring:
        item.subscription = _subscription(order, item)
        item.save()
    elif item.handset is not None and item.line is not None:
        given = lines.hand_over(
            line=item.line,
            handset=item.handset,
            imei="",
            sale_mode=item.sale_mode,
            purchase_mode=PurchaseMode.STOCK,
            price=item.price,
            months=item.months,
            on=item.start,
            actor=actor,
        )
        item.charges.set(given.charges.all())
    else:
        item.charges.set(OneOffCharge.objects.bulk_create(_charges(order, item)))
    if item.line is not None:
        after = {
            "order": order.number,
            "product": item.offer.code if item.offer else str(item.handset),
            "price": str(item.price),
            "quantity": item.quantity,
        }
        journal(item.line, OperationKind.ORDER, actor=actor, on=item.start, reason=named(order), after=after)


def _subscription(order: Order, item: ServiceItem) -> Subscription:
    """A line that is to end takes it along."""
    assert item.offer is not None  # noqa: S101  # its caller has looked
    line_ends = None if item.line is None else item.line.terminated_on
    return Subscription.objects.create(
        customer=order.customer,
        line=item.line,
        offer=item.offer,
        kind=item.offer.kind,
        price=item.price,
        quantity=item.quantity,
        in_advance=item.offer.in_advance,
        start=item.start,
        end=item.end or line_ends,
    )


def _charges(order: Order, item: ServiceItem) -> Iterator[OneOffCharge]:
    if item.offer is not None:
        yield OneOffCharge(
            customer=order.customer,
            line=item.line,
            offer=item.offer,
            label=item.offer.label,
            price=item.price,
            quantity=item.quantity,
            vat_rate=item.offer.vat_rate,
            goods=item.offer.kind == OfferKind.EQUIPMENT,
            day=item.start,
        )
        return
    assert item.handset is not None  # noqa: S101  # by a constraint of the table
    days = lines.instalment_days(item.start, item.months) if item.sale_mode in MONTHLY else [item.start]
    for rank, day in enumerate(days, start=1):
        yield OneOffCharge(
            customer=order.customer,
            label=handset_label(item.handset, item.sale_mode, rank, item.months),
            price=item.price,
            quantity=item.quantity,
            vat_rate=item.handset.vat_rate,
            goods=item.sale_mode != SaleMode.RENTAL,
            day=day,
        )
