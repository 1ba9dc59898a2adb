"""What usage shows on its own pages and contributes to those of lines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.slots import Panel, contribute
from apps.lines.models import Line
from apps.usage.models import RatedRecord

MONTHS_SHOWN = 13


def usage_of_line(line: Line, request: HttpRequest) -> dict[str, Any]:
    records = reverse("admin:usage_ratedrecord_changelist")
    return {
        "months": RatedRecord.objects.by_month_of(line.pk)[:MONTHS_SHOWN],
        "records": f"{records}?line__id__exact={line.pk}",
    }


def register() -> None:
    contribute(
        "lines.line.panels",
        Panel(
            title=_("Usage"),
            template="usage/line_usage.html",
            context=usage_of_line,
            permission="usage.view_ratedrecord",
            order=20,
        ),
    )
