"""What differs between two versions, of one grid or of two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from apps.tariffs.models import Rate, TariffVersion

#: By which a rate is known again: no version has two for the same calls.
KEY: Final = ("origin_zone", "kind", "direction", "special", "prefix")
#: What it says of these calls.
TERMS: Final = (
    "destination",
    "destination_zone",
    "price_minute",
    "price_unit",
    "price_megabyte",
    "connection_fee",
    "first_step",
    "step",
    "free_seconds",
    "included",
)


@dataclass(frozen=True, slots=True)
class RateChange:
    """Two rates for the same calls that do not say the same; ``differences`` holds, by field, old and new value."""

    old: Rate
    new: Rate
    differences: Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class Comparison:
    """What became of the rates of ``old`` in ``new``; each list in the order of zones, usages and prefixes."""

    old: TariffVersion
    new: TariffVersion
    added: list[Rate] = field(default_factory=list)
    changed: list[RateChange] = field(default_factory=list)
    removed: list[Rate] = field(default_factory=list)
    unchanged: int = 0

    @property
    def differs(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }


def compare(*, old: TariffVersion, new: TariffVersion) -> Comparison:
    """New, changed and removed rates of ``new`` against ``old``. Two queries, however many rates there are."""
    before, after = _by_key(old), _by_key(new)
    comparison = Comparison(old, new)
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            comparison.added.append(after[key])
        elif key not in after:
            comparison.removed.append(before[key])
        elif differences := _differences(before[key], after[key]):
            comparison.changed.append(RateChange(before[key], after[key], differences))
        else:
            comparison.unchanged += 1
    return comparison


def _differences(old: Rate, new: Rate) -> dict[str, tuple[Any, Any]]:
    return {name: (before, after) for name in TERMS if (before := getattr(old, name)) != (after := getattr(new, name))}


def _by_key(version: TariffVersion) -> dict[tuple[Any, ...], Rate]:
    rates = version.rates.order_by()
    return {tuple(getattr(rate, name) for name in KEY): rate for rate in rates}
