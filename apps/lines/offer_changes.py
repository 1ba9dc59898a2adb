"""What a change of offers asks of a line: only what is to differ, as plain values that can wait for their day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.lines.choices import DiscountBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAgreed:
    """A plan or an option by its key, at the monthly price agreed; its throughput where it is about data."""

    offer: int
    price: Decimal
    throughput: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    in_advance: bool
    prorata: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A special condition: ``percent``, or ``amount`` in euros a month, for ``months`` months (None: no limit)."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsetAgreed:
    """A handset by its key and how it is sold: see :func:`apps.lines.services.hand_over`."""

    handset: int
    imei: str = ""
    sale_mode: str = ""
    purchase_mode: str = ""
    price: Decimal | None = None
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferChanges:
    """What differs, and nothing else: None and empty are «as it is».

    ``options`` are those added, and those that go on at another price or throughput; ``removed`` are the keys of those
    taken off. ``conditions`` names the bases of which the special condition changes; None takes it away.
    ``commitment`` begins anew, with so many months. ``gives_back`` the handset, without another one in its place.
    """

    plan: OfferAgreed | None = None
    billing: Billing | None = None
    options: tuple[OfferAgreed, ...] = ()
    removed: tuple[int, ...] = ()
    tariff: int | None = None
    conditions: Mapping[DiscountBasis, Condition | None] = field(default_factory=dict)
    commitment: int | None = None
    handset: HandsetAgreed | None = None
    gives_back: bool = False

    def __bool__(self) -> bool:
        return self != OfferChanges()

    def as_json(self) -> dict[str, Any]:
        """Plain values, of what differs only."""
        said: dict[str, Any] = {}
        for name in ("plan", "billing", "handset"):
            if (part := getattr(self, name)) is not None:
                said[name] = _plain(part)
        if self.options:
            said["options"] = [_plain(one) for one in self.options]
        if self.removed:
            said["removed"] = list(self.removed)
        if self.conditions:
            said["conditions"] = {
                str(basis.value): None if one is None else _plain(one) for basis, one in self.conditions.items()
            }
        for name in ("tariff", "commitment"):
            if (value := getattr(self, name)) is not None:
                said[name] = value
        if self.gives_back:
            said["gives_back"] = True
        return said

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> OfferChanges:
        def read[T](kind: type[T], part: Mapping[str, Any] | None) -> T | None:
            return None if part is None else _typed(kind, part)

        return cls(
            plan=read(OfferAgreed, said.get("plan")),
            billing=read(Billing, said.get("billing")),
            options=tuple(_typed(OfferAgreed, one) for one in said.get("options", ())),
            removed=tuple(said.get("removed", ())),
            tariff=said.get("tariff"),
            conditions={
                DiscountBasis(basis): read(Condition, one) for basis, one in said.get("conditions", {}).items()
            },
            commitment=said.get("commitment"),
            handset=read(HandsetAgreed, said.get("handset")),
            gives_back=bool(said.get("gives_back")),
        )


_AMOUNTS = ("price", "percent", "amount")


def _plain(part: Any) -> dict[str, Any]:
    values = {name: getattr(part, name) for name in part.__dataclass_fields__}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _typed[T](kind: type[T], part: Mapping[str, Any]) -> T:
    return kind(
        **{name: Decimal(value) if name in _AMOUNTS and value is not None else value for name, value in part.items()}
    )
