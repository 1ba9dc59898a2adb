"""Restriction, reactivation, termination: the line's status and that of its card."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from apps.accounts.models import User
from apps.catalog.choices import FeeKind
from apps.core.exceptions import DomainError
from apps.lines.choices import Barring, LineStatus, OperationKind
from apps.lines.mails import tell
from apps.lines.models import Line
from apps.lines.services.fees import charge, fee, plan_on
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
    refuse_unless,
    serving,
    turn_over,
)
from apps.sims.choices import SimStatus
from apps.sims.services import move_cards


@transaction.atomic
def suspend_line(
    *,
    line: Line,
    on: date,
    today: date,
    actor: User | None,
    barring: Barring = Barring.BOTH,
    billed: bool = True,
    reason: str = "",
) -> Line:
    """Restrict the line from ``on``; with ``billed`` false its recurring charges stop until it is reactivated."""
    line = serving(line, on=on)
    not_later(on, today)
    _move(line, "suspend")
    _turn_state(line, on, LineStatus.SUSPENDED, barring=barring, billed=billed)
    _move_card(line, SimStatus.SUSPENDED, actor, reason)
    operation = journal(
        line,
        OperationKind.RESTRICTION,
        actor=actor,
        on=on,
        reason=reason,
        before={"status": LineStatus.ACTIVE},
        after={"status": LineStatus.SUSPENDED, "barring": barring, "billed": billed},
    )
    tell(operation)
    return line


@transaction.atomic
def reactivate_line(*, line: Line, on: date, today: date, actor: User | None, reason: str = "") -> Line:
    """Lift the restriction from ``on``."""
    line = serving(line, on=on)
    not_later(on, today)
    _move(line, "reactivate")
    _turn_state(line, on, LineStatus.ACTIVE, billed=True)
    _move_card(line, SimStatus.ACTIVE, actor, reason)
    operation = journal(
        line,
        OperationKind.REACTIVATION,
        actor=actor,
        on=on,
        reason=reason,
        before={"status": LineStatus.SUSPENDED},
        after={"status": LineStatus.ACTIVE},
    )
    tell(operation)
    return line


@transaction.atomic
def terminate_line(
    *, line: Line, on: date, today: date, actor: User | None, fees: bool = True, told: bool = True, reason: str = ""
) -> Line:
    """End the line for good: ``on`` is the first day without service. Its number is free from that day.

    The plan's termination fee is charged unless told otherwise. The customer is told of it by mail if the integrator
    has such mails sent; ``told`` false is for files of fleets. A line that was to end later ends now. Subscriptions
    that would only have begun later never begin. DomainError when something of the line was changed since, or when it
    did not serve a day before.
    """
    line = locked(line)
    not_later(on, today)
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
    before, plan = {"status": line.status}, plan_on(line, on - timedelta(days=1))
    line.terminated_on = on
    _move(line, "terminate")
    _move_card(line, SimStatus.TERMINATED, actor, reason)
    for facts in (line.numbers, line.sims, line.states, line.tariffs, line.internationals):
        for period in facts.filter(not_ended(on)):
            end_period(period, on=on)
    end_handsets(line, on=on)
    for subscription in line.subscriptions.filter(not_ended(on)):
        end_subscription(subscription, on=on)
    operation = journal(
        line,
        OperationKind.TERMINATION,
        actor=actor,
        on=on,
        reason=reason,
        before=before,
        after={"status": LineStatus.TERMINATED, "terminated_on": str(on)},
    )
    if fees:
        charge(fee(line, plan, FeeKind.TERMINATION, operation, on))
    allowances_changed(line.pk)
    if told:
        tell(operation)
    return line


def _move(line: Line, transition: str) -> None:
    try:
        getattr(line, transition)()
    except TransitionNotAllowed:
        refuse_unless(False, line)
    line.save()


def _turn_state(line: Line, on: date, status: LineStatus, *, barring: Barring | str = "", billed: bool) -> None:
    state = current(line.states.all(), on=on)
    if state is None:
        raise LookupError(f"line {line.pk} serves and has no status period on {on}")
    turn_over(state, on=on, status=status, barring=barring, billed=billed)


def _move_card(line: Line, target: SimStatus, actor: User | None, reason: str) -> None:
    card = line.sims.order_by("start").last()
    if card is not None:
        move_cards(targets={card.sim_id: target}, actor=actor, reason=reason)
