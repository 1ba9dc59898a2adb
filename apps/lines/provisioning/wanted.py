"""What a line is to be on the operator's network on a day, as plain values: the whole of it, never a difference.

A whole state can be asked twice, and says all that a lost one before it said. Its names are kept in rows for years.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, TypedDict

from django.db.models import OuterRef, QuerySet, Subquery

from apps.catalog.choices import OfferKind
from apps.lines.choices import SERVING
from apps.lines.models import Line, LineInternational, LineNumber, LineSim, LineState, Subscription


class Wanted(TypedDict):
    """``plan`` and ``options`` are the operator's own codes; ``CODE:150M`` is an option with a throughput of its own.

    Empty texts stand for what there is not. A line that has ended keeps its last number and card: they say which one
    is to be taken off the network.
    """

    msisdn: str
    iccid: str
    imsi: str
    status: str
    barring: str
    international: str
    plan: str
    throughput: str
    options: list[str]


def wanted_of(line_id: int, day: date) -> Wanted:
    return wanted_of_each([line_id], day)[line_id]


def wanted_of_each(line_ids: Collection[int], day: date) -> dict[int, Wanted]:
    """The state of each line on ``day``, in a number of queries that does not grow with them."""
    # Of several periods the last that has begun: a line that has ended keeps the facts of its last day.
    lines = Line.objects.filter(pk__in=line_ids).annotate(
        number_then=_latest(LineNumber.objects.all(), "msisdn", day),
        iccid_then=_latest(LineSim.objects.all(), "sim__iccid", day),
        imsi_then=_latest(LineSim.objects.all(), "sim__imsi", day),
        status_then=_latest(LineState.objects.all(), "status", day),
        barring_then=_latest(LineState.objects.all(), "barring", day),
        international_then=_latest(LineInternational.objects.all(), "behaviour", day),
    )
    offers = _offers(line_ids, day)
    return {line.pk: _wanted(line, offers[line.pk]) for line in lines}


def _latest(periods: QuerySet[Any], value: str, day: date) -> Subquery:
    begun = periods.filter(line=OuterRef("pk"), start__lte=day)
    return Subquery(begun.order_by("-start").values(value)[:1])


def _offers(line_ids: Collection[int], day: date) -> dict[int, list[Subscription]]:
    held: dict[int, list[Subscription]] = defaultdict(list)
    kinds = [OfferKind.PLAN, OfferKind.OPTION]
    for one in Subscription.objects.on(day).filter(line__in=line_ids, kind__in=kinds).select_related("offer"):
        held[one.line_id or 0].append(one)
    return held


def _wanted(line: Any, offers: list[Subscription]) -> Wanted:
    serves = line.status in SERVING
    plan = next((one for one in offers if one.kind == OfferKind.PLAN), None) if serves else None
    options = [one for one in offers if one.kind == OfferKind.OPTION] if serves else []
    return Wanted(
        msisdn=line.number_then or line.msisdn,
        iccid=line.iccid_then or "",
        imsi=line.imsi_then or "",
        status=(line.status_then if serves else None) or line.status,
        barring=(line.barring_then if serves else None) or "",
        international=(line.international_then if serves else None) or "",
        plan="" if plan is None else _code(plan),
        throughput="" if plan is None else _throughput(plan),
        options=sorted(":".join(filter(None, [_code(one), _throughput(one)])) for one in options),
    )


def _code(subscription: Subscription) -> str:
    """How the operator calls the offer; by our own code where nobody has said."""
    return subscription.offer.wholesale_code or subscription.offer.code


def _throughput(subscription: Subscription) -> str:
    return subscription.throughput or subscription.offer.throughput


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of what differs between two states."""
    return [name for name in Wanted.__annotations__ if one.get(name) != other.get(name)]
