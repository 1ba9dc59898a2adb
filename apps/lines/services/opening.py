"""Lines that begin to serve: a fleet taken over from another system, or what was ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import batched

from django.db import transaction
from django.db.models import Q, prefetch_related_objects

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
from apps.lines.services.periods import allowances_changed, journal_each, refuse_unless
from apps.lines.terms import DiscountTerms
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import move_cards
from apps.tariffs.models import Tariff

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line to open: ``offers`` are its plan and options with the price agreed for each, the plan first.

    It serves from ``activated_on`` up to, not including, ``terminated_on``; charges run from ``billing_start``.
    ``line`` is one that has waited for this day; None makes a new one. Offers are billed in advance or in arrears as
    the catalogue has them unless ``in_advance`` says so for all; ``throughputs`` are by the key of the offer. ``noted``
    goes to the journal beside what every new line has there.
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
    discounts: Sequence[DiscountTerms] = ()
    in_advance: bool | None = None
    prorata: bool = True
    throughputs: Mapping[int, str] = field(default_factory=dict)
    line: Line | None = None
    kind: OperationKind = OperationKind.TAKE_OVER
    noted: Mapping[str, object] = field(default_factory=dict)


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
    _lock_lines_concerned(new_lines)
    lines = _lines(new_lines, today)
    pairs = list(zip(lines, new_lines, strict=True))
    _open_periods(pairs)
    _open_charges(pairs)
    statuses = {LineStatus.TERMINATED: SimStatus.TERMINATED, LineStatus.ACTIVE: SimStatus.ACTIVE}
    move_cards(
        targets={new.sim.pk: statuses[LineStatus(line.status)] for line, new in pairs}, actor=actor, reason=reason
    )
    operations = journal_each(
        [
            LineOperation(
                line=line,
                kind=new.kind,
                actor=actor,
                effective_on=new.activated_on,
                reason=reason[:200],
                after={
                    "msisdn": new.msisdn,
                    "sim": new.sim.iccid,
                    "tariff": new.tariff.code,
                    "offers": [offer.code for offer, _price in new.offers],
                    "status": line.status,
                    **new.noted,
                },
            )
            for line, new in pairs
        ],
        batch=BATCH,
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


def _lock_lines_concerned(new_lines: Sequence[NewLine]) -> None:
    """Lock lines that waited, and all of customers whose pools get larger, by their keys, before anything else is."""
    prefetch_related_objects([offer for new in new_lines for offer, _price in new.offers], "allowances")
    customers = {new.customer.pk for new in new_lines if _shares(new)}
    waiting = {new.line.pk for new in new_lines if new.line is not None}
    if waiting and len(new_lines) <= BATCH:  # all at once, so that their order is that of their keys
        list(Line.objects.locked().filter(Q(customer__in=customers) | Q(pk__in=waiting)).values_list("pk"))
        return
    for some in batched(sorted(customers), BATCH):
        list(Line.objects.locked().filter(customer__in=some).values_list("pk"))
    for some in batched(sorted(waiting), BATCH):
        list(Line.objects.locked().filter(pk__in=some).values_list("pk"))


def _lines(new_lines: Sequence[NewLine], today: date) -> list[Line]:
    """Their rows: those that waited brought to serve by their transition, the others made at once."""
    lines = [_begun(new) if new.line is not None else _made(new, today) for new in new_lines]
    Line.objects.bulk_create([line for line in lines if line.pk is None], batch_size=BATCH)
    return lines


def _made(new: NewLine, today: date) -> Line:
    return Line(customer=new.customer, status=_status(new, today), **_facts(new))


def _begun(new: NewLine) -> Line:
    """DomainError for a line that does not wait any more."""
    assert new.line is not None  # noqa: S101  # its caller has looked
    line = Line.objects.get(pk=new.line.pk)
    refuse_unless(line.status == LineStatus.PENDING, line)
    for name, value in _facts(new).items():
        setattr(line, name, value)
    line.activate()
    line.save()
    return line


def _facts(new: NewLine) -> dict[str, object]:
    return {
        "msisdn": new.msisdn,
        "user_name": new.user_name,
        "activated_on": new.activated_on,
        "billing_start": new.billing_start,
        "terminated_on": new.terminated_on,
        "commitment_months": new.commitment_months,
        "committed_from": new.activated_on if new.commitment_months else None,
    }


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
    charged = [(line, new) for line, new in pairs if new.terminated_on is None or new.terminated_on > new.billing_start]
    subscriptions = [list(_subscriptions(line, new)) for line, new in charged]
    Subscription.objects.bulk_create([one for some in subscriptions for one in some], batch_size=BATCH)
    Discount.objects.bulk_create(
        [
            _discount(terms, line, plan)
            for (line, new), (plan, *_options) in zip(charged, subscriptions, strict=True)
            for terms in new.discounts
        ],
        batch_size=BATCH,
    )


def _subscriptions(line: Line, new: NewLine) -> Iterator[Subscription]:
    for offer, price in new.offers:
        yield Subscription(
            customer=new.customer,
            line=line,
            offer=offer,
            kind=offer.kind,
            price=price,
            in_advance=offer.in_advance if new.in_advance is None else new.in_advance,
            prorata=new.prorata,
            throughput=new.throughputs.get(offer.pk, ""),
            start=new.billing_start,
            end=new.terminated_on,
        )


def _discount(terms: DiscountTerms, line: Line, plan: Subscription) -> Discount:
    on_plan = terms.basis == DiscountBasis.SUBSCRIPTION
    return Discount(
        basis=terms.basis,
        subscription=plan if on_plan else None,
        line=None if on_plan else line,
        percent=terms.percent,
        amount=terms.amount,
        months=terms.months,
    )
