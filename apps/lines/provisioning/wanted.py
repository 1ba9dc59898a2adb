"""What a line is to be on the operator's network on a day, as plain values: the whole of it, never a difference.

A whole state can be asked twice, and says all that a lost one before it said. Its names are kept in rows for years.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, TypedDict

from django.db.models import F, OuterRef, QuerySet, Subquery

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
    # Plain values: this is asked for each of a thousand lines that are restricted one by one.
    lines = Line.objects.filter(pk__in=line_ids).values(
        "pk",
        "msisdn",
        now=F("status"),
        number=_latest(LineNumber.objects.all(), "msisdn", day),
        iccid=_latest(LineSim.objects.all(), "sim__iccid", day),
        imsi=_latest(LineSim.objects.all(), "sim__imsi", day),
        state=_latest(LineState.objects.all(), "status", day),
        barring=_latest(LineState.objects.all(), "barring", day),
        international=_latest(LineInternational.objects.all(), "behaviour", day),
    )
    offers = _offers(line_ids, day)
    return {line["pk"]: _wanted(line, offers[line["pk"]]) for line in lines.order_by()}


def _latest(periods: QuerySet[Any], value: str, day: date) -> Subquery:
    begun = periods.filter(line=OuterRef("pk"), start__lte=day)
    return Subquery(begun.order_by("-start").values(value)[:1])


def _offers(line_ids: Collection[int], day: date) -> dict[int, list[dict[str, Any]]]:
    """The plan and options of each line, by the operator's codes, or by ours where nobody has said them."""
    held: dict[int, list[dict[str, Any]]] = defaultdict(list)
    kinds = [OfferKind.PLAN, OfferKind.OPTION]
    subscriptions = Subscription.objects.on(day).filter(line__in=line_ids, kind__in=kinds)
    names = ("throughput", "offer__throughput", "offer__code", "offer__wholesale_code")
    for one in subscriptions.order_by().values("line", "kind", *names):
        held[one["line"]].append(
            {
                "kind": one["kind"],
                "code": one["offer__wholesale_code"] or one["offer__code"],
                "throughput": one["throughput"] or one["offer__throughput"],
            }
        )
    return held


def _wanted(line: Mapping[str, Any], offers: list[dict[str, Any]]) -> Wanted:
    serves = line["now"] in SERVING
    plan = next((one for one in offers if one["kind"] == OfferKind.PLAN), None) if serves else None
    options = [one for one in offers if one["kind"] == OfferKind.OPTION] if serves else []
    return Wanted(
        msisdn=line["number"] or line["msisdn"],
        iccid=line["iccid"] or "",
        imsi=line["imsi"] or "",
        status=(line["state"] if serves else None) or line["now"],
        barring=(line["barring"] if serves else None) or "",
        international=(line["international"] if serves else None) or "",
        plan="" if plan is None else plan["code"],
        throughput="" if plan is None else plan["throughput"],
        options=sorted(":".join(filter(None, [one["code"], one["throughput"]])) for one in options),
    )


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of what differs between two states."""
    return [name for name in Wanted.__annotations__ if one.get(name) != other.get(name)]
