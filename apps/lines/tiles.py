"""The fleet on the home page: lines by status, and what came and went this month."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import french, tiles
from apps.core.periods import Month
from apps.core.slots import Tile, contribute
from apps.lines.choices import LineStatus
from apps.lines.models import Line


def fleet(request: HttpRequest) -> dict[str, Any]:
    """One pass over the lines for all of it. Who serves a first day this month is new, a last day before is gone."""
    month = Month.of(localdate())
    rows = {
        row["status"]: row
        for row in Line.objects.order_by()
        .values("status")
        .annotate(
            count=Count("pk"),
            new=Count("pk", filter=Q(activated_on__gte=month.start, activated_on__lt=month.end)),
            gone=Count("pk", filter=Q(terminated_on__gte=month.start, terminated_on__lt=month.end)),
        )
    }
    listed = reverse("admin:lines_line_changelist")
    counts = {status: row["count"] for status, row in rows.items()}
    bars = tiles.bars_by_status(LineStatus, counts, link=f"{listed}?status__exact=")
    serving = sum(rows[status]["count"] for status in (LineStatus.ACTIVE, LineStatus.SUSPENDED) if status in rows)
    new, gone = (sum(row[name] for row in rows.values()) for name in ("new", "gone"))
    return tiles.content(
        figures=[tiles.Figure(_("lines in service"), french.whole(serving), about=f"{_new(new)}, {_terminated(gone)}")],
        bars=bars,
        nothing=_("There is no line yet."),
    )


def _new(count: int) -> str:
    return ngettext("%(count)s new this month", "%(count)s new this month", count) % {"count": french.whole(count)}


def _terminated(count: int) -> str:
    return ngettext("%(count)s terminated", "%(count)s terminated", count) % {"count": french.whole(count)}


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Mobile fleet"),
            template=tiles.TEMPLATE,
            context=fleet,
            permission="lines.view_line",
            link=lambda: reverse("admin:lines_line_changelist"),
            order=50,
        ),
    )
