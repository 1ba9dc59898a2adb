"""Mobile lines in the search box."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.search import SLOT, by_number, visible
from apps.core.slots import Found, SearchSource, contribute
from apps.lines.models import Line


def find_lines(request: HttpRequest, text: str, limit: int) -> list[Found]:
    """By their number, typed in any way, its beginning or its last digits."""
    numbered = by_number("msisdn", text)
    if numbered is None:
        return []
    rows = visible(request, Line).filter(numbered).select_related("customer")
    return [
        Found(
            str(line),
            " · ".join(filter(None, (line.user_name, line.customer.name, line.get_status_display()))),
            reverse("admin:lines_line_change", args=[line.pk]),
        )
        for line in rows[:limit]
    ]


def register() -> None:
    contribute(SLOT, SearchSource(_("Mobile fleet"), find_lines, "lines.view_line", order=10))
