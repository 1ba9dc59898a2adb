"""The cards of the home page: those that this person may see, with figures that are a minute old at most.

Some of them sum a year of invoices or count a million lines. That is work for one person a minute, and not for
everybody who comes to the home page: what a card shows is kept for ``DASHBOARD_SECONDS`` in the process's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.core.slots import Tile, contributions

SLOT = "dashboard.tiles"


@dataclass(frozen=True)
class ShownTile:
    """A card as the page lays it out. ``counted_at`` is when its figures were true."""

    title: str
    link: str
    wide: bool
    contents: SafeString
    counted_at: datetime


def tiles_for(request: HttpRequest) -> Iterator[ShownTile]:
    """The cards that the user may see, in their order."""
    for tile in contributions(SLOT):
        if request.user.has_perm(tile.permission):
            context, counted_at = _counted(tile, request)
            yield ShownTile(
                title=str(tile.title),
                link=tile.link(),
                wide=tile.wide,
                contents=render_to_string(tile.template, context, request=request),
                counted_at=counted_at,
            )


def _counted(tile: Tile, request: HttpRequest) -> tuple[dict[str, Any], datetime]:
    seconds = 0 if tile.personal else settings.DASHBOARD_SECONDS
    if not seconds:
        return tile.context(request), timezone.now()
    name = f"dashboard:{tile.context.__module__}.{tile.context.__qualname__}:{get_language()}"
    kept: tuple[dict[str, Any], datetime] | None = cache.get(name)
    if kept is None:
        kept = tile.context(request), timezone.now()
        cache.set(name, kept, seconds)
    return kept


def add_tiles(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the admin site for its home page (UNFOLD["DASHBOARD_CALLBACK"])."""
    tiles = list(tiles_for(request))
    return {**context, "tiles": tiles, "counted_at": min((tile.counted_at for tile in tiles), default=None)}
