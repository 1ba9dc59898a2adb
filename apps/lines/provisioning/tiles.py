"""The operator on the home page: what it has been asked, what it refused, and what it says nothing of."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import french, tiles
from apps.core.slots import Tile, contribute
from apps.lines.choices import ProvisioningState
from apps.lines.models import ProvisioningRequest
from apps.lines.provisioning.exchange import late_since

LOOKED_AT = (ProvisioningState.REFUSED, ProvisioningState.TO_SEND, ProvisioningState.SENT)


def requests(request: HttpRequest) -> dict[str, Any]:
    rows = ProvisioningRequest.objects.filter(state__in=LOOKED_AT).order_by().values_list("state")
    counts = dict(rows.annotate(Count("pk")))
    listed = reverse("admin:lines_provisioningrequest_changelist")
    bars = tiles.bars_by_status(LOOKED_AT, counts, link=f"{listed}?state__exact=")
    late = ProvisioningRequest.objects.late(late_since(timezone.now())).count()
    return tiles.content(
        bars=bars,
        notices=[tiles.Notice(_late(late), colour="danger")] if late else (),
        nothing=_("The operator has answered everything."),
    )


def _late(count: int) -> str:
    return ngettext(
        "%(count)s request has been without an answer for more than %(hours)s h.",
        "%(count)s requests have been without an answer for more than %(hours)s h.",
        count,
    ) % {"count": french.whole(count), "hours": settings.PROVISIONING_LATE_HOURS}


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Requests to the operator"),
            template=tiles.TEMPLATE,
            context=requests,
            permission="lines.view_provisioningrequest",
            link=lambda: reverse("admin:lines_provisioningrequest_changelist"),
            order=55,
        ),
    )
