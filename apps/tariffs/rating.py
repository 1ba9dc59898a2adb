"""What one call, message or session costs.

Pure arithmetic on one record (DOMAIN §5.3 and §5.5). ``tariffs.explanation`` calls it; ``usage.columns`` does
the same sums on whole frames and is tested against an independent reference, as this is.

A record's *measured* quantity is seconds (voice), units (SMS, MMS) or bytes (data). *Billed* is what the grid
makes of it, *covered* the part an allowance pays, *charged* the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from apps.core.money import MICROS, round_half_up

type Kind = Literal["voice", "sms", "mms", "data"]
type FreeRule = Literal["emergency", "incoming"]

KINDS: tuple[Kind, ...] = ("voice", "sms", "mms", "data")
ALLOWANCE_KINDS: frozenset[Kind] = frozenset({"voice", "sms", "data"})  # DOMAIN §5.4: MMS never

SECONDS_PER_MINUTE = 60
DECIMAL_MEGABYTE = 1000**2
BINARY_MEGABYTE = 1024**2

# With quantities below these and prices up to PRICE_LIMIT, a record's price fits 64 bits of micro-euros:
# 10⁸ units at 10⁴ € are 10¹² €, that is 10¹⁸ µ€, and data and voice stay below.
QUANTITY_LIMITS: dict[Kind, int] = {"voice": 10**8, "sms": 10**8, "mms": 10**8, "data": 10**13}
PRICE_LIMIT = Decimal(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTerms:
    """One row of a grid version, as rating needs it. Prices are euros excluding tax, six decimals at most.

    ``id`` is the caller's name for the row (its primary key). ``incoming`` rows price MT records, the others
    MO and forwarded ones. ``special`` rows match French short and special numbers only. ``included`` says
    that an allowance may pay.
    """

    id: int
    kind: Kind
    incoming: bool = False
    origin: str
    special: bool = False
    prefix: str = ""
    destination: str
    destination_zone: str = ""
    price_minute: Decimal = Decimal(0)
    price_unit: Decimal = Decimal(0)
    price_megabyte: Decimal = Decimal(0)
    connection_fee: Decimal = Decimal(0)
    first_step: int = 1
    step: int = 1
    free_seconds: int = 0
    included: bool = False

    def __post_init__(self) -> None:
        for price in (self.price_minute, self.price_unit, self.price_megabyte, self.connection_fee):
            if not 0 <= price <= PRICE_LIMIT:
                raise ValueError(f"a price lies between 0 and {PRICE_LIMIT} euros, not {price}")
        if self.first_step < 1 or self.step < 1 or self.free_seconds < 0:
            raise ValueError(f"steps are at least one second: {self.first_step}/{self.step}/{self.free_seconds}")

    @property
    def price(self) -> Decimal:
        """The price that this kind of usage is charged at, per minute, unit or megabyte."""
        return {"voice": self.price_minute, "data": self.price_megabyte}.get(self.kind, self.price_unit)

    @property
    def takes_allowance(self) -> bool:
        return self.included and self.kind in ALLOWANCE_KINDS


def quantity_per_price(kind: Kind, *, bytes_per_megabyte: int) -> int:
    """What one unit price pays: 60 s, one message, or a megabyte (1000² or 1024² bytes, a setting)."""
    return {"voice": SECONDS_PER_MINUTE, "data": bytes_per_megabyte}.get(kind, 1)


def billable_quantity(terms: RateTerms, measured: int) -> int:
    """What ``measured`` seconds, units or bytes count for. Voice is rounded up to steps; zero stays zero."""
    if terms.kind != "voice":
        return measured
    if measured <= terms.free_seconds:
        return 0
    beyond_first = max(0, measured - terms.first_step)
    return terms.first_step + -(-beyond_first // terms.step) * terms.step


def exact_price(terms: RateTerms, charged: int, *, bytes_per_megabyte: int) -> Fraction:
    """Euros for the ``charged`` part of a billed quantity, not rounded. The fee is due whole or not."""
    if charged == 0:
        return Fraction(0)
    per = quantity_per_price(terms.kind, bytes_per_megabyte=bytes_per_megabyte)
    return Fraction(terms.connection_fee) + Fraction(terms.price) * charged / per


def price(terms: RateTerms, charged: int, *, bytes_per_megabyte: int) -> Decimal:
    """Price of the charged part in euros excluding tax, half up to six decimals."""
    return round_half_up(exact_price(terms, charged, bytes_per_megabyte=bytes_per_megabyte), MICROS)
