"""Periods are the truth, the status is «now»: this finds where they disagree."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from apps.lines.choices import LineStatus
from apps.lines.models import Line, LineNumber, LineSim, LineState
from apps.lines.services.periods import SERVING
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard

_CARD_OF_LINE = {LineStatus.ACTIVE: SimStatus.ACTIVE, LineStatus.SUSPENDED: SimStatus.SUSPENDED}


def status_disagreements() -> list[str]:
    """Lines and cards whose status is not what their periods say; empty when all is well. Reads only."""
    return [*_lines(), *_cards()]


def _lines() -> Iterator[str]:
    """Lines that serve in another state than they should, or that have ended and still hold something."""
    states = LineState.objects.filter(line=OuterRef("pk"))
    # The last state of a line that is to end on a known day ends with it.
    last_states = states.filter(Q(end__isnull=True) | Q(end=OuterRef("terminated_on")))
    lines = Line.objects.annotate(
        agrees=Exists(last_states.filter(status=OuterRef("status"))),
        has_state=Exists(states.filter(end__isnull=True)),
        has_number=Exists(LineNumber.objects.filter(line=OuterRef("pk"), end__isnull=True)),
    )
    serves = Q(status__in=SERVING)
    ended = Q(has_state=True) | Q(has_number=True)
    for line in lines.filter(serves & Q(agrees=False) | ~serves & ended).order_by("pk"):
        yield f"{line} ({line.status})"


def _cards() -> Iterator[str]:
    """Cards that are not as the line is that they are in, or serve in none, or are in stock after having served."""
    periods = LineSim.objects.filter(sim=OuterRef("pk"))
    now = periods.filter(Q(end__isnull=True) | Q(end=F("line__terminated_on")), line__status__in=SERVING)
    cards = SimCard.objects.annotate(
        is_held=Exists(now),
        has_served=Exists(periods),
        **{f"in_{line}": Exists(now.filter(line__status=line)) for line in _CARD_OF_LINE},
    )
    unlike_line = Q()
    for line_status, card_status in _CARD_OF_LINE.items():
        unlike_line |= Q(**{f"in_{line_status}": True}) & ~Q(status=card_status)
    serves_nowhere = Q(status__in=_CARD_OF_LINE.values(), is_held=False)
    used = Q(status=SimStatus.IN_STOCK, has_served=True)
    for card in cards.filter(unlike_line | serves_nowhere | used).order_by("pk"):
        yield f"{card} ({card.status})"
