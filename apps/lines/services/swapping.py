"""SIM SWAP: another card in a line. Number, charges and usage stay as they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.choices import FeeKind
from apps.core.exceptions import DomainError
from apps.lines.choices import LineStatus, OperationKind, SwapReason
from apps.lines.models import Line, LineOperation, LineSim
from apps.lines.services.fees import charge, fee, plan_on
from apps.lines.services.periods import (
    current,
    journal,
    not_later,
    refuse_change_underneath,
    refuse_unless_serving,
    serving,
    turn_over,
)
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import move_cards

#: What an old card is declared, beyond being replaced.
DECLARED = {SwapReason.LOST: SimStatus.LOST, SwapReason.FAULTY: SimStatus.FAULTY}


def refuse_swap(*, line: Line, sim: SimCard, on: date, today: date) -> LineSim:
    """The period of the card that would be replaced; DomainError where it cannot be. Writes nothing."""
    refuse_unless_serving(line, on=on)
    not_later(on, today)
    period: LineSim | None = current(line.sims.select_related("sim"), on=on)
    if period is None:
        raise DomainError(_("The line has no SIM card to replace."))
    refuse_change_underneath(period, on)
    if sim.status != SimStatus.IN_STOCK:
        raise DomainError(
            _("SIM card %(iccid)s is “%(status)s”, not in stock.")
            % {"iccid": sim.iccid, "status": sim.get_status_display()}
        )
    return period


def swap_fee(line: Line, on: date) -> Decimal:
    """What the plan of the line charges for another card, excluding tax; 0 for nothing."""
    plan = plan_on(line, on)
    return Decimal(0) if plan is None else plan.fee(FeeKind.SWAP)


@transaction.atomic
def swap_sim(
    *,
    line: Line,
    sim: SimCard,
    on: date,
    today: date,
    actor: User | None,
    cause: SwapReason | None = None,
    declared: bool = False,
    fees: bool = True,
    reason: str = "",
) -> LineOperation:
    """Put another card in the line from ``on``; the old one is replaced for ever. Number and billing stay.

    With ``declared``, and a ``cause`` that says so, the old one is lost or faulty besides. The plan's fee for it is
    charged unless told otherwise (a faulty card costs nothing).
    """
    line = serving(line, on=on, alone=True)
    sim = SimCard.objects.select_for_update().get(pk=sim.pk)
    period = refuse_swap(line=line, sim=sim, on=on, today=today)
    old = period.sim
    turn_over(period, on=on, sim=sim)
    new = SimStatus.SUSPENDED if line.status == LineStatus.SUSPENDED else SimStatus.ACTIVE
    move_cards(targets={old.pk: SimStatus.REPLACED, sim.pk: new}, actor=actor, reason=reason)
    if declared and cause in DECLARED:
        move_cards(targets={old.pk: DECLARED[cause]}, actor=actor, reason=reason)
    operation = journal(
        line,
        OperationKind.SIM_SWAP,
        actor=actor,
        on=on,
        reason=reason,
        before={"sim": old.iccid},
        after={"sim": sim.iccid, **({} if cause is None else {"swap_reason": cause})},
    )
    if fees:
        charge(fee(line, plan_on(line, on), FeeKind.SWAP, operation, on))
    return operation
