"""Columns of files that are taken over, and how their cells are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core import cells
from apps.core.cells import CellRefused
from apps.core.spreadsheets import as_meant

MANDATORY: Final = object()


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

    def value_of(self, cell: str) -> Any:
        """What a cell of this column says; a Refusal also for what a spreadsheet shows where it knows no value."""
        cells.refuse_failed_formula(cell)
        return self.read(as_meant(cell))


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


def one_of[T](choices: Mapping[str, T]) -> Callable[[str], T]:
    """What ``choices`` holds under the cell's text."""
    return partial(cells.parse_choice, choices=choices)


def email(cell: str) -> str:
    """An e-mail address, in small letters: two spellings of one mailbox are the same."""
    try:
        validate_email(cell)
    except ValidationError:
        raise CellRefused("email_format") from None
    return text(254)(cell.lower())
