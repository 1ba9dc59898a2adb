"""The customer's lines: the list, and one line with its usage of a month."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate

from apps.catalog.choices import OfferKind
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.models import Line
from apps.portal.access import for_customers
from apps.portal.paging import others, page_of
from apps.usage.consumption import consumption, last_load, months_shown

MONTHS = 13
ICCID_SHOWN = 4  # digits: enough to tell two cards apart


@for_customers
def lines(request: HttpRequest, customer: Customer) -> HttpResponse:
    today = localdate()
    typed = request.GET.get("q", "").replace("\0", "").strip()
    shown = customer.lines.recent_on(today)
    if typed:
        shown = shown.matching(typed)
    page = page_of(request, shown.with_latest(today).order_by("msisdn", "pk"))
    return render(
        request,
        "portal/lines.html",
        {"customer": customer, "page": page, "others": others(request, page), "typed": typed, "today": today},
    )


@for_customers
def line(request: HttpRequest, customer: Customer, pk: int) -> HttpResponse:
    today = localdate()
    shown = get_object_or_404(customer.lines.recent_on(today), pk=pk)
    months = months_shown(shown, today, MONTHS)
    month = _month(request, months)
    return render(
        request,
        "portal/line.html",
        {
            "customer": customer,
            "line": shown,
            **_offers(shown),
            "card": _last_digits(shown),
            "months": [{"start": one.start, "value": str(one), "is_shown": one == month} for one in months],
            "consumption": consumption(shown, month),
            "loaded_at": last_load(),
            "today": today,
        },
    )


def _month(request: HttpRequest, months: list[Month]) -> Month:
    """The month that the address asks for, the latest with something to show else; 404 for one that is not offered."""
    asked = request.GET.get("mois")
    if asked is None:
        return months[0]
    found = next((one for one in months if str(one) == asked), None)
    if found is None:
        raise Http404
    return found


def _offers(shown: Line) -> dict[str, Any]:
    """Plan and options in force today; those of its last day for a line that has ended."""
    today = localdate()
    rows = shown.subscriptions.select_related("offer").order_by("start", "pk")
    if shown.status == LineStatus.TERMINATED:
        current = [one for one in rows if one.end is None or one.end == shown.terminated_on]
    else:
        current = [one for one in rows if today in one.days or one.start > today]
    return {
        "plan": next((one for one in current if one.kind == OfferKind.PLAN), None),
        "options": [one for one in current if one.kind != OfferKind.PLAN],
    }


def _last_digits(shown: Line) -> str:
    period = shown.sims.on(localdate()).select_related("sim").first()
    return period.sim.iccid[-ICCID_SHOWN:] if period else ""
