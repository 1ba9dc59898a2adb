"""Usage on the home page: what has been rated and not billed yet, and the records that wait."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import french, tiles
from apps.core.slots import Tile, contribute
from apps.usage.choices import FileState, SuspenseReason
from apps.usage.models import CdrFile, Statement, SuspendedRecord


def unbilled(request: HttpRequest) -> dict[str, Any]:
    """What files hold, less what statements have closed: the same as the open records, without reading millions."""
    loaded = CdrFile.objects.exclude(state=FileState.BACKED_OUT).aggregate(amount=Sum("amount"), records=Sum("rated"))
    closed = Statement.objects.aggregate(amount=Sum("amount"), records=Sum("records"))
    amount = (loaded["amount"] or Decimal(0)) - (closed["amount"] or Decimal(0))
    records = (loaded["records"] or 0) - (closed["records"] or 0)
    about = ngettext("%(count)s call record", "%(count)s call records", records) % {"count": french.whole(records)}
    return tiles.content(
        figures=[tiles.Figure(_("excluding tax, to be billed with the next run"), french.euros(amount), about=about)],
    )


def waiting(request: HttpRequest) -> dict[str, Any]:
    counts = dict(SuspendedRecord.objects.order_by().values_list("reason").annotate(Count("pk")))
    listed = reverse("admin:usage_suspendedrecord_changelist")
    bars = [
        tiles.Bar(
            str(reason.label),
            counts[reason],
            french.whole(counts[reason]),
            link=f"{listed}?reason__exact={reason}",
            colour="warning",
        )
        for reason in SuspenseReason
        if counts.get(reason)
    ]
    total = sum(counts.values())
    return tiles.content(
        figures=[tiles.Figure(_("call records could not be rated"), french.whole(total))] if total else (),
        bars=bars,
        nothing=_("No call record is waiting."),
    )


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Unbilled usage"),
            template=tiles.TEMPLATE,
            context=unbilled,
            permission="usage.view_ratedrecord",
            link=lambda: reverse("admin:usage_cdrfile_changelist"),
            order=30,
        ),
    )
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Waiting CDRs"),
            template=tiles.TEMPLATE,
            context=waiting,
            permission="usage.view_suspendedrecord",
            link=lambda: reverse("admin:usage_suspendedrecord_changelist"),
            order=40,
        ),
    )
