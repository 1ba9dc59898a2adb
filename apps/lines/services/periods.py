"""What all changes of a line share: it is locked and looked at, a dated fact is turned over, the journal written.

A line that is to end on a day to come has its periods end on that day already: «current» is what does not end
before, and what follows it ends no later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.models import Period
from apps.core.slots import notify
from apps.lines.choices import SERVING as SERVING
from apps.lines.choices import OperationKind
from apps.lines.models import Line, LineOperation, Subscription
from apps.lines.provisioning import ask, ask_each

ALLOWANCES_CHANGED = "lines.allowances_changed"


def locked(line: Line) -> Line:
    """The line as it is now, locked until the caller's transaction ends, with all lines of its customer.

    They may share allowances: what changes on one is then counted anew on all, and all must have been locked in the
    order of their keys.
    """
    list(Line.objects.locked().filter(customer=line.customer_id).values_list("pk"))
    return Line.objects.select_related("customer").get(pk=line.pk)


def locked_alone(line: Line) -> Line:
    """The line as it is now, locked, for a change that touches no allowance: the other lines may be anybody's."""
    return Line.objects.locked().select_related("customer").get(pk=line.pk)


def serving(line: Line, *, on: date, alone: bool = False) -> Line:
    """The line, locked, if it serves now and on the day ``on``; DomainError otherwise.

    ``alone`` leaves the customer's other lines unlocked, see :func:`locked_alone`.
    """
    line = locked_alone(line) if alone else locked(line)
    refuse_unless_serving(line, on=on)
    return line


def refuse_unless_serving(line: Line, *, on: date) -> None:
    """DomainError unless the line serves now and on the day ``on``."""
    refuse_unless(line.status in SERVING, line)
    if line.terminated_on is not None and on >= line.terminated_on:
        raise DomainError(
            _("This line ends on %(day)s: choose an earlier day.") % {"day": f"{line.terminated_on:%d/%m/%Y}"}
        )


def refuse_unless(allowed: bool, line: Line) -> None:
    """DomainError naming the status of a line to which something cannot be done."""
    if not allowed:
        raise DomainError(
            _("The line %(line)s is “%(status)s”: this cannot be done to it.")
            % {"line": line, "status": line.get_status_display()}
        )


def not_later(on: date, today: date) -> None:
    """What changes a status cannot be dated after ``today``."""
    if on > today:
        raise DomainError(_("A change of status takes effect today or earlier, not on a day to come."))


def not_ended(on: date) -> Q:
    """Periods that go on after the eve of ``on``, and those still to come."""
    return Q(end__isnull=True) | Q(end__gt=on)


def current[P: Period](periods: Iterable[P], *, on: date) -> P | None:
    """The last of a line's ``periods`` that has not ended by ``on``: in force then, or begun later."""
    going_on: list[P] = [period for period in periods if period.end is None or period.end > on]
    going_on.sort(key=attrgetter("start"))
    return going_on[-1] if going_on else None


def last_change(line: Line, *, today: date) -> date:
    """The last day on which a fact of the line began: it serves on that day, so it cannot end before the next.

    A charge that begins with billing or on a day to come does not count: it waits for the line to serve so long.
    """
    facts: list[Period] = [*line.numbers.all(), *line.sims.all(), *line.tariffs.all(), *line.states.all()]
    facts += [*line.internationals.all(), *line.handsets.all()]
    facts += [one for one in line.subscriptions.all() if one.start <= today and one.start != line.billing_start]
    return max(fact.start for fact in facts)


def turn_over[P: Period](period: P, *, on: date, **successor: Any) -> P:
    """End ``period`` on ``on`` and start its successor, a copy with the fields given changed.

    A second change on one day replaces the period: the journal keeps both. DomainError if the period began later
    than ``on``: what has been changed since cannot be changed underneath.
    """
    refuse_change_underneath(period, on)
    if period.start == on:
        for name, value in successor.items():
            setattr(period, name, value)
        period.save()
        return period
    fields = {field.name: getattr(period, field.name) for field in period._meta.concrete_fields}
    fields.pop(period._meta.pk.name)
    end_period(period, on=on)
    following = type(period)(**{**fields, "start": on, **successor})
    following.save()
    return following


def refuse_change_underneath(period: Period, on: date) -> None:
    if period.start > on:
        raise DomainError(
            _("Something of this line changes on %(day)s already: choose that day or a later one.")
            % {"day": f"{period.start:%d/%m/%Y}"}
        )


def end_period(period: Period, *, on: date) -> None:
    """End a period that began before ``on``."""
    period.end = on
    period.save(update_fields=["end"])


def end_subscription(subscription: Subscription, *, on: date) -> None:
    """End a charge; one that begins on ``on`` or later never held and goes, unless it has been invoiced."""
    if subscription.start < on:
        end_period(subscription, on=on)
        return
    try:
        subscription.discounts.all().delete()
        subscription.delete()
    except ProtectedError:
        raise DomainError(
            _("%(offer)s has been invoiced from %(day)s on: choose a later day.")
            % {"offer": subscription.offer.code, "day": f"{subscription.start:%d/%m/%Y}"}
        ) from None


def journal(
    line: Line,
    kind: OperationKind,
    *,
    actor: User | None,
    on: date,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> LineOperation:
    """Note what was done, and ask the operator for it: called last, when the line is what it has become."""
    operation = LineOperation.objects.create(
        line=line, kind=kind, actor=actor, effective_on=on, reason=reason, before=before or {}, after=after or {}
    )
    ask(operation)
    return operation


def journal_each(operations: Sequence[LineOperation], *, batch: int) -> list[LineOperation]:
    """As :func:`journal`, for operations on many lines at once."""
    made = LineOperation.objects.bulk_create(operations, batch_size=batch)
    ask_each(made)
    return made


def allowances_changed(*line_ids: int) -> None:
    """Tell whoever computes usage, in the caller's transaction."""
    notify(ALLOWANCES_CHANGED, line_ids=list(line_ids))
