"""How a series numbers its documents from now on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from apps.core.exceptions import DomainError
from apps.core.wording import sentence
from apps.documents.models import NumberSeries
from apps.documents.numbering import NumberPattern, PatternRefused, Reset


@dataclass(frozen=True, slots=True)
class NumbersAhead:
    """The next numbers of a series; with a counter that restarts, also the first of the next period."""

    numbers: list[str]
    next_period: date | None = None
    first_of_next_period: str = ""


def preview_series(*, series: NumberSeries, pattern: str, reset: str, today: date, n: int = 3) -> NumbersAhead:
    """What the next ``n`` documents, issued today, would be numbered under a rule; DomainError if it is refused."""
    try:
        rule = NumberPattern.parse(pattern, reset=Reset(reset))
        return NumbersAhead(rule.preview(series.counter + 1, today, n))
    except PatternRefused as refused:
        raise DomainError(sentence(refused)) from refused


@transaction.atomic
def change_series(*, series: NumberSeries, pattern: str, reset: str, actor: Any, today: date) -> NumberSeries:
    """Number by a new rule from now on."""
    preview_series(series=series, pattern=pattern, reset=reset, today=today)
    row = NumberSeries.objects.select_for_update().get(pk=series.pk)
    row.pattern, row.reset = pattern, reset
    row._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    row.save()
    return row
