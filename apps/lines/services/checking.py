"""Periods are the truth, the status is «now»: this finds where they disagree."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from apps.lines.choices import LineStatus
from apps.lines.models import Line, LineNumber, LineSim, LineState
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard


def status_disagreements() -> list[str]:
    """Lines and cards whose status is not what their periods say; empty when all is well. Reads only."""
    return [*_lines(), *_cards()]


def _lines() -> Iterator[str]:
    state = LineState.objects.filter(line=OuterRef("pk"), end__isnull=True)
    lines = Line.objects.annotate(
        is_active=Exists(state.filter(status=LineStatus.ACTIVE)),
        is_suspended=Exists(state.filter(status=LineStatus.SUSPENDED)),
        has_number=Exists(LineNumber.objects.filter(line=OuterRef("pk"), end__isnull=True)),
    )
    disagree = (
        Q(status=LineStatus.ACTIVE, is_active=False, terminated_on__isnull=True)
        | Q(status=LineStatus.SUSPENDED, is_suspended=False, terminated_on__isnull=True)
        | ~Q(status__in=[LineStatus.ACTIVE, LineStatus.SUSPENDED]) & (Q(is_active=True) | Q(is_suspended=True))
        | Q(status=LineStatus.TERMINATED, has_number=True)
    )
    for line in lines.filter(disagree).order_by("pk"):
        yield f"{line} ({line.status})"


def _cards() -> Iterator[str]:
    held = LineSim.objects.filter(sim=OuterRef("pk"), end__isnull=True)
    cards = SimCard.objects.annotate(is_held=Exists(held), has_served=Exists(LineSim.objects.filter(sim=OuterRef("pk"))))
    serving = Q(status__in=[SimStatus.ACTIVE, SimStatus.SUSPENDED])
    for card in cards.filter(
        Q(is_held=True) & ~serving | serving & Q(has_served=False) | Q(status=SimStatus.IN_STOCK, has_served=True)
    ).order_by("pk"):
        yield f"{card} ({card.status})"
