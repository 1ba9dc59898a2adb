"""How France writes amounts, dates and quantities: for documents and mails, whatever language a screen has.

No-break spaces separate thousands and units, so that a figure never wraps in its middle.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from apps.core.money import CENTS, MICROS, round_half_up

NBSP = "\N{NO-BREAK SPACE}"

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def decimal_text(value: Decimal, *, at_least: int = 0, at_most: int = MICROS) -> str:
    """``1234.5`` → «1 234,5»: decimal comma, thousands apart, trailing zeros dropped down to ``at_least``.

    Rounded half away from zero where ``value`` has more than ``at_most`` decimals.
    """
    rounded = round_half_up(value, at_most)
    if rounded == 0:
        rounded = abs(rounded)
    whole, _, decimals = format(rounded, ",f").partition(".")
    kept = decimals[:at_least] + decimals[at_least:].rstrip("0")
    return whole.replace(",", NBSP) + (f",{kept}" if kept else "")


def whole(value: int) -> str:
    """``25170`` → «25 170»."""
    return decimal_text(Decimal(value), at_most=0)


def amount(value: Decimal) -> str:
    """``1234.5`` → «1 234,50», in cents."""
    return decimal_text(value, at_least=CENTS, at_most=CENTS)


def euros(value: Decimal) -> str:
    """``1234.5`` → «1 234,50 €», in cents."""
    return f"{amount(value)}{NBSP}€"


def price(value: Decimal) -> str:
    """A unit price: at least two decimals, at most six («0,006 €» stays readable and exact)."""
    return f"{decimal_text(value, at_least=CENTS)}{NBSP}€"


def percent(value: Decimal) -> str:
    """``8.50`` → «8,5 %»."""
    return f"{decimal_text(value)}{NBSP}%"


def day(value: date) -> str:
    """31/10/2026."""
    return f"{value:%d/%m/%Y}"


def long_day(value: date) -> str:
    """«31 octobre 2026», «1er novembre 2026»."""
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def of_month(first: date) -> str:
    """«d’octobre 2026», «de novembre 2026», of any day of the month."""
    name = MONTHS[first.month - 1]
    return f"{'d’' if name[0] in 'ao' else 'de '}{name}{NBSP}{first.year}"


def days(start: date, end: date) -> str:
    """A half-open range as people say it: «du 01/10/2026 au 31/10/2026», or the one day it holds."""
    last = end - timedelta(days=1)
    return f"le {day(start)}" if last <= start else f"du {day(start)} au {day(last)}"


def short_days(start: date, end: date) -> str:
    """A half-open range for a narrow column: «01/10 – 31/10/2026», with both years where they differ."""
    last = end - timedelta(days=1)
    if last <= start:
        return day(start)
    return f"{start:%d/%m}{'' if start.year == last.year else f'/{start:%Y}'} – {day(last)}"


def duration(seconds: int) -> str:
    """h:mm:ss."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}"


def in_groups(text: str, size: int) -> str:
    """``FR7630004…`` by four, ``123456782`` by three: spaces that help reading, none of them breaking."""
    compact = "".join(text.split())
    return NBSP.join(compact[start : start + size] for start in range(0, len(compact), size))
