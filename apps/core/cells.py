"""How a cell of a CSV file is read: one notation for each kind of value, anything doubtful is refused.

Each parser takes the stripped text of a cell and raises :class:`CellRefused`, also for an empty one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from apps.core.refusals import Refusal

# An amount in millionths of a euro must fit a 64-bit integer, as it is stored.
MAX_INTEGER_DIGITS = 12
MAX_INTEGER = 2**63 - 1

_DECIMAL = re.compile(r"(?P<integer>[+-]?[0-9]+)(?:[.,](?P<fraction>[0-9]+))?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:(?:[.,' \xa0\u202f]|’)[0-9]{3})+(?:[.,][0-9]+)?")
_WITH_UNIT = re.compile(r"[+-]?[0-9 \xa0\u202f]+(?:[.,][0-9]+)?[ \xa0\u202f]?(?P<unit>€|%|EUR)")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What Excel and LibreOffice show where a formula failed, in English and in French, and where a column was too narrow.
_FAILED_FORMULA = re.compile(
    r"#(?:NULL|NUL|DIV/0|VALUE|VALEUR|REF|NUM|NOMBRE|SPILL|PROPAGATION|CALC|CALCUL|FIELD|CHAMP|BLOCKED|BUSY) ?!"
    r"|#(?:NAME|NOM) ?\?|#N/[AD]|#GETTING_DATA|Err ?:[0-9]{3}|#{3,}"
)
# How they show a number of many digits; nobody writes a code with a sign and two digits behind the E.
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}")
# What Excel makes of 1-2 or 3/4, and then shows as 01-févr or Mar-04.
_MONTHS = "janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_MADE_A_DAY = re.compile(rf"[0-9]{{1,2}}-(?:{_MONTHS})\.?|(?:{_MONTHS})\.?-[0-9]{{2}}")
_YES_NO = {"OUI": True, "NON": False}


class CellRefused(Refusal):
    """A cell that does not hold what its column should."""


def refuse_failed_formula(text: str) -> None:
    """Raise for what a spreadsheet shows in place of a value: ``#N/A``, ``#REF!``, ``########``."""
    if _FAILED_FORMULA.fullmatch(text):
        raise CellRefused("spreadsheet_failure")


def refuse_made_a_number(text: str) -> None:
    """Raise for text such as spreadsheets make of a code: ``1,2E+05`` was ``12E4``, ``01-févr`` was ``1-2``."""
    if _ROUNDED.fullmatch(text):
        raise CellRefused("spreadsheet_number", value=text)
    if _MADE_A_DAY.fullmatch(text):
        raise CellRefused("spreadsheet_day")


def parse_text(text: str) -> str:
    """Any text but an empty one."""
    if not text:
        raise CellRefused("value_missing")
    return text


def parse_decimal(text: str, max_scale: int, *, minimum: Decimal | int | None = None) -> Decimal:
    """A number with a point or a comma and at most ``max_scale`` decimals, none below ``minimum``.

    Separators of thousands and exponents are refused: ``1.234,5`` is read in two ways, and a spreadsheet has
    already rounded ``1,5E-05``.
    """
    match = _DECIMAL.fullmatch(parse_text(text))
    if match is None:
        raise _not_a_number(text)
    fraction = match["fraction"] or ""
    if len(fraction) > max_scale:
        raise CellRefused("number_scale", found=len(fraction), limit=max_scale)
    if len(match["integer"].lstrip("+-")) > MAX_INTEGER_DIGITS:
        raise CellRefused("number_too_big")
    number = Decimal(f"{match['integer']}.{fraction}")
    if minimum is not None and number < minimum:
        raise CellRefused("number_too_small", minimum=minimum)
    return number


def parse_int(text: str, *, minimum: int | None = None) -> int:
    """A whole number, not below ``minimum``."""
    match = _DECIMAL.fullmatch(parse_text(text))
    if match is None:
        raise _not_a_number(text)
    if match["fraction"]:
        raise CellRefused("number_not_whole")
    number = int(text)
    if abs(number) > MAX_INTEGER:
        raise CellRefused("number_too_big")
    if minimum is not None and number < minimum:
        raise CellRefused("number_too_small", minimum=minimum)
    return number


def _not_a_number(text: str) -> CellRefused:
    if _EXPONENT.fullmatch(text):
        return CellRefused("number_exponent")
    if _THOUSANDS.fullmatch(text):
        return CellRefused("number_thousands")
    if _MADE_A_DAY.fullmatch(text):
        return CellRefused("spreadsheet_day")
    if with_unit := _WITH_UNIT.fullmatch(text):
        return CellRefused("number_unit", unit=with_unit["unit"])
    return CellRefused("number_expected")


def parse_date(text: str) -> date:
    """A day written ``2026-10-31``; any other order of day and month is refused."""
    if _ISO_DATE.fullmatch(parse_text(text)) is None:
        raise CellRefused("date_format")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellRefused("date_unknown") from None


def parse_choice[T](text: str, choices: Mapping[str, T]) -> T:
    """What ``choices`` holds under ``text`` in capitals."""
    try:
        return choices[parse_text(text).upper()]
    except KeyError:
        raise CellRefused("choice_expected", choices=", ".join(choices)) from None


def parse_yes_no(text: str) -> bool:
    """``OUI`` or ``NON``, in any case."""
    return parse_choice(text, _YES_NO)
