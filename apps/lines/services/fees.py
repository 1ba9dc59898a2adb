"""Fees of operations (SPEC D1): what the offer charges once when something happens to a line.

The amount is the offer's of today, the day that of the operation, the VAT rate the offer's. An option's fees are due
when it is added to a line or taken off one that serves on; when the line itself ends, its plan's alone is. A fleet that
is taken over has paid them elsewhere: its file makes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from apps.catalog.choices import FeeKind, OfferKind
from apps.catalog.models import Offer
from apps.core.slots import contributions
from apps.lines.models import Line, LineOperation, OneOffCharge

EARLY_TERMINATION = "Frais de résiliation anticipée"
STANDARD_RATE = Decimal(20)

#: Functions that say which of some charges (by primary key) have been invoiced: those are never dropped.
INVOICED = "lines.charges.invoiced"

# As they stand on invoices.
LABELS = {
    FeeKind.ACTIVATION: "Frais de mise en service",
    FeeKind.SIM: "Frais de carte SIM",
    FeeKind.SWAP: "Frais de remplacement de carte SIM",
    FeeKind.TERMINATION: "Frais de résiliation",
}


def fees_of_opening(line: Line, offers: Iterable[Offer], operation: LineOperation, on: date) -> Iterator[OneOffCharge]:
    """What a new line owes once: its activation, its card, and the activation of its options."""
    for offer in offers:
        kinds = [FeeKind.ACTIVATION, FeeKind.SIM] if offer.kind == OfferKind.PLAN else [FeeKind.ACTIVATION]
        for kind in kinds:
            yield from fee(line, offer, kind, operation, on)


def fee(line: Line, offer: Offer | None, kind: FeeKind, operation: LineOperation, on: date) -> Iterator[OneOffCharge]:
    """The charge, to be saved, unless the offer has no such fee."""
    if offer is None or not offer.fee(kind):
        return
    label = LABELS[kind] if offer.kind == OfferKind.PLAN else f"{LABELS[kind]} – {offer.label}"
    yield OneOffCharge(
        customer=line.customer,
        line=line,
        offer=offer,
        label=label,
        price=offer.fee(kind),
        vat_rate=offer.vat_rate,
        day=on,
        fee=kind,
        operation=operation,
    )


def early_termination_charges(line: Line, plan: Offer | None, amount: Decimal, on: date) -> Iterator[OneOffCharge]:
    """What leaving before the end of the commitment costs; it is paid for a service, and taxed as the plan is.

    Source: Court of Justice of the European Union, C-43/19 (Vodafone Portugal), 11 June 2020.
    """
    yield OneOffCharge(
        customer=line.customer,
        line=line,
        label=EARLY_TERMINATION,
        price=amount,
        vat_rate=STANDARD_RATE if plan is None else plan.vat_rate,
        day=on,
    )


def plan_on(line: Line, day: date) -> Offer | None:
    """The plan that the line is on, or was on last before ``day``."""
    plans = line.subscriptions.filter(kind=OfferKind.PLAN, start__lte=day)
    last = plans.select_related("offer").order_by("start").last()
    return None if last is None else last.offer


def charge(charges: Iterable[OneOffCharge]) -> None:
    OneOffCharge.objects.bulk_create(charges, batch_size=500)


def drop_charges(charges: QuerySet[OneOffCharge]) -> None:
    """Delete those that no invoice holds: what they were for did not come about. A draft keeps nothing."""
    charges.exclude(pk__in=invoiced(charges)).delete()


def invoiced(charges: QuerySet[OneOffCharge]) -> set[int]:
    """The keys of those that have been invoiced."""
    ids = list(charges.values_list("pk", flat=True))
    return {one for found in contributions(INVOICED) for one in found(charge_ids=ids)} if ids else set()
