"""Opening lines in number: a fleet taken over from another system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import batched

from django.db import transaction
from django.db.models import prefetch_related_objects

from apps.accounts.models import User
from apps.catalog.models import Offer
from apps.customers.models import Customer
from apps.lines.choices import DiscountBasis, LineStatus, OperationKind
from apps.lines.models import (
    Discount,
    Line,
    LineNumber,
    LineOperation,
    LineSim,
    LineState,
    LineTariff,
    Subscription,
)
from apps.lines.services.combining import refuse_unless_each_combined
from apps.lines.services.fees import charge, fees_of_opening
from apps.lines.services.periods import allowances_changed
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import move_cards
from apps.tariffs.models import Tariff

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line to open: ``offers`` are its plan and options with the price agreed for each.

    It serves from ``activated_on`` up to, not including, ``terminated_on``; charges run from ``billing_start``. The
    discount, in percent, is on the plan's subscription for ``discount_months`` slices (None: unlimited).
    """

    customer: Customer
    msisdn: str
    sim: SimCard
    tariff: Tariff
    offers: Sequence[tuple[Offer, Decimal]]
    activated_on: date
    billing_start: date
    user_name: str = ""
    terminated_on: date | None = None
    commitment_months: int = 0
    discount_percent: Decimal | None = None
    discount_months: int | None = None


@transaction.atomic
def open_lines(
    *, new_lines: Sequence[NewLine], today: date, actor: User | None, fees: bool = True, reason: str = ""
) -> list[Line]:
    """Open them all, or none: their periods, subscriptions, discounts, fees and journal, and their cards' statuses.

    DomainError if the offers of a line do not go together. A fleet taken over owes no ``fees``: they were paid before.

    The caller has checked the file; what two transactions do to one card or number at once is refused by the
    database. A line whose termination is past as of ``today`` opens terminated. A number of queries that does not
    grow with each line's facts, only with batches.
    """
    refuse_unless_each_combined([[offer for offer, _price in new.offers] for new in new_lines])
    _lock_pools_joined(new_lines)
    lines = Line.objects.bulk_create(
        [
            Line(
                customer=new.customer,
                msisdn=new.msisdn,
                user_name=new.user_name,
                status=_status(new, today),
                activated_on=new.activated_on,
                billing_start=new.billing_start,
                terminated_on=new.terminated_on,
                commitment_months=new.commitment_months,
                committed_from=new.activated_on if new.commitment_months else None,
            )
            for new in new_lines
        ],
        batch_size=BATCH,
    )
    pairs = list(zip(lines, new_lines, strict=True))
    _open_periods(pairs)
    _open_charges(pairs)
    statuses = {LineStatus.TERMINATED: SimStatus.TERMINATED, LineStatus.ACTIVE: SimStatus.ACTIVE}
    move_cards(
        targets={new.sim.pk: statuses[LineStatus(line.status)] for line, new in pairs}, actor=actor, reason=reason
    )
    operations = LineOperation.objects.bulk_create(
        [
            LineOperation(
                line=line,
                kind=OperationKind.TAKE_OVER,
                actor=actor,
                effective_on=new.activated_on,
                reason=reason[:200],
                after={
                    "msisdn": new.msisdn,
                    "sim": new.sim.iccid,
                    "tariff": new.tariff.code,
                    "offers": [offer.code for offer, _price in new.offers],
                    "status": line.status,
                },
            )
            for line, new in pairs
        ],
        batch_size=BATCH,
    )
    if fees:
        charge(
            one
            for (line, new), operation in zip(pairs, operations, strict=True)
            for one in fees_of_opening(line, [offer for offer, _price in new.offers], operation, new.activated_on)
        )
    # They have no usage yet, but what they bring to a pool pays for what others have used.
    if joined := [line.pk for line, new in pairs if _shares(new)]:
        allowances_changed(*joined)
    return lines


def _shares(new: NewLine) -> bool:
    return any(allowance.shared for offer, _price in new.offers for allowance in offer.allowances.all())


def _lock_pools_joined(new_lines: Sequence[NewLine]) -> None:
    """Lock the lines of customers whose pools get larger, in the order of their keys, before anything else is."""
    prefetch_related_objects([offer for new in new_lines for offer, _price in new.offers], "allowances")
    customers = {new.customer.pk for new in new_lines if _shares(new)}
    for some in batched(sorted(customers), BATCH):
        list(Line.objects.locked().filter(customer__in=some).values_list("pk"))


def _status(new: NewLine, today: date) -> LineStatus:
    over = new.terminated_on is not None and new.terminated_on <= today
    return LineStatus.TERMINATED if over else LineStatus.ACTIVE


def _open_periods(pairs: Sequence[tuple[Line, NewLine]]) -> None:
    def span(new: NewLine) -> dict[str, date | None]:
        return {"start": new.activated_on, "end": new.terminated_on}

    LineNumber.objects.bulk_create(
        [LineNumber(line=line, msisdn=new.msisdn, **span(new)) for line, new in pairs], batch_size=BATCH
    )
    LineSim.objects.bulk_create([LineSim(line=line, sim=new.sim, **span(new)) for line, new in pairs], batch_size=BATCH)
    LineTariff.objects.bulk_create(
        [LineTariff(line=line, tariff=new.tariff, **span(new)) for line, new in pairs], batch_size=BATCH
    )
    LineState.objects.bulk_create(
        [LineState(line=line, status=LineStatus.ACTIVE, **span(new)) for line, new in pairs], batch_size=BATCH
    )


def _open_charges(pairs: Sequence[tuple[Line, NewLine]]) -> None:
    """Subscriptions run from the billing start; a line that ended before has none, and no allowance either."""
    charged = [
        (
            Subscription(
                customer=new.customer,
                line=line,
                offer=offer,
                kind=offer.kind,
                price=price,
                in_advance=offer.in_advance,
                start=new.billing_start,
                end=new.terminated_on,
            ),
            new.discount_percent if index == 0 else None,
            new.discount_months,
        )
        for line, new in pairs
        if new.terminated_on is None or new.terminated_on > new.billing_start
        for index, (offer, price) in enumerate(new.offers)
    ]
    Subscription.objects.bulk_create([subscription for subscription, *_rest in charged], batch_size=BATCH)
    Discount.objects.bulk_create(
        [
            Discount(basis=DiscountBasis.SUBSCRIPTION, subscription=subscription, percent=percent, months=months)
            for subscription, percent, months in charged
            if percent
        ],
        batch_size=BATCH,
    )
