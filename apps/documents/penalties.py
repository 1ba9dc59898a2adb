"""The rate of late-payment penalties: what the law allows, and how it is said.

Source: code de commerce, L441-10 II. Without a rate of its own, the contract has the ECB's refinancing rate plus ten
points; a rate of its own is at least three times the legal interest rate. Both change each half-year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apps.core import french

ADDED_POINTS: Final = 10
LEAST_MULTIPLE: Final = 3
#: The placeholder of the rate in the sentence of penalties.
RATE: Final = "rate"
#: What stands for the rate where the half-year's rate of the ECB has not been filled in: true at any time.
IN_WORDS: Final = (
    "de la Banque centrale européenne appliqué à son opération de refinancement la plus récente, majoré de 10 points"
)


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """Of ``year``, the first (``half`` 1) or the second six months."""

    year: int
    half: int

    @classmethod
    def of(cls, day: date) -> HalfYear:
        return cls(day.year, 1 if day.month <= 6 else 2)

    @property
    def start(self) -> date:
        return date(self.year, 1 if self.half == 1 else 7, 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one half-year, in percent: the ECB's, and the legal one between businesses."""

    ecb: Decimal
    legal: Decimal

    @property
    def by_default(self) -> Decimal:
        """The rate that the law gives to who agreed none."""
        return self.ecb + ADDED_POINTS

    @property
    def least(self) -> Decimal:
        """The lowest rate that may be agreed."""
        return self.legal * LEAST_MULTIPLE


def said(rate: Decimal | None, rates: Rates | None) -> str:
    """What ``{rate}`` reads as: «15 %», or the ECB's rate in words while its figure is unknown."""
    if rate is None and rates is not None:
        rate = rates.by_default
    return IN_WORDS if rate is None else french.percent(rate)


def is_too_low(rate: Decimal | None, rates: Rates | None) -> bool:
    """Whether a rate of one's own is below the least; not known, so false, without the half-year's rates."""
    return rate is not None and rates is not None and rate < rates.least
