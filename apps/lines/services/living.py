"""Restriction, reactivation, termination: the line's status and that of its card."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.models import Period
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.models import Line
from apps.lines.services.periods import allowances_changed, end_period, journal, locked, turn_over
from apps.sims.choices import SimStatus
from apps.sims.services import move_cards


@transaction.atomic
def suspend_line(
    *, line: Line, on: date, today: date, actor: User | None, billed: bool = True, reason: str = ""
) -> Line:
    """Restrict the line from ``on``; with ``billed`` false its recurring charges stop until it is reactivated."""
    line = locked(line)
    _not_later(on, today)
    _move(line, "suspend")
    state = line.states.open().first()
    turn_over(state, on=on, status=LineStatus.SUSPENDED, billed=billed)
    _move_cards(line, SimStatus.SUSPENDED, actor, reason)
    journal(
        line,
        OperationKind.RESTRICTION,
        actor=actor,
        on=on,
        reason=reason,
        before={"status": LineStatus.ACTIVE},
        after={"status": LineStatus.SUSPENDED, "billed": billed},
    )
    return line


@transaction.atomic
def reactivate_line(*, line: Line, on: date, today: date, actor: User | None, reason: str = "") -> Line:
    """Lift the restriction from ``on``."""
    line = locked(line)
    _not_later(on, today)
    _move(line, "reactivate")
    turn_over(line.states.open().first(), on=on, status=LineStatus.ACTIVE, billed=True)
    _move_cards(line, SimStatus.ACTIVE, actor, reason)
    journal(
        line,
        OperationKind.REACTIVATION,
        actor=actor,
        on=on,
        reason=reason,
        before={"status": LineStatus.SUSPENDED},
        after={"status": LineStatus.ACTIVE},
    )
    return line


@transaction.atomic
def terminate_line(*, line: Line, on: date, today: date, actor: User | None, reason: str = "") -> Line:
    """End the line for good: ``on`` is the first day without service. Its number is free from that day.

    Subscriptions that would only have begun later never begin. DomainError when something of the line was changed
    after ``on``, or when it did not serve a day before.
    """
    line = locked(line)
    _not_later(on, today)
    if line.activated_on is None or on <= line.activated_on:
        raise DomainError(_("A line serves at least one day: it cannot end on the day it was activated or before."))
    before = {"status": line.status}
    line.terminated_on = on
    _move(line, "terminate")
    facts: list[Period] = [
        *line.numbers.open(),
        *line.sims.open(),
        *line.states.open(),
        *line.tariffs.open(),
    ]
    for period in facts:
        if period.start >= on:
            raise DomainError(
                _("Something of this line changed on %(day)s: it cannot end before.")
                % {"day": f"{period.start:%d/%m/%Y}"}
            )
    cards = {period.sim_id: SimStatus.TERMINATED for period in line.sims.open()}
    for period in [*facts, *line.subscriptions.filter(Q(end__isnull=True) | Q(end__gt=on))]:
        end_period(period, on=on)
    move_cards(targets=cards, actor=actor, reason=reason)
    journal(
        line,
        OperationKind.TERMINATION,
        actor=actor,
        on=on,
        reason=reason,
        before=before,
        after={"status": LineStatus.TERMINATED, "terminated_on": str(on)},
    )
    allowances_changed(line.pk)
    return line


def _move(line: Line, transition: str) -> None:
    try:
        getattr(line, transition)()
    except TransitionNotAllowed:
        raise DomainError(
            _("The line %(line)s is “%(status)s”: this cannot be done to it.")
            % {"line": line, "status": line.get_status_display()}
        ) from None
    line.save()


def _not_later(on: date, today: date) -> None:
    if on > today:
        raise DomainError(_("A change of status takes effect today or earlier, not on a day to come."))


def _move_cards(line: Line, target: SimStatus, actor: User | None, reason: str) -> None:
    cards = line.sims.open().values_list("sim_id", flat=True)
    move_cards(targets=dict.fromkeys(cards, target), actor=actor, reason=reason)
