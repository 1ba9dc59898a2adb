"""What is noted of a line and changes neither its service nor its charges: who uses it, its RIO, where it may call."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.lines.choices import International, LineStatus, OperationKind
from apps.lines.models import Line, LineInternational, LineOperation
from apps.lines.services.periods import (
    SERVING,
    current,
    journal,
    locked_alone,
    refuse_change_underneath,
    refuse_unless,
    serving,
    turn_over,
)

#: A line that waits to serve has a user and a RIO too.
NOTABLE = {LineStatus.PENDING, *SERVING}


@transaction.atomic
def change_user(*, line: Line, user_name: str, on: date, actor: User | None, reason: str = "") -> LineOperation:
    """Name the person who uses the line; ``user_name`` holds authorised characters only (the form checks)."""
    line = _notable(line)
    before, line.user_name = line.user_name, user_name
    line.save()
    return journal(
        line,
        OperationKind.USER_CHANGE,
        actor=actor,
        on=on,
        reason=reason,
        before={"user_name": before},
        after={"user_name": user_name},
    )


@transaction.atomic
def note_rio(*, line: Line, rio: str, on: date, actor: User | None, reason: str = "") -> LineOperation:
    """Keep the RIO that the operator told for the line; ``rio`` has been checked against its number."""
    line = _notable(line)
    before, line.rio = line.rio, rio
    line.save()
    return journal(
        line, OperationKind.RIO, actor=actor, on=on, reason=reason, before={"rio": before}, after={"rio": rio}
    )


@transaction.atomic
def change_international(
    *, line: Line, behaviour: International, on: date, actor: User | None, reason: str = ""
) -> LineOperation:
    """Say what the line may do beyond France from ``on``. DomainError where that is so already."""
    line = serving(line, on=on, alone=True)
    period = refuse_international(line=line, on=on)
    if period is not None and period.behaviour == behaviour:
        raise DomainError(_("This line has that behaviour already."))
    before = "" if period is None else period.behaviour
    if period is None:
        line.internationals.create(behaviour=behaviour, start=on, end=line.terminated_on)
    else:
        turn_over(period, on=on, behaviour=behaviour)
    return _journal_international(line, before, behaviour, on, actor, reason)


def refuse_international(*, line: Line, on: date) -> LineInternational | None:
    """What a behaviour from ``on`` would take the place of; DomainError where something was changed since."""
    period = current(line.internationals.all(), on=on)
    if period is not None:
        refuse_change_underneath(period, on)
    elif line.activated_on is not None and on < line.activated_on:
        raise DomainError(
            _("This line serves from %(day)s: choose that day or a later one.")
            % {"day": f"{line.activated_on:%d/%m/%Y}"}
        )
    return period


@transaction.atomic
def take_back_international(*, operation: LineOperation, actor: User | None, reason: str = "") -> LineOperation:
    """Make the behaviour what it was before ``operation``, from that same day. DomainError once it changed again."""
    on, former = operation.effective_on, operation.before.get("international", "")
    line = serving(operation.line, on=on, alone=True)
    period = current(line.internationals.all(), on=on)
    later = line.operations.filter(pk__gt=operation.pk, kind=OperationKind.INTERNATIONAL)
    if period is None or period.start != on or later.exists():
        raise DomainError(_("The international behaviour was changed again since: it stays as it is."))
    before = period.behaviour
    if former:
        period.behaviour = former
        period.save(update_fields=["behaviour"])
    else:
        period.delete()
    return _journal_international(line, before, former, on, actor, reason)


def _journal_international(
    line: Line, before: str, after: str, on: date, actor: User | None, reason: str
) -> LineOperation:
    return journal(
        line,
        OperationKind.INTERNATIONAL,
        actor=actor,
        on=on,
        reason=reason,
        before={"international": before},
        after={"international": after},
    )


def _notable(line: Line) -> Line:
    line = locked_alone(line)
    refuse_unless(line.status in NOTABLE, line)
    return line
