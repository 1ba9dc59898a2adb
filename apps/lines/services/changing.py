"""Changes to what a line has: plan, options, grid. They may be dated, back to the last change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.choices import FeeKind, OfferKind
from apps.catalog.models import Offer
from apps.core.exceptions import DomainError
from apps.lines.choices import DiscountBasis, OperationKind
from apps.lines.models import Discount, Line, Subscription
from apps.lines.services.combining import offers_held, refuse_unless_combined, refuse_unless_on_sale
from apps.lines.services.fees import charge, fee
from apps.lines.services.periods import (
    allowances_changed,
    current,
    end_subscription,
    journal,
    not_ended,
    refuse_change_underneath,
    serving,
    turn_over,
)
from apps.tariffs.models import Tariff


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

    DomainError if the plan is not on sale then, or if a rule between offers keeps it from the line's options. The
    month of the change is two prorated slices, and its allowance the sum of two prorated ones (DOMAIN §7).
    """
    line = serving(line, on=on)
    if plan.kind != OfferKind.PLAN:
        raise DomainError(_("%(offer)s is not a plan.") % {"offer": plan})
    refuse_unless_on_sale(plan, on)
    refuse_before_billing(line, on)
    old = current(line.subscriptions.filter(kind=OfferKind.PLAN), on=on)
    before = {} if old is None else {"plan": old.offer.code, "price": str(old.price)}
    held = [offer for offer in offers_held(line, on=on) if offer.kind != OfferKind.PLAN]
    refuse_unless_combined([*held, plan], about=[plan] if old is None else [plan, old.offer])
    if old is not None:
        refuse_change_underneath(old, on)
        end_subscription(old, on=on)
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
    *,
    line: Line,
    option: Offer,
    price: Decimal,
    on: date,
    actor: User | None,
    prorata: bool = True,
    fees: bool = True,
    reason: str = "",
) -> Subscription:
    """Add ``option`` to the line from ``on``, with its activation fee unless told otherwise.

    DomainError if the line has it then, if it is not on sale, or if a rule keeps it from what the line has.
    """
    line = serving(line, on=on)
    if option.kind != OfferKind.OPTION:
        raise DomainError(_("%(offer)s is not an option.") % {"offer": option})
    refuse_unless_on_sale(option, on)
    refuse_before_billing(line, on)
    if line.subscriptions.filter(not_ended(on), offer=option).exists():
        raise DomainError(_("The line has the option %(offer)s already.") % {"offer": option.code})
    refuse_unless_combined([*offers_held(line, on=on), option], about=[option])
    subscription = _subscribe(line, option, price, on, prorata)
    operation = journal(
        line,
        OperationKind.PLAN_CHANGE,
        actor=actor,
        on=on,
        reason=reason,
        after={"option": option.code, "price": str(price)},
    )
    if fees:
        charge(fee(line, option, FeeKind.ACTIVATION, operation, on))
    allowances_changed(line.pk)
    return subscription


@transaction.atomic
def remove_option(
    *, line: Line, option: Offer, on: date, actor: User | None, fees: bool = True, reason: str = ""
) -> None:
    """Take ``option`` off the line, with its termination fee: ``on`` is the first day without it.

    DomainError if another offer of the line requires it.
    """
    line = serving(line, on=on)
    subscription = current(line.subscriptions.filter(offer=option), on=on)
    if subscription is None:
        raise DomainError(_("The line does not have the option %(offer)s.") % {"offer": option.code})
    refuse_change_underneath(subscription, on)
    refuse_unless_combined([one for one in offers_held(line, on=on) if one.pk != option.pk], about=[option])
    end_subscription(subscription, on=on)
    operation = journal(
        line, OperationKind.PLAN_CHANGE, actor=actor, on=on, reason=reason, before={"option": option.code}
    )
    if fees:
        charge(fee(line, option, FeeKind.TERMINATION, operation, on))
    allowances_changed(line.pk)


@transaction.atomic
def change_tariff(*, line: Line, tariff: Tariff, on: date, actor: User | None, reason: str = "") -> None:
    """Price the line's usage by ``tariff`` from ``on``. Records already rated keep their price."""
    line = serving(line, on=on)
    old = current(line.tariffs.all(), on=on)
    before = {} if old is None else {"tariff": old.tariff.code}
    if old is None:
        line.tariffs.create(tariff=tariff, start=max(on, line.activated_on or on), end=line.terminated_on)
    else:
        turn_over(old, on=on, tariff=tariff)
    journal(
        line, OperationKind.PLAN_CHANGE, actor=actor, on=on, reason=reason, before=before, after={"tariff": tariff.code}
    )


def refuse_before_billing(line: Line, on: date) -> None:
    """DomainError if the line is not billed yet on ``on``: what it pays for changes from its billing start on."""
    start = line.billing_start or line.activated_on
    if start is not None and on < start:
        raise DomainError(
            _("This line is billed from %(day)s: choose that day or a later one.") % {"day": f"{start:%d/%m/%Y}"}
        )


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
        end=line.terminated_on,
    )
