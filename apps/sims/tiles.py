"""The stock of SIM cards on the home page, with a word in time before it runs out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import french, tiles
from apps.core.slots import Tile, contribute
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard


def stock(request: HttpRequest) -> dict[str, Any]:
    counts = dict(SimCard.objects.order_by().values_list("status").annotate(Count("pk")))
    listed = reverse("admin:sims_simcard_changelist")
    bars = tiles.bars_by_status(SimStatus, counts, link=f"{listed}?status__exact=")
    left = counts.get(SimStatus.IN_STOCK, 0)
    return tiles.content(
        figures=[tiles.Figure(_("cards in stock"), french.whole(left))],
        bars=bars,
        notices=[tiles.Notice(_running_out(left))] if left < settings.SIM_STOCK_LOW else (),
        nothing=_("No card has been imported yet."),
    )


def _running_out(left: int) -> str:
    if not left:
        return _("No card is left in stock.")
    return ngettext("Only %(count)d card is left in stock.", "Only %(count)d cards are left in stock.", left) % {
        "count": left
    }


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("SIM stock"),
            template=tiles.TEMPLATE,
            context=stock,
            permission="sims.view_simcard",
            link=lambda: reverse("admin:sims_simcard_changelist"),
            order=60,
        ),
    )
