"""Lines that were ordered begin to serve: at once, on their day, with the number that they waited for, or never."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.catalog.models import Offer
from apps.core.exceptions import DomainError
from apps.core.periods import local_date
from apps.lines import services as lines
from apps.lines.choices import OperationKind
from apps.lines.models import Line
from apps.lines.services.periods import not_later
from apps.orders.choices import ItemState, NumberSource
from apps.orders.models import MobileItem, Order
from apps.orders.services.checking import with_terms
from apps.orders.services.drafting import refuse
from apps.orders.services.locking import locked, named
from apps.orders.services.mobile_checks import Numbers
from apps.orders.terms import MobileTerms
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import move_cards

logger = logging.getLogger(__name__)


@transaction.atomic
def activate_item(*, item: MobileItem, on: date, msisdn: str = "", actor: User | None, today: date) -> MobileItem:
    """Have the line of a waiting item serve from ``on``, today or before, with ``msisdn`` or the number it has.

    For a porting on its day, and for a number that the operator has given. DomainError when the item does not wait (any
    more), without a number, and when somebody has the number or the card.
    """
    order, item = _waiting(item)
    not_later(on, today)
    _take_number(item, msisdn, on)
    for card in lock_lines_and_cards(order, [item]):
        _refuse_unless_kept(card)
    begin(order, [(item, on)], actor=actor, today=today)
    return item


@transaction.atomic
def assign_number(*, item: MobileItem, msisdn: str, actor: User | None, today: date) -> MobileItem:
    """«Attribuer le numéro»: the line serves from today, or from the later day that its order says."""
    order, item = _waiting(item)
    if item.number_source == NumberSource.PORTED:
        raise DomainError(_("This line waits for its porting: see “Portabilités”."))
    begins = MobileTerms.of(item).begins_on(today)
    if begins <= today:
        return activate_item(item=item, on=today, msisdn=msisdn, actor=actor, today=today)
    _take_number(item, msisdn, begins)
    lines.assign_number(line=_line_of(item), msisdn=msisdn, on=begins, actor=actor, reason=named(order))
    item.save()
    return item


def cancel_item(*, item: MobileItem, reason: str, actor: User | None, today: date) -> None:
    """Give up a line that was sold and does not serve yet: its card and its number are free."""
    lines.cancel_pending_line(line=_line_of(item), on=today, actor=actor, reason=reason)


def line_cancelled(line: Line, actor: Any) -> None:
    """A pending line was given up (slot ``lines.line_cancelled``), in that transaction: so is what was sold with it."""
    item = MobileItem.objects.select_for_update(of=("self",)).filter(line=line, state=ItemState.WAITING).first()
    if item is None:
        return
    item.cancel()
    item.save()
    move_cards(targets={item.sim_id: SimStatus.IN_STOCK}, actor=actor, reason=named(item.order))


def activate_due(*, today: date) -> int:
    """Bring to serve what waits for a day that has come, each line by itself; tells how many.

    What cannot serve goes on waiting, and its order's page says why.
    """
    due = MobileItem.objects.filter(state=ItemState.WAITING).exclude(number_source=NumberSource.PORTED)
    due = due.filter(Q(active_on__isnull=True) | Q(active_on__lte=today)).exclude(msisdn="")
    activated = 0
    for item in due.order_by("pk"):
        try:
            activate_item(item=item, on=item.active_on or today, actor=None, today=today)
            activated += 1
        except DomainError as refusal:
            logger.warning("%s cannot be put in service: %s", item, refusal)
    return activated


def begin(order: Order, items: Sequence[tuple[MobileItem, date]], *, actor: User | None, today: date) -> None:
    """Open the lines of items, each from its day, with their handsets. The caller has locked and checked all of it."""
    opened = lines.open_lines(
        new_lines=[_opening(order, item, on) for item, on in items], today=today, actor=actor, reason=named(order)
    )
    for (item, on), line in zip(items, opened, strict=True):
        if item.handset is not None:
            lines.hand_over(
                line=line,
                handset=item.handset,
                imei=item.imei,
                sale_mode=item.sale_mode,
                purchase_mode=item.purchase_mode,
                price=item.handset_price,
                months=item.handset_months,
                on=on,
                actor=actor,
            )
        item.line = line
        item.finish()
        item.save()


def lock_lines_and_cards(order: Order, items: Sequence[MobileItem]) -> list[SimCard]:
    """Lock the customer's lines, then the cards of items, each by their keys; the cards as they are now."""
    list(Line.objects.locked().filter(customer=order.customer_id).values_list("pk"))
    cards = SimCard.objects.select_for_update().order_by("pk")
    return list(cards.filter(pk__in=[item.sim_id for item in items]))


def _refuse_unless_kept(card: SimCard) -> None:
    if card.status != SimStatus.RESERVED:
        raise DomainError(
            _("SIM card %(iccid)s is “%(status)s”, and is no longer kept for this order.")
            % {"iccid": card.iccid, "status": card.get_status_display()}
        )


def _opening(order: Order, item: MobileItem, on: date) -> lines.NewLine:
    terms = MobileTerms.of(item)
    return lines.NewLine(
        customer=order.customer,
        line=item.line,
        msisdn=item.msisdn,
        sim=item.sim,
        tariff=item.tariff,
        offers=[(item.plan, item.plan_price), *((one.option, one.price) for one in terms.options)],
        throughputs={item.plan_id: item.throughput, **{one.option.pk: one.throughput for one in terms.options}},
        activated_on=on,
        billing_start=max(item.billed_from or on, on),
        user_name=item.user_name,
        commitment_months=item.commitment_months,
        discounts=terms.discounts,
        in_advance=item.in_advance,
        prorata=item.prorata,
        kind=OperationKind.ACTIVATION,
        noted=agreed(order, item),
    )


def agreed(order: Order, item: MobileItem) -> dict[str, Any]:
    """What the line's journal keeps of the order: its number, the prices, and the catalogue's where they differ."""
    prices = {item.plan.code: item.plan_price, **{one.option.code: one.price for one in item.options.all()}}
    day = local_date(order.created_at)
    catalogue = {offer.code: _price(offer, day) for offer in MobileTerms.of(item).offers}
    return {
        "order": order.number,
        "prices": {code: str(price) for code, price in prices.items()},
        "catalogue": {code: str(catalogue[code]) for code, price in prices.items() if catalogue[code] != price},
    }


def _price(offer: Offer, day: date) -> Decimal | None:
    """The catalogue's, as it was prefetched."""
    return next((price.amount for price in offer.prices.all() if day in price.days), None)


def _waiting(item: MobileItem) -> tuple[Order, MobileItem]:
    order = locked(item.order)
    item = with_terms(MobileItem.objects.select_for_update(of=("self",))).get(pk=item.pk)
    if item.state != ItemState.WAITING:
        raise DomainError(
            _("The line of %(user)s is “%(state)s”: it does not wait to be put in service.")
            % {"user": item.user_name, "state": item.get_state_display()}
        )
    return order, item


def _take_number(item: MobileItem, msisdn: str, on: date) -> None:
    """Let the item have the number; DomainError where somebody else has it, or where there is none."""
    item.msisdn = msisdn or item.msisdn
    if not item.msisdn:
        raise DomainError(_("The number is missing."))
    refuse(Numbers([item.msisdn]).faults(item.msisdn, on=on, item=item))


def _line_of(item: MobileItem) -> Line:
    if item.line is None:
        raise DomainError(_("This order is not validated: there is no line yet."))
    return item.line
