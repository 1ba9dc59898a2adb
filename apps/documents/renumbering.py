"""Whether a series that has given numbers may go on with another pattern.

A number is never given twice (CGI ann. II 242 nonies A, I-7°: a unique number in a continuous, dated sequence). The
counter of a series goes on through every change of its pattern, and starts again at 1 only when a new year or month
begins under the reset of that moment. From that follows what is safe:

- a pattern of another shape, if no text can be read as a number of both: ``F{YYYY}-{N:6}`` and ``G{YYYY}-{N:6}``;
- the shape of a pattern used before, if it shows the period of every reset used since: within one such period the
  counter has only grown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from apps.core.periods import Month
from apps.documents.numbering import MAX_LENGTH, Counter, Field, NumberPattern, PatternRefused, Reset

_DIGITS = frozenset("0123456789")
_ZERO = frozenset("0")
#: Which characters may stand in each place of a field: years from 2000 on, months 01 to 12.
_FIELD_PLACES = {
    Field.YEAR: (frozenset("2"), _DIGITS, _DIGITS, _DIGITS),
    Field.SHORT_YEAR: (_DIGITS, _DIGITS),
    Field.MONTH: (frozenset("01"), _DIGITS),
}


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern and the highest counter it can have given; ``None`` while it goes on giving numbers."""

    rule: NumberPattern
    pattern: str
    highest: int | None


def fault(new: NumberPattern, *, used: Sequence[Used], others: Sequence[Used]) -> PatternRefused | None:
    """Why a series that has used ``used``, oldest first, may not go on with ``new``; ``None`` if it may; not raised.

    ``others`` are the patterns of the other series: invoices and credit notes never bear the same number.
    """
    for place, former in enumerate(used):
        if _same_shape(new, former.rule):
            if not all(_shows(new, later.rule.reset) for later in used[place:]):
                return PatternRefused("pattern_repeats", pattern=former.pattern)
        elif _may_meet(new, former):
            return PatternRefused("pattern_repeats", pattern=former.pattern)
    for other in others:
        if _may_meet(new, other):
            return PatternRefused("pattern_repeats_other", pattern=other.pattern)
    return None


def following(rule: NumberPattern, *, counter: int, last: date | None, day: date) -> int:
    """The counter of a document of ``day`` after one of ``last``: 1 in a new period of ``rule``, else the next."""
    if last is not None and rule.period_key(last) != rule.period_key(day):
        return 1
    return counter + 1


def next_period(rule: NumberPattern, day: date) -> date | None:
    """The day on which the counter starts again; ``None`` if it never does."""
    match rule.reset:
        case Reset.NEVER:
            return None
        case Reset.YEARLY:
            return date(day.year + 1, 1, 1)
        case Reset.MONTHLY:
            return Month.of(day).end


def _shape(rule: NumberPattern) -> tuple[object, ...]:
    return tuple(Counter if isinstance(part, Counter) else part for part in rule.parts)


def _same_shape(one: NumberPattern, other: NumberPattern) -> bool:
    # The width of the counter changes nothing: two texts of one shape are the same only if their counters are.
    return _shape(one) == _shape(other)


def _shows(rule: NumberPattern, reset: Reset) -> bool:
    year = Field.YEAR in rule.parts or Field.SHORT_YEAR in rule.parts
    return {Reset.NEVER: True, Reset.YEARLY: year, Reset.MONTHLY: year and Field.MONTH in rule.parts}[reset]


def _may_meet(new: NumberPattern, former: Used) -> bool:
    """Whether some text reads as a number of both. Cautious: it may say so where it cannot happen."""
    by_length = {len(places): places for places in _texts(new, None)}
    for places in _texts(former.rule, former.highest):
        ours = by_length.get(len(places))
        if ours is not None and all(one & other for one, other in zip(ours, places, strict=True)):
            return True
    return False


def _texts(rule: NumberPattern, highest: int | None) -> Iterator[list[frozenset[str]]]:
    """What may stand in each place of the numbers of ``rule``, for each length that its counter can have."""
    (counter,) = (part for part in rule.parts if isinstance(part, Counter))
    most = MAX_LENGTH if highest is None else max(counter.width, len(str(highest)))
    for digits in range(counter.width, most + 1):
        places: list[frozenset[str]] = []
        for part in rule.parts:
            if isinstance(part, Counter):
                zeros = 0 if highest is None else max(0, digits - len(str(highest)))
                places += [_ZERO] * zeros + [_DIGITS] * (digits - zeros)
            elif isinstance(part, Field):
                places += _FIELD_PLACES[part]
            else:
                places += [frozenset(character) for character in part]
        if len(places) <= MAX_LENGTH:
            yield places
