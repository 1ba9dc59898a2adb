"""How one record comes to its price, step by step, for the simulator and for «explain this price»."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apps.core.money import MICROS, amount_text, round_half_up
from apps.tariffs.matching import RateIndex, free_rule, is_special
from apps.tariffs.rating import FreeRule, Kind, RateTerms, billable_quantity, exact_price, quantity_per_price


@dataclass(frozen=True, slots=True, kw_only=True)
class GridVersion:
    """The version of a grid that is in force: its id in the :class:`RateIndex`, and its names for people."""

    id: int
    grid: str
    valid_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every step from a record to its price, for the simulator and for «explain this price».

    Either ``rule`` names the rule above the grid that makes it free, or ``terms`` is the row that was found,
    or both are ``None`` and there is no rate (``price`` is ``None`` then, never 0).
    """

    version: GridVersion
    kind: Kind
    number: str
    special: bool
    rule: FreeRule | None
    terms: RateTerms | None
    measured: int
    billed: int
    covered: int
    charged: int
    per: int
    exact: Fraction | None
    price: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """The same in plain values: amounts as text with six decimals, the version as an ISO date or null."""
        plain: dict[str, Any] = {
            "grid": self.version.grid,
            "version": self.version.valid_from.isoformat() if self.version.valid_from else None,
            "kind": self.kind,
            "number": self.number,
            "special": self.special,
            "rule": self.rule,
            "rate": None,
            "measured": self.measured,
            "billed": self.billed,
            "covered": self.covered,
            "charged": self.charged,
            "per": self.per,
            "exact": str(self.exact) if self.exact is not None else None,
            "price": amount_text(self.price, MICROS) if self.price is not None else None,
        }
        if self.terms:
            plain["rate"] = {
                name: amount_text(value, MICROS) if isinstance(value, Decimal) else value
                for name, value in asdict(self.terms).items()
            }
        return plain


def explain(
    index: RateIndex,
    *,
    version: GridVersion,
    kind: Kind,
    incoming: bool,
    origin: str,
    number: str,
    measured: int,
    allowance_left: int = 0,
    bytes_per_megabyte: int,
) -> Explanation:
    """Match and price one record; an allowance could still pay ``allowance_left`` of its billed quantity."""
    rule = free_rule(kind=kind, incoming=incoming, origin=origin, number=number)
    terms = None
    if rule is None:
        terms = index.find(version=version.id, kind=kind, incoming=incoming, origin=origin, number=number)
    billed = covered = 0
    exact = Fraction(0) if rule else None
    if terms:
        billed = billable_quantity(terms, measured)
        covered = min(billed, allowance_left) if terms.takes_allowance else 0
        exact = exact_price(terms, billed - covered, bytes_per_megabyte=bytes_per_megabyte)
    return Explanation(
        version=version,
        kind=kind,
        number=number,
        special=is_special(kind, number),
        rule=rule,
        terms=terms,
        measured=measured,
        billed=billed,
        covered=covered,
        charged=billed - covered,
        per=quantity_per_price(kind, bytes_per_megabyte=bytes_per_megabyte),
        exact=exact,
        price=None if exact is None else round_half_up(exact, MICROS),
    )
