"""Long lists, a page at a time; the search that was typed stays in the addresses of the other pages."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet[Any], *, size: int = PER_PAGE) -> Page[Any]:
    """The page that the address asks for; the first or the last one where it asks for nonsense."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def others(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    """Addresses of the ``previous`` and the ``next`` page, where there is one."""
    found = {}
    if page.has_previous():
        found["previous"] = _address(request, page.previous_page_number())
    if page.has_next():
        found["next"] = _address(request, page.next_page_number())
    return found


def _address(request: HttpRequest, number: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"
