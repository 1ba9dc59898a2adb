"""What the page of a line and that of a request show of the network."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.core.slots import Panel
from apps.lines.choices import LineStatus, ProvisioningState
from apps.lines.models import Line, ProvisioningRequest
from apps.lines.provisioning.wanted import wanted_of
from apps.lines.provisioning.wording import compared

SHOWN = 10


def network_of_line(line: Line, request: HttpRequest) -> dict[str, Any]:
    """What the line is to be now beside what the operator last acknowledged, and the requests without a good end."""
    requests = ProvisioningRequest.objects.of_line(line.pk)
    last = requests.acknowledged().first()
    unsettled = requests.exclude(state=ProvisioningState.ACKNOWLEDGED).select_related("operation")
    has_been_there = line.status not in {LineStatus.PENDING, LineStatus.CANCELLED}
    return {
        "facts": compared(wanted_of(line.pk, localdate()), last.wanted if last else None) if has_been_there else [],
        "last": last,
        "unsettled": unsettled.order_by("-operation_id")[:SHOWN],
    }


def state_asked_for(row: ProvisioningRequest, request: HttpRequest) -> dict[str, Any]:
    """What the request asks for beside what the operator acknowledged of the line, and the former attempts."""
    acknowledged = ProvisioningRequest.objects.of_line(row.operation.line_id).acknowledged().exclude(pk=row.pk)
    settled = row.state == ProvisioningState.ACKNOWLEDGED
    last = None if settled else acknowledged.first()
    moments = ("created_at", "sent_at", "answered_at")
    earlier = [{**one, **{name: parse_datetime(one[name] or "") for name in moments}} for one in row.earlier]
    return {
        "facts": compared(row.wanted, last.wanted if last else None),
        "last": last,
        "earlier": earlier,
    }


NETWORK = Panel(
    title=_("Network"),
    template="lines/network.html",
    context=network_of_line,
    permission="lines.view_provisioningrequest",
    order=30,
)
ASKED_FOR = Panel(
    title=_("State asked for"),
    template="lines/asked_for.html",
    context=state_asked_for,
    permission="lines.view_provisioningrequest",
    order=1,
    tab=False,
)
