"""An offer as a file says it: what the import compares with, and what the export writes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from apps.catalog.choices import BeyondCeiling, RuleKind, UsageKind
from apps.catalog.models import OfferPrice, OfferRule
from apps.catalog.quantities import UNLIMITED

#: Fields of the offer's own row.
OWN = (
    "code",
    "kind",
    "label",
    "vat_rate",
    "throughput",
    "in_advance",
    "recurring",
    "activation_fee",
    "sim_fee",
    "swap_fee",
    "termination_fee",
    "wholesale_code",
    "wholesale_cost",
    "sales_account",
    "on_sale_from",
    "on_sale_until",
)
INCLUDED = {"voice": UsageKind.VOICE, "sms": UsageKind.SMS, "data": UsageKind.DATA}
CEILINGS = {f"{name}_ceiling": name for name in INCLUDED}
#: How files call the kinds of usage.
USAGE_NAMES = {"VOIX": "voice", "SMS": "sms", "DATA": "data"}


def with_all_filed(offers: QuerySet[Any], today: date) -> Any:
    """The offers with everything that :func:`as_filed` reads, in a few queries."""
    rules = OfferRule.objects.select_related("offer", "other")
    return offers.prefetch_related(None).prefetch_related(
        "allowances",
        Prefetch("prices", OfferPrice.objects.on(today), "prices_today"),
        Prefetch("rules", rules),
        Prefetch("ruled_by", rules),
    )


def as_filed(offer: Any) -> dict[str, Any]:
    """Its values by the names of the import's fields. Kinds and codes that a cell joins are in order."""
    values = {name: getattr(offer, name) for name in OWN}
    values["price"] = offer.prices_today[0].amount if offer.prices_today else None
    there = {one.kind: one for one in offer.allowances.all()}
    for name, kind in INCLUDED.items():
        allowance = there.get(kind)
        values[name] = 0 if allowance is None else UNLIMITED if allowance.unlimited else allowance.quantity
        values[f"{name}_ceiling"] = allowance and allowance.ceiling
    values["shared"] = tuple(name for name, kind in INCLUDED.items() if kind in there and there[kind].shared)
    values["free_beyond"] = tuple(
        name
        for name, kind in INCLUDED.items()
        if kind in there and there[kind].ceiling is not None and there[kind].beyond == BeyondCeiling.FREE
    )
    rules = list(offer.rules.all())
    values["requires"] = _codes(rule.other for rule in rules if rule.kind == RuleKind.REQUIRES)
    values["excludes"] = _codes(
        [
            *(rule.other for rule in rules if rule.kind == RuleKind.EXCLUDES),
            *(rule.offer for rule in offer.ruled_by.all() if rule.kind == RuleKind.EXCLUDES),
        ]
    )
    return values


def _codes(offers: Any) -> tuple[str, ...]:
    return tuple(sorted(offer.code for offer in offers))
