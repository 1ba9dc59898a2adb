"""What happens to SIM cards. Their status changes here only, by the transitions of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_update_with_history

from apps.core.exceptions import DomainError
from apps.core.imports import ROWS_PER_UPDATE, in_batches
from apps.sims.choices import SimStatus
from apps.sims.models import CORRECTION, SimCard

# A card that a line takes over suspended or already terminated has been active in between.
_THROUGH_ACTIVE = {SimStatus.SUSPENDED, SimStatus.TERMINATED}

REASON_LENGTH: Final = 100

#: What a card can be declared to be, apart from any line. All else comes with an order or with a line.
DECLARED: Final = (SimStatus.LOST, SimStatus.FAULTY)

# Why a card cannot be declared so, where something else has to be done first, or nothing is left to do.
_NOT_DECLARED: Final = {
    SimStatus.RESERVED: _("It is reserved for an order: cancel the order or choose another card there first."),
    SimStatus.ACTIVE: _("It is in a line that is in service: replace it first (SIM SWAP), then declare it."),
    SimStatus.SUSPENDED: _("It is in a suspended line: replace it first (SIM SWAP), then declare it."),
    SimStatus.TERMINATED: _("It ended with its line: there is nothing left to declare."),
    SimStatus.LOST: _("It is declared lost."),
    SimStatus.FAULTY: _("It is declared faulty."),
}


@transaction.atomic
def move_cards(*, targets: Mapping[int, SimStatus], actor: Any, reason: str = "") -> None:
    """Bring each card (by primary key) to its status, all or none.

    The cards are locked, then moved by their own transitions; a card already there is left alone. ``reason``
    goes to the history. DomainError for the first card that cannot become what is asked.
    """
    _write(targets, _move, actor, reason)


@transaction.atomic
def declare_card(*, card: SimCard, status: SimStatus, actor: Any, reason: str) -> None:
    """Note that a card of the stock, or a replaced one, is lost or faulty; DomainError says what prevents it."""
    locked = SimCard.objects.select_for_update().get(pk=card.pk)
    if check_declaration(card=locked, status=status):
        move_cards(targets={card.pk: status}, actor=actor, reason=reason)


def check_declaration(*, card: SimCard, status: SimStatus) -> bool:
    """Whether declaring ``card`` so would change it. DomainError where it cannot be declared."""
    if status not in DECLARED:
        raise ValueError(f"no card is declared {status}")
    if card.status == status:
        return False
    if not can_become(card, status):
        raise DomainError(_NOT_DECLARED[SimStatus(card.status)])
    return True


@transaction.atomic
def take_back_declaration(*, card: SimCard, status: SimStatus, actor: Any, reason: str = "") -> None:
    """Make a card that was declared lost or faulty by mistake what it was before: in stock, or replaced.

    DomainError if it is no longer declared so.
    """
    _write({card.pk: status}, _correct, actor, reason)


def _write(
    targets: Mapping[int, SimStatus], move: Callable[[SimCard, SimStatus], None], actor: Any, reason: str
) -> None:
    moved = []
    # In the order of their keys, so that two of us wait for one another instead of both for ever.
    for card in in_batches(SimCard.objects.select_for_update().order_by("pk"), "pk", sorted(targets)):
        target = targets[card.pk]
        if card.status != target:
            move(card, target)
            moved.append(card)
    bulk_update_with_history(
        moved,
        SimCard,
        ["status"],
        batch_size=ROWS_PER_UPDATE,
        default_user=actor,
        default_change_reason=reason[:REASON_LENGTH] or None,
    )


def can_become(card: SimCard, target: SimStatus) -> bool:
    """Whether :func:`move_cards` would bring ``card`` to ``target``."""
    return bool(card.status == target or _steps(card, target))


def _steps(card: SimCard, target: SimStatus) -> list[str]:
    """Names of the transitions that lead to ``target``; none if it is out of reach."""
    available = _available(card, corrections=False)
    if target in available:
        return [available[target]]
    if target in _THROUGH_ACTIVE and available.get(SimStatus.ACTIVE) == "activate":
        return ["activate", {SimStatus.SUSPENDED: "suspend", SimStatus.TERMINATED: "terminate"}[target]]
    return []


def _available(card: SimCard, *, corrections: bool) -> dict[str, str]:
    """The transitions that the card allows now, by what it becomes: those of its life, or those that correct one."""
    # The method is made by the status field.
    transitions = card.get_available_status_transitions()  # type: ignore[attr-defined]
    return {step.target: step.name for step in transitions if (step.custom == CORRECTION) == corrections}


def _move(card: SimCard, target: SimStatus) -> None:
    steps = _steps(card, target)
    if not steps:
        raise DomainError(
            _("SIM card %(iccid)s: a card that is “%(status)s” cannot become “%(target)s”.")
            % {"iccid": card.iccid, "status": card.get_status_display(), "target": target.label}
        )
    for step in steps:
        getattr(card, step)()


def _correct(card: SimCard, target: SimStatus) -> None:
    step = _available(card, corrections=True).get(target)
    if step is None:
        raise DomainError(
            _("It is “%(status)s” now: the declaration has been gone on from.") % {"status": card.get_status_display()}
        )
    getattr(card, step)()
