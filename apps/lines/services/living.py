"""Restriction, reactivation, termination: the line's status and that of its card."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from apps.accounts.models import User
from apps.catalog.choices import FeeKind
from apps.core.exceptions import DomainError
from apps.lines.choices import Barring, LineStatus, OperationKind, RestrictionReason, TerminationReason
from apps.lines.mails import tell
from apps.lines.models import Line, LineOperation, LineState
from apps.lines.services.committing import early_termination_of
from apps.lines.services.fees import charge, early_termination_charges, fee, plan_on
from apps.lines.services.handsets import end_handsets
from apps.lines.services.periods import (
    SERVING,
    allowances_changed,
    current,
    end_period,
    end_subscription,
    journal,
    last_change,
    locked,
    not_ended,
    not_later,
    refuse_change_underneath,
    refuse_unless,
    refuse_unless_serving,
    serving,
    turn_over,
)
from apps.sims.choices import SimStatus
from apps.sims.services import move_cards

STATE_CHANGES = (OperationKind.RESTRICTION, OperationKind.REACTIVATION, OperationKind.TERMINATION)


@transaction.atomic
def suspend_line(
    *,
    line: Line,
    on: date,
    today: date,
    actor: User | None,
    barring: Barring = Barring.BOTH,
    billed: bool = True,
    cause: RestrictionReason | None = None,
    reason: str = "",
) -> LineOperation:
    """Restrict the line from ``on``; with ``billed`` false its recurring charges stop until it is reactivated.

    A line that is restricted already may get another barring, or be billed otherwise. DomainError where it is
    restricted just so.
    """
    line = serving(line, on=on, alone=True)
    not_later(on, today)
    state = _state_to_change(line, on)
    if is_restricted_so(state, barring, billed):
        raise DomainError(_("This line is restricted so already."))
    before = _facts(state)
    if line.status == LineStatus.ACTIVE:
        _move(line, "suspend")
        _move_card(line, SimStatus.SUSPENDED, actor, reason)
    after = _facts(turn_over(state, on=on, status=LineStatus.SUSPENDED, barring=barring, billed=billed))
    operation = journal(
        line,
        OperationKind.RESTRICTION,
        actor=actor,
        on=on,
        reason=reason,
        before=before,
        after=after if cause is None else after | {"restriction_reason": cause},
    )
    tell(operation)
    return operation


def refuse_restriction(*, line: Line, on: date) -> LineState:
    """The state that a restriction from ``on`` would take the place of; DomainError where there can be none."""
    refuse_unless_serving(line, on=on)
    return _state_to_change(line, on)


#: So it is with a reactivation; an active line has nothing to be reactivated from.
refuse_reactivation = refuse_restriction


def is_restricted_so(state: LineState, barring: str, billed: bool) -> bool:
    return (state.status, state.barring, state.billed) == (LineStatus.SUSPENDED, barring, billed)


@transaction.atomic
def reactivate_line(*, line: Line, on: date, today: date, actor: User | None, reason: str = "") -> LineOperation:
    """Lift the restriction from ``on``."""
    line = serving(line, on=on, alone=True)
    not_later(on, today)
    refuse_unless(line.status == LineStatus.SUSPENDED, line)
    state = _state_to_change(line, on)
    before = _facts(state)
    _move(line, "reactivate")
    _move_card(line, SimStatus.ACTIVE, actor, reason)
    after = _facts(turn_over(state, on=on, status=LineStatus.ACTIVE, barring="", billed=True))
    operation = journal(line, OperationKind.REACTIVATION, actor=actor, on=on, reason=reason, before=before, after=after)
    tell(operation)
    return operation


@transaction.atomic
def take_back_state(*, operation: LineOperation, actor: User | None, reason: str = "") -> LineOperation:
    """Make the line what it was before ``operation`` restricted or reactivated it by mistake, from that same day.

    DomainError once its state has changed again, or the line has ended.
    """
    on = operation.effective_on
    line = serving(operation.line, on=on, alone=True)
    state = _state_to_change(line, on)
    later = line.operations.filter(pk__gt=operation.pk, kind__in=STATE_CHANGES)
    if state.start != on or later.exists():
        raise DomainError(_("The line was restricted or reactivated again since: it stays as it is."))
    before, former = _facts(state), operation.before
    restricted = former["status"] == LineStatus.SUSPENDED
    if line.status != former["status"]:
        _move(line, "suspend" if restricted else "reactivate")
        _move_card(line, SimStatus.SUSPENDED if restricted else SimStatus.ACTIVE, actor, reason)
    wanted = {"barring": former.get("barring", ""), "billed": former.get("billed", True)}
    after = _facts(turn_over(state, on=on, status=LineStatus(former["status"]), **wanted))
    kind = OperationKind.RESTRICTION if restricted else OperationKind.REACTIVATION
    correction = journal(line, kind, actor=actor, on=on, reason=reason, before=before, after=after)
    tell(correction)
    return correction


@transaction.atomic
def terminate_line(
    *,
    line: Line,
    on: date,
    today: date,
    actor: User | None,
    fees: bool = True,
    told: bool = True,
    cause: TerminationReason | None = None,
    requested_on: date | None = None,
    charged_early: bool = False,
    reason: str = "",
) -> LineOperation:
    """End the line for good: ``on`` is the first day without service. Its number is free from that day.

    The plan's termination fee is charged unless told otherwise; with ``charged_early`` so is what leaving before the
    end of the commitment costs. The customer is told of it by mail if the integrator has such mails sent; ``told``
    false is for files of fleets. A line that was to end later ends now. Subscriptions that would only have begun later
    never begin. DomainError when something of the line was changed since, or when it did not serve a day before.
    """
    line = locked(line)
    not_later(on, today)
    refuse_termination(line=line, on=on, today=today)
    before, plan = {"status": line.status}, plan_on(line, on - timedelta(days=1))
    early = early_termination_of(line=line, on=on) if charged_early else None
    line.terminated_on = on
    _move(line, "terminate")
    _move_card(line, SimStatus.TERMINATED, actor, reason)
    for facts in (line.numbers, line.sims, line.states, line.tariffs, line.internationals):
        for period in facts.filter(not_ended(on)):
            end_period(period, on=on)
    end_handsets(line, on=on)
    for subscription in line.subscriptions.filter(not_ended(on)):
        end_subscription(subscription, on=on)
    after: dict[str, Any] = {"status": LineStatus.TERMINATED, "terminated_on": str(on)}
    if cause is not None:
        after["termination_reason"] = cause
    if requested_on is not None:
        after["requested_on"] = str(requested_on)
    if early is not None and early.amount:
        after["early_termination"] = str(early.amount)
        charge(early_termination_charges(line, plan, early.amount, on))
    operation = journal(line, OperationKind.TERMINATION, actor=actor, on=on, reason=reason, before=before, after=after)
    if fees:
        charge(fee(line, plan, FeeKind.TERMINATION, operation, on))
    allowances_changed(line.pk)
    if told:
        tell(operation)
    return operation


def refuse_termination(*, line: Line, on: date, today: date) -> None:
    """DomainError where the line cannot end on ``on``. It reads what a caller with many lines has fetched along."""
    refuse_unless(line.status in SERVING, line)
    if line.terminated_on is not None and on > line.terminated_on:
        raise DomainError(
            _("This line ends on %(day)s already: it cannot end later.") % {"day": f"{line.terminated_on:%d/%m/%Y}"}
        )
    changed_on = last_change(line, today=today)
    if on <= changed_on:
        raise DomainError(
            _("Something of this line changed on %(day)s: it cannot end before the next day.")
            % {"day": f"{changed_on:%d/%m/%Y}"}
        )


def _move(line: Line, transition: str) -> None:
    try:
        getattr(line, transition)()
    except TransitionNotAllowed:
        refuse_unless(False, line)
    line.save()


def _state_to_change(line: Line, on: date) -> LineState:
    """The state of a serving line that goes on after ``on``, and which nothing has changed since then."""
    state = current(line.states.all(), on=on)
    if state is None:
        raise LookupError(f"line {line.pk} serves and has no status period on {on}")
    refuse_change_underneath(state, on)
    return state


def _facts(state: LineState) -> dict[str, Any]:
    """What the journal keeps of a state."""
    if state.status == LineStatus.ACTIVE:
        return {"status": state.status}
    return {"status": state.status, "barring": state.barring, "billed": state.billed}


def _move_card(line: Line, target: SimStatus, actor: User | None, reason: str) -> None:
    card = line.sims.order_by("start").last()
    if card is not None:
        move_cards(targets={card.sim_id: target}, actor=actor, reason=reason)
