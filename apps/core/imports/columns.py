"""Columns of files that are taken over, and how their cells are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core import cells
from apps.core.cells import CellRefused
from apps.core.spreadsheets import as_meant

MANDATORY: Final = object()
_CENTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file. ``read`` makes a value of a cell that is not empty, or raises a Refusal.

    ``empty`` is the value of an empty cell; without it the column must be there and filled on every line. A
    column that is not ``required`` may be missing: new rows then take ``empty``, rows already known keep what
    they have. ``forbidden`` columns make the whole file refused; ``secret`` values are never shown.
    """

    header: str
    field: str
    read: Callable[[str], Any]
    empty: Any = MANDATORY
    required: bool = True
    secret: bool = False
    forbidden: bool = False
    #: How a value is written in a file, where that is not :func:`shown` nor a word of :func:`one_of`.
    write: Callable[[Any], str] | None = None

    def value_of(self, cell: str) -> Any:
        """What a cell of this column says; a Refusal also for what a spreadsheet shows where it knows no value."""
        cells.refuse_failed_formula(cell)
        return self.read(as_meant(cell))

    def written(self, value: Any) -> str:
        """``value`` as a file of ours has it, and as people who know the file read it."""
        if self.write is not None:
            return self.write(value)
        return self.read.word_for(value) if isinstance(self.read, OneOf) else shown(value)


def shown(value: Any) -> str:
    """A value as a file would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "OUI" if value else "NON"
        case tuple():
            return "+".join(map(shown, value))
        case Decimal():
            whole, _, decimals = format(value, "f").partition(".")
            kept = decimals[:_CENTS] + decimals[_CENTS:].rstrip("0")
            return f"{whole},{kept}" if kept else whole
    return str(value)


def text(limit: int) -> Callable[[str], str]:
    """Any text of at most ``limit`` characters that no spreadsheet has made something else of."""

    def read(cell: str) -> str:
        cells.refuse_made_a_number(cell)
        if len(cells.parse_text(cell)) > limit:
            raise CellRefused("text_length", found=len(cell), limit=limit)
        return cell

    return read


def number(*, scale: int, minimum: int = 0, maximum: int = 10**9) -> Callable[[str], Any]:
    """An amount from ``minimum`` to ``maximum`` with at most ``scale`` decimals."""
    return partial(_at_most, partial(cells.parse_decimal, max_scale=scale, minimum=minimum), maximum)


def whole_number(*, minimum: int = 0, maximum: int = 2**31 - 1) -> Callable[[str], Any]:
    """A whole number from ``minimum`` to ``maximum``; by default what a database integer holds."""
    return partial(_at_most, partial(cells.parse_int, minimum=minimum), maximum)


def _at_most(read: Callable[[str], Any], maximum: int, cell: str) -> Any:
    value = read(cell)
    if value > maximum:
        raise CellRefused("number_too_large", maximum=maximum)
    return value


@dataclass(frozen=True, slots=True)
class OneOf[T]:
    """Reads what ``choices`` holds under the cell's text."""

    choices: Mapping[str, T]

    def __call__(self, cell: str) -> T:
        return cells.parse_choice(cell, choices=self.choices)

    def word_for(self, value: Any) -> str:
        """The word that files have for ``value``; nothing for what they have no word for."""
        return next((word for word, known in self.choices.items() if known == value), "")


one_of = OneOf


def email(cell: str) -> str:
    """An e-mail address, in small letters: two spellings of one mailbox are the same."""
    try:
        validate_email(cell)
    except ValidationError:
        raise CellRefused("email_format") from None
    return text(254)(cell.lower())
