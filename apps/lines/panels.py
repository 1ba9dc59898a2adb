"""What lines show on their own page and contribute to the pages of lower apps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from apps.core import french
from apps.core.admin import Link
from apps.core.slots import ListColumn, Panel, contribute
from apps.customers.closing import BLOCKERS
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.lines.querysets import with_line_count, with_lines_on
from apps.sims.models import SimCard

SHOWN = 10


def periods_of(line: Line, request: HttpRequest) -> dict[str, Any]:
    """Every dated fact of the line, the latest first."""
    return {
        "numbers": line.numbers.order_by("-start"),
        "sims": line.sims.select_related("sim").order_by("-start"),
        "tariffs": line.tariffs.select_related("tariff").order_by("-start"),
        "states": line.states.order_by("-start"),
        "internationals": line.internationals.order_by("-start"),
        "handsets": line.handsets.select_related("handset").order_by("-start"),
    }


def lines_of_customer(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    lines = customer.lines.with_latest(localdate())
    return {
        "lines": lines[:SHOWN],
        "line_count": customer.lines.count(),
        "all_lines": fleet_of(customer),
    }


def lines_of_card(card: SimCard, request: HttpRequest) -> dict[str, Any]:
    """Which line the card was in, and when."""
    return {"periods": card.line_periods.select_related("line__customer").order_by("-start")}


def blocks_closing(customer: Customer, on: date) -> Iterator[str]:
    """Lines that serve on ``on`` or after it, or that wait to."""
    serving = customer.lines.unended_on(on).count()
    if serving:
        yield ngettext(
            "%(count)s line is in service or pending.", "%(count)s lines are in service or pending.", serving
        ) % {"count": french.whole(serving)}


def fleet_of(customer: Customer) -> str:
    return f"{reverse('admin:lines_line_changelist')}?customer__id__exact={customer.pk}"


PERIODS = Panel(
    title=_("Periods"), template="lines/periods.html", context=periods_of, permission="lines.view_line", order=10
)


def register() -> None:
    contribute(BLOCKERS, blocks_closing)
    contribute(
        "customers.customer.links",
        Link(title=_("Mobile fleet in detail"), url=fleet_of, permission="lines.view_line", icon="smartphone"),
    )
    contribute(
        "customers.customer.columns",
        ListColumn(
            name="line_count",
            title=_("lines in service"),
            annotate=lambda customers: with_line_count(customers, localdate()),
            permission="lines.view_line",
            figures=True,
        ),
    )
    contribute(
        "tariffs.tariff.columns",
        ListColumn(
            name="line_count",
            title=_("lines on it"),
            annotate=lambda tariffs: with_lines_on(tariffs, localdate()),
            permission="lines.view_line",
            figures=True,
        ),
    )
    contribute(
        "customers.customer.panels",
        Panel(
            title=pgettext_lazy("mobile line", "Lines"),
            template="lines/customer_lines.html",
            context=lines_of_customer,
            permission="lines.view_line",
            order=10,
        ),
    )
    contribute(
        "sims.simcard.panels",
        Panel(
            title=pgettext_lazy("mobile line", "Lines"),
            template="lines/card_lines.html",
            context=lines_of_card,
            permission="lines.view_line",
            order=10,
        ),
    )
