"""What happens to SIM cards. Their status changes here only, by the transitions of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_update_with_history

from apps.core.exceptions import DomainError
from apps.core.imports import ROWS_PER_UPDATE, in_batches
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard

# A card that a line takes over suspended or already terminated has been active in between.
_THROUGH_ACTIVE = {SimStatus.SUSPENDED, SimStatus.TERMINATED}


@transaction.atomic
def move_cards(*, targets: Mapping[int, SimStatus], actor: Any, reason: str = "") -> None:
    """Bring each card (by primary key) to its status, all or none.

    The cards are locked, then moved by their own transitions; a card already there is left alone. ``reason``
    goes to the history. DomainError for the first card that cannot become what is asked.
    """
    moved = []
    # In the order of their keys, so that two of us wait for one another instead of both for ever.
    for card in in_batches(SimCard.objects.select_for_update().order_by("pk"), "pk", sorted(targets)):
        target = targets[card.pk]
        if card.status != target:
            _move(card, target)
            moved.append(card)
    bulk_update_with_history(
        moved,
        SimCard,
        ["status"],
        batch_size=ROWS_PER_UPDATE,
        default_user=actor,
        default_change_reason=reason[:100] or None,
    )


def can_become(card: SimCard, target: SimStatus) -> bool:
    """Whether :func:`move_cards` would bring ``card`` to ``target``."""
    return bool(card.status == target or _steps(card, target))


def _steps(card: SimCard, target: SimStatus) -> list[str]:
    """Names of the transitions that lead to ``target``; none if it is out of reach."""
    # The method is made by the status field.
    transitions = card.get_available_status_transitions()  # type: ignore[attr-defined]
    available = {step.target: step.name for step in transitions}
    if target in available:
        return [available[target]]
    if target in _THROUGH_ACTIVE and available.get(SimStatus.ACTIVE) == "activate":
        return ["activate", {SimStatus.SUSPENDED: "suspend", SimStatus.TERMINATED: "terminate"}[target]]
    return []


def _move(card: SimCard, target: SimStatus) -> None:
    steps = _steps(card, target)
    if not steps:
        raise DomainError(
            _("SIM card %(iccid)s: a card that is “%(status)s” cannot become “%(target)s”.")
            % {"iccid": card.iccid, "status": card.get_status_display(), "target": target.label}
        )
    for step in steps:
        getattr(card, step)()
