"""How a series numbers its documents from now on, and how it has numbered them before."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError
from apps.core.wording import sentence
from apps.documents import renumbering
from apps.documents.models import FormerPattern, NumberSeries
from apps.documents.numbering import NumberPattern, PatternRefused, Reset
from apps.documents.renumbering import Used


@dataclass(frozen=True, slots=True)
class NumbersAhead:
    """The next numbers of a series; with a counter that restarts, also the first of the next period."""

    numbers: list[str]
    next_period: date | None = None
    first_of_next_period: str = ""


def preview_series(*, series: NumberSeries, pattern: str, reset: str, today: date, n: int = 3) -> NumbersAhead:
    """What the next ``n`` documents, issued today, would be numbered under a rule; DomainError if it is refused."""
    return _ahead(series, _accepted(series, pattern, reset, list(NumberSeries.objects.all())), today, n)


@transaction.atomic
def change_series(*, series: NumberSeries, pattern: str, reset: str, actor: Any, today: date) -> NumberSeries:
    """Number by another rule from now on; numbers that have been given stay.

    The counter goes on: it starts again at 1 only when the next year (or month) begins under the new rule, never in the
    middle of the one in which the last document was numbered. DomainError for a rule that could give a number twice
    (:mod:`apps.documents.renumbering`), that reads as the other series, or that has no number for today.
    """
    everyone = list(NumberSeries.objects.select_for_update().order_by("pk"))
    row = next(one for one in everyone if one.pk == series.pk)
    rule = _accepted(row, pattern, reset, everyone)
    _ahead(row, rule, today, 1)
    if (row.pattern, row.reset) == (pattern, reset):
        raise DomainError(_("This is how the documents are numbered already."))
    if row.position > _last_former(row):
        FormerPattern.objects.create(series=row, pattern=row.pattern, reset=row.reset, until_position=row.position)
    row.pattern, row.reset = pattern, reset
    # The last document's period, as the new rule names it: its counter is the one to go on from.
    row.period_key = "" if row.last_date is None else rule.period_key(row.last_date)
    row._history_user = actor  # type: ignore[attr-defined]  # of simple-history
    row.save()
    return row


def rules_of(series: NumberSeries) -> list[tuple[int | None, NumberPattern]]:
    """How the documents of ``series`` were numbered: up to which position, by which rule; the current one last.

    PatternRefused if the current pattern gives no numbers.
    """
    formers = series.former_patterns.all()
    return [*((one.until_position, one.rule) for one in formers), (None, series.rule)]


def _accepted(series: NumberSeries, pattern: str, reset: str, everyone: Iterable[NumberSeries]) -> NumberPattern:
    try:
        longest = NumberSeries._meta.get_field("pattern").max_length or 0
        if len(pattern) > longest:
            raise PatternRefused("text_length", found=len(pattern), limit=longest)
        rule = NumberPattern.parse(pattern, reset=Reset(reset))
        others = [one for other in everyone if other.pk != series.pk for one in _used(other, going_on=True)]
        if fault := renumbering.fault(rule, used=_used(series, going_on=False), others=others):
            raise fault
    except PatternRefused as refused:
        raise DomainError(sentence(refused)) from refused
    return rule


def _used(series: NumberSeries, *, going_on: bool) -> list[Used]:
    """The rules that have numbered documents of ``series``; ``going_on``: the current one in any case, without end.

    A counter is never higher than the number of documents.
    """
    used = [Used(one.rule, one.pattern, one.until_position) for one in series.former_patterns.all()]
    if going_on or series.position > _last_former(series):
        with suppress(PatternRefused):  # it gives no numbers at all
            used.append(Used(series.rule, series.pattern, None if going_on else series.position))
    return used


def _last_former(series: NumberSeries) -> int:
    last = series.former_patterns.last()
    return 0 if last is None else last.until_position


def _ahead(series: NumberSeries, rule: NumberPattern, today: date, n: int) -> NumbersAhead:
    day = today if series.last_date is None else max(today, series.last_date)
    counter = renumbering.following(rule, counter=series.counter, last=series.last_date, day=day)
    starts = renumbering.next_period(rule, day)
    try:
        numbers = rule.preview(counter, day, n)
        return NumbersAhead(numbers, starts, "" if starts is None else rule.format(1, starts))
    except PatternRefused as refused:
        raise DomainError(sentence(refused)) from refused
