"""What a line has of all that can be agreed on for it, from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.catalog.choices import OfferKind
from apps.core.periods import Month
from apps.lines.choices import DiscountBasis
from apps.lines.models import Discount, Line, LineHandset, LineTariff, Subscription
from apps.lines.offer_changes import Condition
from apps.lines.services.periods import current


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a line has from a day on: in force then, or begun later; None or empty where it has nothing of the kind."""

    plan: Subscription | None
    options: dict[int, Subscription]
    tariff: LineTariff | None
    conditions: dict[DiscountBasis, Discount]
    handset: LineHandset | None
    #: From which usage, and its special conditions, are billed.
    billing_start: date | None = None

    @classmethod
    def nothing(cls) -> Held:
        return cls(plan=None, options={}, tariff=None, conditions={}, handset=None)


def held_by(line: Line, *, on: date) -> Held:
    """See :class:`Held`. A special condition whose months have run out by then is none."""
    subscriptions = list(line.subscriptions.select_related("offer").prefetch_related("discounts"))
    plan = current((one for one in subscriptions if one.kind == OfferKind.PLAN), on=on)
    options = [one for one in subscriptions if one.kind == OfferKind.OPTION and (one.end is None or one.end > on)]
    usage = [one for one in line.discounts.all() if one.is_left_on(on, line.billing_start or on)]
    conditions = {DiscountBasis.USAGE: usage[-1]} if usage else {}
    if plan is not None:
        left = [one for one in plan.discounts.all() if one.is_left_on(on, plan.start)]
        conditions |= {DiscountBasis.SUBSCRIPTION: left[-1]} if left else {}
    return Held(
        plan=plan,
        options={one.offer_id: one for one in sorted(options, key=lambda one: one.start)},
        tariff=current(line.tariffs.select_related("tariff"), on=on),
        conditions=conditions,
        handset=current(line.handsets.select_related("handset"), on=on),
        billing_start=line.billing_start,
    )


def condition_of(discount: Discount | None, *, on: date, since: date | None) -> Condition | None:
    """What is left on a day of a special condition that began ``since``, as one would agree on it anew."""
    if discount is None:
        return None
    months = discount.months
    if months is not None:
        months -= max(0, Month.of(on).months_since(Month.of(discount.start or since or on)))
    return Condition(percent=discount.percent, amount=discount.amount, months=months)


def facts_of(line: Line, held: Held) -> dict[str, Any]:
    """All that a change of offers may change, as the plain values that the journal keeps."""
    plan, handset = held.plan, held.handset
    return {
        "plan": "" if plan is None else plan.offer.code,
        "price": "" if plan is None else str(plan.price),
        "throughput": "" if plan is None else plan.throughput,
        "billing": "" if plan is None else ("advance" if plan.in_advance else "arrears"),
        "prorata": "" if plan is None else plan.prorata,
        "options": [
            [one.offer.code, str(one.price), one.throughput]
            for one in sorted(held.options.values(), key=lambda one: one.offer.code)
        ],
        "tariff": "" if held.tariff is None else held.tariff.tariff.code,
        **{f"discount_{basis.value}": _condition(held.conditions.get(basis)) for basis in DiscountBasis},
        "commitment": [line.commitment_months, str(line.committed_from)] if line.commitment_months else [],
        "handset": []
        if handset is None
        else [
            str(handset.handset),
            handset.imei,
            handset.sale_mode,
            "" if handset.price is None else str(handset.price),
            handset.months,
        ],
    }


def _condition(discount: Discount | None) -> list[Any]:
    if discount is None:
        return []
    sizes = (discount.percent, discount.amount)
    return [*("" if one is None else str(one) for one in sizes), discount.months]
