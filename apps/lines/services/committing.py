"""The commitment of a line: what of it is left, and what ending the line on a day costs for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from apps.catalog.choices import OfferKind, SaleMode
from apps.core.money import percentage, round_half_up
from apps.customers.choices import CustomerKind
from apps.lines.commitment import Commitment, Left, early_termination
from apps.lines.models import Line, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyTermination:
    """What leaving on a day costs: ``amount`` excluding tax, for what is ``left`` of the commitment ``until`` its end.

    ``monthly`` is the price of the plan less its lasting discounts; options commit to nothing.
    """

    until: date
    left: Left
    monthly: Decimal
    consumer: bool
    subsidised: bool
    amount: Decimal


def commitment_of(line: Line) -> Commitment | None:
    """None for a line that never had one."""
    if not line.commitment_months or line.committed_from is None:
        return None
    return Commitment(line.committed_from, line.commitment_months)


def early_termination_of(*, line: Line, on: date) -> EarlyTermination | None:
    """What ending the line on ``on`` (its first day without service) costs; None once it is bound by nothing."""
    commitment = commitment_of(line)
    if commitment is None or not (left := commitment.left(on)):
        return None
    monthly = _monthly(line, on - timedelta(days=1))
    consumer = line.customer.kind == CustomerKind.INDIVIDUAL
    subsidised = any(
        one.sale_mode == SaleMode.SUBSIDISED and one.start >= commitment.start for one in line.handsets.all()
    )
    return EarlyTermination(
        until=commitment.until,
        left=left,
        monthly=monthly,
        consumer=consumer,
        subsidised=subsidised,
        amount=early_termination(
            commitment=commitment, on=on, monthly=monthly, consumer=consumer, subsidised=subsidised
        ),
    )


def _monthly(line: Line, day: date) -> Decimal:
    """By rows that a caller with many lines has fetched along."""
    plans = [one for one in line.subscriptions.all() if one.kind == OfferKind.PLAN and day in one.days]
    if not plans:
        return Decimal("0.00")
    plan: Subscription = plans[0]
    price: Decimal = plan.price * plan.quantity
    left = price
    for discount in plan.discounts.all():
        if discount.months is None and discount.end is None:
            taken = discount.amount if discount.percent is None else round_half_up(percentage(price, discount.percent))
            left -= min(left, taken or Decimal(0))
    return left
