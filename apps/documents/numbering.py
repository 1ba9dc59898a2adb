"""Invoice numbers: a pattern such as ``F{YYYY}-{MM}-{N:5}``, and the period after which its counter restarts.

A number is at most 35 characters of ``[A-Za-z0-9+_/-]``, what the platforms of electronic invoicing accept.
All parts but the counter have a fixed width, so two documents of one pattern never read the same, provided
that a counter that restarts is accompanied by the period it restarts in: that is checked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from apps.core.refusals import Refusal

MAX_LENGTH = 35
_ALLOWED = re.compile(r"[A-Za-z0-9+_/-]")
_TOKEN = re.compile(r"\{(?P<field>[^{}]*)\}|(?P<literal>[^{}]+)|(?P<stray>[{}])")
_COUNTER = re.compile(r"N(?::(?P<width>[1-9][0-9]?))?")


class PatternRefused(Refusal):
    """A pattern that would give doubles, or numbers that platforms refuse."""


class Reset(StrEnum):
    """When the counter starts again at 1."""

    NEVER = "never"
    YEARLY = "yearly"
    MONTHLY = "monthly"


class Field(StrEnum):
    """What a pattern may hold between braces, besides the counter ``{N}`` or ``{N:width}``."""

    YEAR = "YYYY"
    SHORT_YEAR = "YY"
    MONTH = "MM"


# As strftime would, but with the year always on four digits, whatever the platform.
_FIELD_TEXT = {
    Field.YEAR: lambda day: f"{day.year:04d}",
    Field.SHORT_YEAR: lambda day: f"{day.year % 100:02d}",
    Field.MONTH: lambda day: f"{day.month:02d}",
}


@dataclass(frozen=True, slots=True)
class Counter:
    """The running number, padded with zeros to ``width`` and longer when it must be."""

    width: int = 1


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A readable and checked pattern; made by :meth:`parse`."""

    parts: tuple[str | Field | Counter, ...]
    reset: Reset

    @classmethod
    def parse(cls, text: str, *, reset: Reset = Reset.NEVER) -> NumberPattern:
        """Read ``F{YYYY}-{MM}-{N:5}``; PatternRefused says what is wrong with it."""
        parts = tuple(_parts(text))
        pattern = cls(parts, Reset(reset))
        pattern._refuse_doubles()
        shortest = pattern._text(1, date(2000, 1, 1))
        if len(shortest) > MAX_LENGTH:
            raise PatternRefused("pattern_length", example=shortest, found=len(shortest), limit=MAX_LENGTH)
        return pattern

    def format(self, counter: int, day: date) -> str:
        """The number of the ``counter``-th document of its period, issued on ``day``."""
        if counter < 1:
            raise PatternRefused("pattern_counter", counter=counter)
        text = self._text(counter, day)
        if len(text) > MAX_LENGTH:
            raise PatternRefused("pattern_length", example=text, found=len(text), limit=MAX_LENGTH)
        return text

    def period_key(self, day: date) -> str:
        """The period whose counter numbers a document of ``day``: empty, ``2026`` or ``2026-10``."""
        match self.reset:
            case Reset.NEVER:
                return ""
            case Reset.YEARLY:
                return f"{day.year:04d}"
            case Reset.MONTHLY:
                return f"{day.year:04d}-{day.month:02d}"

    def preview(self, next_counter: int, day: date, n: int = 3) -> list[str]:
        """The next ``n`` numbers, were they all issued on ``day``."""
        return [self.format(counter, day) for counter in range(next_counter, next_counter + n)]

    def _text(self, counter: int, day: date) -> str:
        written = []
        for part in self.parts:
            if isinstance(part, Counter):
                written.append(f"{counter:0{part.width}d}")
            elif isinstance(part, Field):
                written.append(_FIELD_TEXT[part](day))
            else:
                written.append(part)
        return "".join(written)

    def _refuse_doubles(self) -> None:
        counters = sum(isinstance(part, Counter) for part in self.parts)
        if counters != 1:
            raise PatternRefused("pattern_no_counter" if counters == 0 else "pattern_many_counters")
        has_year = Field.YEAR in self.parts or Field.SHORT_YEAR in self.parts
        if self.reset is not Reset.NEVER and not has_year:
            raise PatternRefused("pattern_needs_year")
        if self.reset is Reset.MONTHLY and Field.MONTH not in self.parts:
            raise PatternRefused("pattern_needs_month")


def _parts(text: str) -> list[str | Field | Counter]:
    parts: list[str | Field | Counter] = []
    for token in _TOKEN.finditer(text):
        if token["stray"]:
            raise PatternRefused("pattern_brace", position=token.start() + 1)
        if token["literal"]:
            parts.append(_literal(token["literal"], offset=token.start()))
        else:
            parts.append(_field(token["field"], position=token.start() + 1))
    return parts


def _literal(text: str, *, offset: int) -> str:
    for position, character in enumerate(text, start=offset + 1):
        if not _ALLOWED.fullmatch(character):
            raise PatternRefused("pattern_character", character=character, position=position)
    return text


def _field(name: str, *, position: int) -> Field | Counter:
    if counter := _COUNTER.fullmatch(name):
        return Counter(int(counter["width"] or 1))
    try:
        return Field(name)
    except ValueError:
        raise PatternRefused("pattern_field", field=name, position=position) from None
