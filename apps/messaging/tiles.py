"""Mails on the home page: those that somebody has to look after, and those that should have left long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import french, tiles
from apps.core.slots import Tile, contribute
from apps.messaging.choices import IN_TROUBLE, DeliveryState
from apps.messaging.models import Delivery, EmailTemplate

# A mail whose time came so long ago has no worker: those of the queue take a mail within seconds.
LATE = timedelta(minutes=15)
SHOWN = 5  # templates in error


def mails(request: HttpRequest) -> dict[str, Any]:
    """A mail that has been sent again is its copy's business, and in trouble no more."""
    now = timezone.now()
    looked_at = Q(state__in=IN_TROUBLE, resent_as=None) | Q(state=DeliveryState.QUEUED)
    rows = {
        row["state"]: row
        for row in Delivery.objects.filter(looked_at)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(next_attempt_at__lt=now - LATE)))
    }
    listed = reverse("admin:messaging_delivery_changelist")
    counts = {state: row["count"] for state, row in rows.items()}
    bars = tiles.bars_by_status((*IN_TROUBLE, DeliveryState.QUEUED), counts, link=f"{listed}?state__exact=")
    late = rows[DeliveryState.QUEUED]["late"] if DeliveryState.QUEUED in rows else 0
    return tiles.content(
        bars=bars,
        notices=[tiles.Notice(_late(late))] if late else (),
        nothing=_("No mail is waiting, none is in trouble."),
    )


def _late(count: int) -> str:
    return ngettext(
        "%(count)s mail should have left: is a worker running?",
        "%(count)s mails should have left: is a worker running?",
        count,
    ) % {"count": french.whole(count)}


def templates_in_error(request: HttpRequest) -> dict[str, Any]:
    """Templates in whose place the shipped text is sent, with what is wrong with them; the latest first."""
    faulty = list(EmailTemplate.objects.exclude(fault="").order_by("-fault_at")[:SHOWN])
    said = _("“%(template)s” is replaced by the shipped text: %(fault)s")
    return tiles.content(
        notices=[tiles.Notice(said % {"template": one.name, "fault": one.fault}, colour="danger") for one in faulty],
        nothing="" if faulty else _("No template is in error."),
    )


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("E-mail templates in error"),
            template=tiles.TEMPLATE,
            context=templates_in_error,
            permission="messaging.view_emailtemplate",
            link=lambda: reverse("admin:messaging_emailtemplate_changelist"),
            order=85,
        ),
    )
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Mails"),
            template=tiles.TEMPLATE,
            context=mails,
            permission="messaging.view_delivery",
            link=lambda: reverse("admin:messaging_delivery_changelist"),
            order=80,
        ),
    )
