"""Doing an operation: at once, or on its day. Every way of doing one ends here."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.french import day as day_text
from apps.core.french import long_day
from apps.lines.choices import PlannedState
from apps.lines.models import Line, LineOperation, PlannedOperation
from apps.lines.operations.kinds import Becomes, Doing, Operation, Text, operations

logger = logging.getLogger(__name__)


def outlook(*, operation: Operation, line: Line, parameters: Mapping[str, Any], on: date) -> Becomes | None:
    """What the line becomes on the day ``on``; None if it is so already. DomainError where that is refused."""
    for planned in line.planned_operations.all():
        if planned.state == PlannedState.PLANNED and (planned.code, planned.effective_on) == (operation.code, on):
            raise DomainError(_planned_already(on))
    return operation.plan(line, dict(parameters), on)


def _planned_already(on: date) -> str:
    return _("This operation is planned for %(day)s already.") % {"day": day_text(on)}


@transaction.atomic
def do_operation(
    *,
    line: Line,
    operation: Operation,
    parameters: Mapping[str, Any],
    on: date,
    today: date,
    actor: User | None,
    reason: str = "",
) -> LineOperation | PlannedOperation:
    """Do it as of ``on``, ``today`` or before; plan it where ``on`` is still to come.

    DomainError where it is refused, where it would change nothing, or where it is planned for that day already.
    """
    line = operation.hold(line)
    if outlook(operation=operation, line=line, parameters=parameters, on=on) is None:
        raise DomainError(_("It is so already: nothing changes."))
    doing = Doing(on=on, today=today, actor=actor, reason=reason)
    return carry_out(line=line, operation=operation, parameters=parameters, doing=doing)


def carry_out(
    *, line: Line, operation: Operation, parameters: Mapping[str, Any], doing: Doing
) -> LineOperation | PlannedOperation:
    """The same for a line that the caller holds, and of which it has just asked the :func:`outlook`."""
    if doing.on <= doing.today:
        return operation.apply(line, dict(parameters), doing)
    return PlannedOperation.objects.create(
        line=line,
        code=operation.code,
        kind=operation.kind,
        parameters=dict(parameters),
        effective_on=doing.on,
        reason=doing.reason,
        asked_by=doing.actor,
    )


def preview(
    *, operation: Operation, line: Line, parameters: Mapping[str, Any], on: date, today: date
) -> Iterator[Text]:
    """Sentences that say what doing it would do, first of all to the line; DomainError where it is refused."""
    becomes = outlook(operation=operation, line=line, parameters=parameters, on=on)
    if becomes is None:
        raise DomainError(_("It is so already: nothing changes."))
    yield f"{becomes.before or '–'} → {becomes.after or '–'}"
    yield _("From %(day)s.") % {"day": long_day(on)}
    if on > today:
        yield _("It is planned: it will be done on that day, if the line still allows it then.")
    yield from operation.effects(line, dict(parameters), on)


# --- On its day


@transaction.atomic
def cancel_planned(*, planned: PlannedOperation, actor: User | None, now: datetime) -> PlannedOperation:
    """Give a planned operation up. DomainError once it is done, refused or given up."""
    planned = PlannedOperation.objects.select_for_update(of=("self",)).get(pk=planned.pk)
    if planned.state != PlannedState.PLANNED:
        raise DomainError(
            _("This operation is “%(state)s”: it cannot be given up any more.") % {"state": planned.get_state_display()}
        )
    planned.cancel()
    planned.settled_by, planned.settled_at = actor, now
    planned.save()
    return planned


def apply_next(*, today: date, now: datetime) -> PlannedOperation | None:
    """Do the next planned operation whose day has come, in a transaction of its own; None if there is none.

    What the line refuses by then is kept with its sentence. Several workers may do this at once: an operation is done
    once, and those of a line in the order of their days, then in that in which they were asked for.
    """
    due = PlannedOperation.objects.filter(state=PlannedState.PLANNED, effective_on__lte=today)
    found = due.select_related("line").first()
    return None if found is None else _settle(found, today=today, now=now)


@transaction.atomic
def _settle(planned: PlannedOperation, *, today: date, now: datetime) -> PlannedOperation:
    operation = operations().get(planned.code)
    # The line first: whoever plans or undoes holds it before the planned row.
    line = planned.line if operation is None else operation.hold(planned.line)
    planned = PlannedOperation.objects.select_for_update(of=("self",)).get(pk=planned.pk)
    if planned.state != PlannedState.PLANNED:  # another worker was faster, or it was given up
        return planned
    planned.settled_at = now
    try:
        with transaction.atomic():
            entry = _apply(planned, operation, line, today)
    except DomainError as refusal:
        planned.refusal = " ".join([str(refusal), *refusal.reasons])
        planned.refuse()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("planned operation %d broke", planned.pk)
        planned.refusal = _("Unexpected error: see the server's log.")
        planned.refuse()
    else:
        planned.operation = entry
        planned.finish()
    planned.save()
    return planned


def _apply(planned: PlannedOperation, operation: Operation | None, line: Line, today: date) -> LineOperation:
    if operation is None:
        raise DomainError(gettext_lazy("Nothing here knows this operation any more."))
    on = planned.effective_on
    if operation.plan(line, planned.parameters, on) is None:
        raise DomainError(_("It is so already: nothing changes."))
    doing = Doing(on=on, today=today, actor=planned.asked_by, reason=planned.reason)
    return operation.apply(line, planned.parameters, doing)
