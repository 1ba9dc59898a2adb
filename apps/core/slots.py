"""Named slots by which a higher app shows its facts on a lower app's page.

A line knows no invoice, yet its page shows what it was billed: ``billing`` contributes to the slot
``lines.line.panels`` in its ``ready()``, and the page of the line shows whatever its slots hold. Imports and
foreign keys thus keep pointing downwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A block of a change page: ``context(obj, request)`` feeds ``template``; shown to holders of ``permission``."""

    title: Any
    template: str
    context: Callable[[Any, Any], dict[str, Any]]
    permission: str
    order: int = 100
    #: Behind a tab of its own; else below the fields of the page.
    tab: bool = True


@dataclass(frozen=True)
class ListColumn:
    """A column of a list: ``annotate`` gives every row the value ``name``; shown to holders of ``permission``."""

    name: str
    title: Any
    annotate: Callable[[Any], Any]
    permission: str
    order: int = 100
    #: Whether it holds figures, which stand to the right.
    figures: bool = False

    @cached_property
    def shown(self) -> Callable[[Any], Any]:
        """The column as ``list_display`` takes it."""

        def column(row: Any) -> Any:
            return getattr(row, self.name)

        column.__name__ = self.name
        column.short_description = self.title  # type: ignore[attr-defined]
        column.admin_order_field = self.name  # type: ignore[attr-defined]
        if self.figures:
            column.formatting = "price"  # type: ignore[attr-defined]
        return column


@dataclass(frozen=True)
class ListFilter:
    """A filter of a list (slot ``<app>.<model>.filters``) as ``list_filter`` takes it, for holders of a permission."""

    filter: Any
    permission: str
    order: int = 100


@dataclass(frozen=True)
class Tile:
    """A card of the home page (slot ``dashboard.tiles``), shown to holders of ``permission``.

    ``context(request)`` feeds ``template``, mostly that of :mod:`apps.core.tiles`. A card leads to the list of what it
    counts: ``link()`` is its address. What it shows is kept for a moment and shown to all who hold the permission, and
    so holds plain values only, unless it is ``personal``.
    """

    title: Any
    template: str
    context: Callable[[Any], dict[str, Any]]
    permission: str
    link: Callable[[], str]
    order: int = 100
    #: Whether it takes the room of two cards: charts do.
    wide: bool = False
    #: Whether its figures are those of the person who looks.
    personal: bool = False


@dataclass(frozen=True)
class Found:
    """One answer of the search box: what it is called, a few words about it, the address of its page."""

    title: str
    about: str
    link: str


@dataclass(frozen=True)
class SearchSource:
    """Something that the one search box finds (slot ``core.search``), for holders of ``permission``.

    ``find(request, text, limit)`` gives at most ``limit`` answers, the best first, through an index.
    """

    title: Any
    find: Callable[[Any, str, int], list[Found]]
    permission: str
    order: int = 100


_slots: dict[str, list[Any]] = defaultdict(list)


def contribute(slot: str, entry: Any) -> None:
    """Add ``entry`` to ``slot``; the same entry twice (a reloaded app) counts once."""
    if entry not in _slots[slot]:
        _slots[slot].append(entry)


def contributions(slot: str) -> list[Any]:
    """What has been contributed to ``slot``, panels in their order, others as they came."""
    return sorted(_slots[slot], key=lambda entry: getattr(entry, "order", 0))


def notify(slot: str, **facts: Any) -> None:
    """Call every function of ``slot``: the lower app tells that something changed, without knowing who cares.

    They run in the caller's transaction, in order, and their errors are the caller's.
    """
    for listener in contributions(slot):
        listener(**facts)
