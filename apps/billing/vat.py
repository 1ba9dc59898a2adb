"""VAT of an invoice: which rate applies, and its computation once per rate on the sum of the nets.

Source: CGI art. 278 (20 %), 296 (8.5 % in Guadeloupe, Martinique, Réunion), 294-1 (Guyane, Mayotte), 259-1° and
283-2 (services to EU businesses, reverse charge); DOMAIN §5.6 for the rounding. The rules themselves are rows that
the accountant edits; this module only applies them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.core.money import percentage, round_half_up, total


@dataclass(frozen=True, slots=True)
class Treatment:
    """How one supply is taxed: percent, UNTDID 5305 category, and the mention printed when nothing is charged."""

    rate: Decimal
    category: str
    mention: str = ""


class NoRule(LookupError):
    """No rule says how to tax this: the invoice is refused, VAT is never guessed."""

    def __init__(self, regime: str, supply: str, product_rate: Decimal) -> None:
        super().__init__(f"no VAT rule for {regime}, {supply}, {product_rate}")
        self.regime, self.supply, self.product_rate = regime, supply, product_rate


@dataclass(frozen=True, slots=True)
class VatRules:
    """Every rule of the installation, by regime, supply («services» or «goods») and the product's own rate."""

    rules: Mapping[tuple[str, str, Decimal], Treatment]

    def treatment(self, regime: str, supply: str, product_rate: Decimal) -> Treatment:
        try:
            return self.rules[regime, supply, product_rate]
        except KeyError:
            raise NoRule(regime, supply, product_rate) from None


@dataclass(frozen=True, slots=True)
class VatPart:
    """Base and tax of one category and rate; ``mention`` tells every reason for which nothing is charged."""

    category: str
    rate: Decimal
    base: Decimal
    amount: Decimal
    mention: str


def vat_parts(nets: Iterable[tuple[Treatment, Decimal]]) -> list[VatPart]:
    """The VAT table of an invoice: highest rate first; tax rounded half up once per rate, never per line."""
    bases: dict[tuple[Decimal, str], list[Decimal]] = {}
    mentions: dict[tuple[Decimal, str], dict[str, None]] = {}  # each once, in the order of the lines
    for treatment, net in nets:
        key = treatment.rate, treatment.category
        bases.setdefault(key, []).append(net)
        mentions.setdefault(key, {})[treatment.mention] = None
    return [
        VatPart(
            category=category,
            rate=rate,
            base=total(amounts),
            amount=round_half_up(percentage(total(amounts), rate)),
            mention=" ; ".join(filter(None, mentions[rate, category])),
        )
        for (rate, category), amounts in sorted(bases.items(), key=lambda part: (-part[0][0], part[0][1]))
    ]
