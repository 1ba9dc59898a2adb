"""What the pages of entering show while one types: cards and lines that are searched, what is wrong, what it costs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from apps.core.search import visible
from apps.lines.models import Line
from apps.orders.costs import costs_of
from apps.orders.notices import notices_of
from apps.sims.models import SimCard

SHOWN = 8


def page(request: HttpRequest, form: Any) -> HttpResponse:
    """The totals and what is said of single fields, of a form as it is typed. Writes nothing."""
    return _never_kept(render(request, "orders/beside.html", {**shown(form), "is_answer": True}))


def shown(form: Any) -> dict[str, Any]:
    """What stands beside a form: of one that is not sent yet, what the order costs already."""
    if form.is_bound:
        form.is_valid()
    return {"costs": costs_of(form), "notices": list(notices_of(form)) if form.is_bound else []}


@method_decorator(require_safe)
def cards(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Cards in stock that the typed text finds."""
    _may_enter(request)
    typed = request.GET.get("sim", "").replace("\x00", "").strip()
    rows = visible(request, SimCard).in_stock()
    found = rows.matching(typed) if typed else rows
    return _never_kept(render(request, "orders/cards_found.html", {"cards": found[:SHOWN], "typed": typed}))


@method_decorator(require_safe)
def lines(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Lines of a customer that the typed number, or its last digits, finds."""
    _may_enter(request)
    customer, typed = request.GET.get("customer", ""), request.GET.get("line", "").replace("\x00", "").strip()
    rows = visible(request, Line).unended_on(localdate()).exclude(msisdn="")
    rows = rows.filter(customer=customer) if customer.isascii() and customer.isdecimal() else rows.none()
    found = rows.matching(typed) if typed else rows
    return _never_kept(render(request, "orders/lines_found.html", {"lines": found[:SHOWN], "typed": typed}))


def _may_enter(request: HttpRequest) -> None:
    if not request.user.has_perm("orders.add_order"):
        raise PermissionDenied


def _never_kept(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response
