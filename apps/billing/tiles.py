"""Billing on the home page: what has been invoiced this year, and the drafts that wait."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.billing.choices import InvoiceState
from apps.billing.models import Invoice
from apps.core import french, tiles
from apps.core.periods import Month
from apps.core.slots import Tile, contribute
from apps.usage.filters import month_name

MONTHS = 12
RUNS_SHOWN = 6


def invoiced(request: HttpRequest) -> dict[str, Any]:
    """By month of issue, credit notes deducted. Grouped by day, which is a column, and summed by month here."""
    current = Month.of(localdate())
    months = [current.plus(-back) for back in reversed(range(MONTHS))]
    by_day = (
        Invoice.objects.issued()
        .filter(issue_date__gte=months[0].start)
        .order_by()
        .values_list("issue_date")
        .annotate(net=Sum("net"), count=Count("pk"))
    )
    nets: dict[Month, Decimal] = defaultdict(Decimal)
    counts: dict[Month, int] = defaultdict(int)
    for day, net, count in by_day:
        nets[Month.of(day)] += net
        counts[Month.of(day)] += count
    chart = tiles.Chart(
        title=_("Invoiced per month, excluding tax"),
        unit=_("€ excluding tax"),
        labels=[date_format(month.start, "M y") for month in months],
        values=[nets[month] for month in months],
        header=(_("Month"), _("Excluding tax"), _("Documents")),
        rows=[(month_name(month.start), french.euros(nets[month]), french.whole(counts[month])) for month in months],
    )
    return tiles.content(
        figures=[
            _month_figure(_("this month"), current, nets, counts),
            _month_figure(_("last month"), current.plus(-1), nets, counts),
        ],
        chart=chart if any(counts.values()) else None,
        nothing=_("Nothing has been invoiced in the last twelve months."),
    )


def _month_figure(label: str, month: Month, nets: dict[Month, Decimal], counts: dict[Month, int]) -> tiles.Figure:
    count = counts[month]
    documents = ngettext("%(count)s document", "%(count)s documents", count) % {"count": french.whole(count)}
    return tiles.Figure(label, french.euros(nets[month]), about=f"{month_name(month.start)} · {documents}")


def drafts(request: HttpRequest) -> dict[str, Any]:
    """Drafts by run, the latest month first."""
    runs = list(
        Invoice.objects.drafts()
        .filter(run__isnull=False)
        .order_by("-run__period")
        .values("run_id", "run__period")
        .annotate(count=Count("pk"), net=Sum("net"))
    )
    bars = [
        tiles.Bar(
            month_name(run["run__period"]),
            run["count"],
            french.whole(run["count"]),
            link=reverse("admin:billing_billingrun_change", args=[run["run_id"]]),
            colour="info",
        )
        for run in runs[:RUNS_SHOWN]
    ]
    net = sum((run["net"] for run in runs), Decimal(0))
    count = french.whole(sum(run["count"] for run in runs))
    return tiles.content(
        figures=[tiles.Figure(_("drafts"), count, about=_("%(net)s excluding tax") % {"net": french.euros(net)})]
        if runs
        else (),
        bars=bars,
        nothing=_("No draft is waiting to be checked."),
    )


def issued_list() -> str:
    return f"{reverse('admin:billing_invoice_changelist')}?state={InvoiceState.ISSUED}"


def drafts_list() -> str:
    return f"{reverse('admin:billing_invoice_changelist')}?state={InvoiceState.DRAFT}"


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Invoiced"),
            template=tiles.TEMPLATE,
            context=invoiced,
            permission="billing.view_invoice",
            link=issued_list,
            order=10,
            wide=True,
        ),
    )
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Drafts to check"),
            template=tiles.TEMPLATE,
            context=drafts,
            permission="billing.view_invoice",
            link=drafts_list,
            order=20,
        ),
    )
