"""What offers include each month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from apps.catalog.choices import BeyondCeiling, UsageKind
from apps.catalog.models import Allowance, Offer
from apps.catalog.quantities import UNLIMITED, Quantity
from apps.catalog.services.telling import tell
from apps.catalog.wording import included_text, said_changes
from apps.core.imports import ROWS_PER_UPDATE
from apps.core.slots import notify

ALLOWANCES_CHANGED: Final = "catalog.allowances_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """What an offer includes of one kind: seconds, messages or bytes, UNLIMITED, or 0 for nothing.

    See :class:`~apps.catalog.models.Allowance`; only what is unlimited has a ``ceiling``.
    """

    quantity: Quantity = 0
    shared: bool = False
    ceiling: int | None = None
    beyond: BeyondCeiling = BeyondCeiling.CHARGED

    @classmethod
    def by(cls, allowance: Allowance | None) -> Included:
        if allowance is None:
            return cls()
        quantity: Quantity = UNLIMITED if allowance.quantity is None else allowance.quantity
        return cls(
            quantity=quantity,
            shared=allowance.shared,
            ceiling=allowance.ceiling,
            beyond=BeyondCeiling(allowance.beyond),
        )


@transaction.atomic
def set_allowances(
    *, included: Mapping[int, Mapping[UsageKind, Quantity | Included]], actor: Any = None, tell_history: bool = False
) -> None:
    """Say what offers (by primary key) include each month.

    Kinds that are not named stay; where a quantity alone is given, so does who shares it, and the ceiling of what was
    unlimited and remains so. Those who compute usage are told by the slot ``catalog.allowances_changed``.
    """
    wanted = {(offer, kind): quantity for offer, kinds in included.items() for kind, quantity in kinds.items()}
    before = _told(included)
    gone, changed = [], []
    for allowance in Allowance.objects.select_for_update().filter(offer__in=included):
        key = (allowance.offer_id, UsageKind(allowance.kind))
        if key not in wanted:
            continue
        what = _whole(wanted.pop(key), allowance)
        if what.quantity == 0:
            gone.append(allowance.pk)
        else:
            _say(allowance, what)
            changed.append(allowance)
    Allowance.objects.filter(pk__in=gone).delete()
    Allowance.objects.bulk_update(
        changed, ["quantity", "unlimited", "shared", "ceiling", "beyond"], batch_size=ROWS_PER_UPDATE
    )
    Allowance.objects.bulk_create(
        _say(Allowance(offer_id=offer, kind=kind), what)
        for (offer, kind), what in ((key, _whole(quantity, None)) for key, quantity in wanted.items())
        if what.quantity != 0
    )
    if tell_history:
        after = _told(included)
        for offer in Offer.objects.filter(pk__in=included):
            if said := said_changes(before.get(offer.pk, {}), after.get(offer.pk, {})):
                tell(offer, said, actor=actor)
    notify(ALLOWANCES_CHANGED, offer_ids=list(included))


@transaction.atomic
def include(*, offer: Offer, included: Mapping[UsageKind, Included], throughput: str, actor: Any) -> None:
    """Change what the offer includes, and how fast its data goes; both are told in its history."""
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if throughput != offer.throughput:
        offer.throughput = throughput
        offer._history_user = actor  # type: ignore[attr-defined]  # of simple-history
        offer.save()
    set_allowances(included={offer.pk: included}, actor=actor, tell_history=True)


def texts_of(included: Mapping[UsageKind, Included]) -> dict[str, str]:
    """By kind of usage what would be included, in words."""
    return {
        str(kind.label): included_text(_say(Allowance(kind=kind), what))
        for kind, what in sorted(included.items())
        if what.quantity != 0
    }


def _told(offer_ids: Any) -> dict[int, dict[str, str]]:
    """By offer and kind what is included, in words."""
    said: dict[int, dict[str, str]] = {}
    for allowance in Allowance.objects.filter(offer__in=offer_ids).order_by("kind"):
        said.setdefault(allowance.offer_id, {})[str(allowance.get_kind_display())] = included_text(allowance)
    return said


def _whole(what: Quantity | Included, allowance: Allowance | None) -> Included:
    if isinstance(what, Included):
        return what
    there = Included.by(allowance)
    ceiling = there.ceiling if what == UNLIMITED else None
    return Included(quantity=what, shared=there.shared, ceiling=ceiling, beyond=there.beyond)


def _say(allowance: Allowance, what: Included) -> Allowance:
    allowance.unlimited = what.quantity == UNLIMITED
    allowance.quantity = None if what.quantity == UNLIMITED else what.quantity
    allowance.shared, allowance.ceiling, allowance.beyond = what.shared, what.ceiling, what.beyond
    return allowance
