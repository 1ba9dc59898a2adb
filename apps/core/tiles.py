"""What a card of the home page shows (slot ``dashboard.tiles``, :class:`apps.core.slots.Tile`).

An app says figures, bars and charts; how they look is one template for all of them. A bar is a row of text with its
figure, which may lead to the list of what it counts; a chart has its figures in a table beside it, for those who do
not see it. Everything is text and plain values: the figures of a card are kept for a moment (apps.dashboard).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.core import french
from apps.core.choices import BadgeChoices

TEMPLATE = "admin/tile.html"

# Of a bar that stands for something, however small its part.
NARROWEST = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A large figure with its name below: ``shown`` as people read it."""

    label: str
    shown: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a whole, counted. ``colour`` is that of the status' badge (:mod:`apps.core.choices`)."""

    label: str
    value: int
    shown: str
    link: str = ""
    colour: str = ""
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that wants looking after."""

    sentence: str
    colour: str = "warning"


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns over time. ``rows`` is what they say in a table: the label, the value, and a word more."""

    title: str
    unit: str
    labels: Sequence[str]
    values: Sequence[Decimal]
    rows: Sequence[tuple[str, ...]]
    header: Sequence[str]

    @property
    def data(self) -> str:
        """What unfold's script draws."""
        columns = {
            "label": self.unit,
            "data": [float(value) for value in self.values],
            "backgroundColor": "var(--color-primary-500)",
            "borderRadius": 3,
            "maxBarThickness": 40,
        }
        return json.dumps({"labels": list(self.labels), "datasets": [columns]})

    @property
    def options(self) -> str:
        grey = "#9ca3af"
        return json.dumps(
            {
                "animation": False,
                "maintainAspectRatio": False,
                "locale": "fr-FR",
                "plugins": {"legend": {"display": False}},
                "scales": {
                    "x": {"grid": {"display": False}, "ticks": {"color": grey, "maxRotation": 0}},
                    "y": {
                        "beginAtZero": True,
                        "border": {"display": False},
                        "ticks": {"color": grey, "maxTicksLimit": 5},
                    },
                },
            }
        )


def content(
    *,
    figures: Sequence[Figure] = (),
    bars: Sequence[Bar] = (),
    chart: Chart | None = None,
    notices: Sequence[Notice] = (),
    nothing: str = "",
) -> dict[str, Any]:
    """The context of :data:`TEMPLATE`. ``nothing`` is said where there is neither bar nor chart."""
    return {"figures": figures, "bars": shared(bars), "chart": chart, "notices": notices, "nothing": nothing}


def bars_by_status(statuses: Iterable[BadgeChoices], counts: Mapping[str, int], *, link: str) -> list[Bar]:
    """A bar for each of ``statuses`` that something is in; ``link`` is the address of the list up to the status."""
    return [
        Bar(str(one.label), counts[one], french.whole(counts[one]), link=f"{link}{one}", colour=one.colour)
        for one in statuses
        if counts.get(one)
    ]


def shared(bars: Sequence[Bar]) -> list[Bar]:
    """``bars`` with the part of the whole that each is, in percent."""
    whole = sum(bar.value for bar in bars)
    return [
        Bar(bar.label, bar.value, bar.shown, bar.link, bar.colour, percent=_percent(bar.value, whole)) for bar in bars
    ]


def _percent(value: int, whole: int) -> int:
    if not value:
        return 0
    return max(NARROWEST, 100 * value // whole)
