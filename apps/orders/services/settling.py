"""The end of a draft: validated as a whole or not at all, cancelled, or expired."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.jobs.services import start_job
from apps.lines.services import create_pending_line
from apps.orders.choices import ItemState, JobKind, NumberSource, OrderState
from apps.orders.models import MobileItem, Order
from apps.orders.porting.services import open_port_in
from apps.orders.services.activating import agreed, begin, lock_lines_and_cards
from apps.orders.services.checking import faults_of, items_of
from apps.orders.services.locking import draft, locked, named
from apps.orders.services.mobile_checks import may_choose_any_day
from apps.orders.services.servicing import sell
from apps.orders.terms import MobileTerms
from apps.sims.choices import SimStatus
from apps.sims.services import move_cards

REASON_LENGTH = 200


def validate_order(*, order: Order, actor: User | None, today: date) -> Order:
    """Sell everything in the order, or nothing: DomainError then says what speaks against each item.

    A line whose number is known serves from its day; others wait, and numbers that are ported are asked of the other
    operator. The confirmation, with the order form, is drawn and sent by a worker.
    """
    try:
        with transaction.atomic():
            return _validated(order, actor, today)
    except IntegrityError:
        # The database alone has seen somebody else take a card or a number at this very moment.
        _refuse(order, list(faults_of(Order.objects.get(pk=order.pk), today, actor=actor)))
        raise


def _validated(order: Order, actor: User | None, today: date) -> Order:
    order = draft(order, today=today)
    items = list(items_of(order).select_for_update(of=("self",)).order_by("pk"))
    lock_lines_and_cards(order, items)
    _refuse(order, list(faults_of(order, today, actor=actor)))
    now: list[tuple[MobileItem, date]] = []
    later: list[tuple[MobileItem, date]] = []
    for item in items:
        begins = MobileTerms.of(item).begins_on(today)
        waits = item.number_source in (NumberSource.PORTED, NumberSource.LATER) or begins > today
        (later if waits else now).append((item, begins))
    begin(order, now, actor=actor, today=today)
    for item, begins in later:
        _wait(order, item, begins, actor, today)
    for service in order.service_items.select_related("offer", "handset", "line").order_by("pk"):
        sell(order, service, actor=actor)
    order.validate()
    _settle(order, actor)
    start_job(kind=JobKind.CONFIRM, actor=actor, about=order, parameters={"order": order.pk})
    return order


def _wait(order: Order, item: MobileItem, begins: date, actor: User | None, today: date) -> None:
    item.line = create_pending_line(
        customer=order.customer,
        msisdn=item.msisdn,
        user_name=item.user_name,
        commitment_months=item.commitment_months,
        on=begins,
        actor=actor,
        reason=named(order),
        noted=agreed(order, item),
    )
    item.wait()
    item.save()
    if item.number_source == NumberSource.PORTED:
        open_port_in(item=item, line=item.line, actor=actor, today=today, bounds=not may_choose_any_day(actor))


def _refuse(order: Order, reasons: list[str]) -> None:
    if reasons:
        raise DomainError(
            _("The order %(order)s cannot be validated: nothing of it is sold.") % {"order": order}, reasons=reasons
        )


@transaction.atomic
def cancel_order(*, order: Order, reason: str, actor: User | None) -> Order:
    """Give a draft up; its cards and numbers are free. DomainError for an order that is settled."""
    order = locked(order)
    if order.state != OrderState.DRAFT:
        raise DomainError(
            _("The order %(order)s is “%(state)s”: only a draft is cancelled.")
            % {"order": order, "state": order.get_state_display()}
        )
    order.cancel()
    order.reason = reason[:REASON_LENGTH]
    _free(order, actor)
    _settle(order, actor)
    return order


def expire_drafts(*, today: date) -> int:
    """End the drafts that nobody has worked at for too long, each by itself; tells how many."""
    expired = 0
    stale = Order.objects.filter(state=OrderState.DRAFT, expires_on__lte=today)
    for order in stale.order_by("pk"):
        expired += _expire(order, today)
    return expired


@transaction.atomic
def _expire(order: Order, today: date) -> bool:
    order = locked(order)
    if order.state != OrderState.DRAFT or order.expires_on > today:  # somebody has settled it, or works at it
        return False
    order.expire()
    _free(order, None)
    _settle(order, None)
    return True


def _free(order: Order, actor: User | None) -> None:
    """Its items hold nothing any more."""
    items = list(order.mobile_items.select_for_update(of=("self",)).filter(state=ItemState.DRAFT).order_by("pk"))
    for item in items:
        item.cancel()
        item.save()
    move_cards(
        targets={item.sim_id: SimStatus.IN_STOCK for item in items},
        actor=actor,
        reason=named(order),
    )


def _settle(order: Order, actor: User | None) -> None:
    order.settled_by, order.settled_at = actor, timezone.now()
    order.save()
