"""Money arithmetic: exact fractions inside, one rounding at the end.

Amounts are euros excluding tax unless a name says otherwise. Every rounding of the product goes through
:func:`round_half_up`: half away from zero, as French commercial practice has it and as DOMAIN §5.6 asks for
invoices and, mirrored, for credit notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal  # noqa: TID251  # here it is
from fractions import Fraction

Exact = Decimal | Fraction | int

CENTS = 2
MICROS = 6


def scaled_half_up(value: Exact, scale: int) -> int:
    """``value`` in units of ``10**-scale``, rounded half away from zero (2.675 at scale 2 → 268)."""
    if isinstance(value, Decimal):
        # Decimal's own «half up» is half away from zero; exact, since no amount has 28 digits.
        return int(value.scaleb(scale).to_integral_value(ROUND_HALF_UP))
    unit: int = 10**scale
    scaled = Fraction(value) * unit
    magnitude, remainder = divmod(abs(scaled.numerator), scaled.denominator)
    if 2 * remainder >= scaled.denominator:
        magnitude += 1
    return magnitude if scaled >= 0 else -magnitude


def from_scaled(units: int, scale: int) -> Decimal:
    """The Decimal with exactly ``scale`` decimals that ``units`` stands for (268 at scale 2 → 2.68).

    Exact up to the 28 digits of the decimal context, nine more than a stored amount can have.
    """
    return Decimal(units).scaleb(-scale)


def round_half_up(value: Exact, scale: int = CENTS) -> Decimal:
    """``value`` rounded half away from zero to ``scale`` decimals, with that many decimals shown."""
    return from_scaled(scaled_half_up(value, scale), scale)


def total(amounts: Iterable[Decimal], scale: int = CENTS) -> Decimal:
    """Sum of amounts that already have at most ``scale`` decimals (an empty sum is 0.00, not 0)."""
    return round_half_up(sum(amounts, Decimal(0)), scale)


def percentage(amount: Exact, rate: Exact) -> Fraction:
    """Exact ``rate`` percent of ``amount``, not rounded."""
    return Fraction(amount) * Fraction(rate) / 100


def amount_text(value: Decimal, scale: int = CENTS) -> str:
    """The form that commands print: a point, exactly ``scale`` decimals, never an exponent or ``-0.00``."""
    rounded = round_half_up(value, scale)
    return format(abs(rounded) if rounded == 0 else rounded, "f")
