"""Changes to what a line has: plan, options, grid, user, card. They may be dated, back to the last change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.choices import OfferKind
from apps.catalog.models import Offer
from apps.core.exceptions import DomainError
from apps.lines.choices import DiscountBasis, LineStatus, OperationKind
from apps.lines.models import Discount, Line, Subscription
from apps.lines.services.periods import allowances_changed, end_period, journal, locked, turn_over
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import move_cards
from apps.tariffs.models import Tariff

SERVING = {LineStatus.ACTIVE, LineStatus.SUSPENDED}


@transaction.atomic
def change_plan(
    *,
    line: Line,
    plan: Offer,
    price: Decimal,
    on: date,
    actor: User | None,
    prorata: bool = True,
    discounts: Sequence[Discount] = (),
    reason: str = "",
) -> Subscription:
    """Put the line on ``plan`` at the agreed monthly ``price`` from ``on``; ``discounts`` are made for it.

    The month of the change is two prorated slices, and its allowance the sum of two prorated ones (DOMAIN §7).
    """
    line = _serving(line)
    if plan.kind != OfferKind.PLAN:
        raise DomainError(_("%(offer)s is not a plan.") % {"offer": plan})
    _from_billing_start(line, on)
    current = line.subscriptions.filter(kind=OfferKind.PLAN).open().first()
    before = {} if current is None else {"plan": current.offer.code, "price": str(current.price)}
    if current is not None:
        _refuse_change_underneath(current, on)
        if current.start == on:
            _withdraw(current)
        else:
            end_period(current, on=on)
    subscription = _subscribe(line, plan, price, on, prorata)
    for discount in discounts:
        discount.basis, discount.subscription, discount.line = DiscountBasis.SUBSCRIPTION, subscription, None
        discount.save()
    journal(
        line,
        OperationKind.PLAN_CHANGE,
        actor=actor,
        on=on,
        reason=reason,
        before=before,
        after={"plan": plan.code, "price": str(price)},
    )
    allowances_changed(line.pk)
    return subscription


@transaction.atomic
def add_option(
    *, line: Line, option: Offer, price: Decimal, on: date, actor: User | None, prorata: bool = True, reason: str = ""
) -> Subscription:
    """Add ``option`` to the line from ``on``; DomainError if it has it then."""
    line = _serving(line)
    if option.kind != OfferKind.OPTION:
        raise DomainError(_("%(offer)s is not an option.") % {"offer": option})
    _from_billing_start(line, on)
    if line.subscriptions.filter(offer=option).exclude(end__lte=on).exists():
        raise DomainError(_("The line has the option %(offer)s already.") % {"offer": option.code})
    subscription = _subscribe(line, option, price, on, prorata)
    journal(
        line,
        OperationKind.PLAN_CHANGE,
        actor=actor,
        on=on,
        reason=reason,
        after={"option": option.code, "price": str(price)},
    )
    allowances_changed(line.pk)
    return subscription


@transaction.atomic
def remove_option(*, line: Line, option: Offer, on: date, actor: User | None, reason: str = "") -> None:
    """Take ``option`` off the line: ``on`` is the first day without it."""
    line = _serving(line)
    subscription = line.subscriptions.filter(offer=option).open().first()
    if subscription is None:
        raise DomainError(_("The line does not have the option %(offer)s.") % {"offer": option.code})
    _refuse_change_underneath(subscription, on)
    if subscription.start == on:
        _withdraw(subscription)
    else:
        end_period(subscription, on=on)
    journal(line, OperationKind.PLAN_CHANGE, actor=actor, on=on, reason=reason, before={"option": option.code})
    allowances_changed(line.pk)


@transaction.atomic
def change_tariff(*, line: Line, tariff: Tariff, on: date, actor: User | None, reason: str = "") -> None:
    """Price the line's usage by ``tariff`` from ``on``. Records already rated keep their price."""
    line = _serving(line)
    current = line.tariffs.open().first()
    before = {} if current is None else {"tariff": current.tariff.code}
    if current is None:
        line.tariffs.create(tariff=tariff, start=max(on, line.activated_on or on))
    else:
        turn_over(current, on=on, tariff=tariff)
    journal(
        line, OperationKind.PLAN_CHANGE, actor=actor, on=on, reason=reason, before=before, after={"tariff": tariff.code}
    )


@transaction.atomic
def change_user(*, line: Line, user_name: str, on: date, actor: User | None, reason: str = "") -> Line:
    """Name the person who uses the line; ``user_name`` holds authorised characters only (the form checks)."""
    line = _serving(line)
    before, line.user_name = line.user_name, user_name
    line.save()
    journal(
        line,
        OperationKind.USER_CHANGE,
        actor=actor,
        on=on,
        reason=reason,
        before={"user_name": before},
        after={"user_name": user_name},
    )
    return line


@transaction.atomic
def swap_sim(*, line: Line, sim: SimCard, on: date, today: date, actor: User | None, reason: str = "") -> None:
    """Put another card in the line from ``on``; the old one is replaced for ever. Number and billing stay."""
    line = _serving(line)
    if on > today:
        raise DomainError(_("A change of status takes effect today or earlier, not on a day to come."))
    current = line.sims.open().select_related("sim").first()
    if current is None:
        raise DomainError(_("The line has no SIM card to replace."))
    sim = SimCard.objects.select_for_update().get(pk=sim.pk)
    if sim.status != SimStatus.IN_STOCK:
        raise DomainError(
            _("SIM card %(iccid)s is “%(status)s”, not in stock.")
            % {"iccid": sim.iccid, "status": sim.get_status_display()}
        )
    old = current.sim
    turn_over(current, on=on, sim=sim)
    new = SimStatus.SUSPENDED if line.status == LineStatus.SUSPENDED else SimStatus.ACTIVE
    move_cards(targets={old.pk: SimStatus.REPLACED, sim.pk: new}, actor=actor, reason=reason)
    journal(
        line,
        OperationKind.SIM_SWAP,
        actor=actor,
        on=on,
        reason=reason,
        before={"sim": old.iccid},
        after={"sim": sim.iccid},
    )


def _serving(line: Line) -> Line:
    line = locked(line)
    if line.status not in SERVING:
        raise DomainError(
            _("The line %(line)s is “%(status)s”: this cannot be done to it.")
            % {"line": line, "status": line.get_status_display()}
        )
    return line


def _from_billing_start(line: Line, on: date) -> None:
    start = line.billing_start or line.activated_on
    if start is not None and on < start:
        raise DomainError(_("This line is billed from %(day)s: choose that day or a later one.") % {"day": f"{start:%d/%m/%Y}"})


def _refuse_change_underneath(subscription: Subscription, on: date) -> None:
    if subscription.start > on:
        raise DomainError(
            _("Something of this line changes on %(day)s already: choose that day or a later one.")
            % {"day": f"{subscription.start:%d/%m/%Y}"}
        )


def _withdraw(subscription: Subscription) -> None:
    """A subscription replaced on its first day never held; DomainError if it has been invoiced."""
    try:
        subscription.discounts.all().delete()
        subscription.delete()
    except ProtectedError:
        raise DomainError(
            _("This offer has been invoiced since its first day: change it from the next day on.")
        ) from None


def _subscribe(line: Line, offer: Offer, price: Decimal, on: date, prorata: bool) -> Subscription:
    return Subscription.objects.create(
        customer=line.customer,
        line=line,
        offer=offer,
        kind=offer.kind,
        price=price,
        in_advance=offer.in_advance,
        prorata=prorata,
        start=on,
    )
