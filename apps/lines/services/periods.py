"""Turning a dated fact over: the old period ends on the day the new one starts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.models import Period
from apps.core.slots import notify
from apps.lines.choices import OperationKind
from apps.lines.models import Line, LineOperation

ALLOWANCES_CHANGED = "lines.allowances_changed"


def locked(line: Line) -> Line:
    """The line as it is now, locked until the caller's transaction ends."""
    return Line.objects.select_for_update().select_related("customer").get(pk=line.pk)


def turn_over[P: Period](current: P | None, *, on: date, **successor: Any) -> P | None:
    """End ``current`` on ``on`` and start its successor, a copy with the fields given changed.

    A second change on one day replaces the period: the journal keeps both. DomainError if the period in force
    began later than ``on``: what has been changed since cannot be changed underneath.
    """
    if current is None:
        return None
    if current.start > on:
        raise DomainError(
            _("Something of this line changes on %(day)s already: choose that day or a later one.")
            % {"day": f"{current.start:%d/%m/%Y}"}
        )
    if current.start == on:
        for name, value in successor.items():
            setattr(current, name, value)
        current.save()
        return current
    fields = {field.name: getattr(current, field.name) for field in current._meta.concrete_fields}
    fields.pop(current._meta.pk.name)
    end_period(current, on=on)
    return type(current)._default_manager.create(**{**fields, "start": on, **successor})


def end_period(period: Period, *, on: date) -> None:
    """End an open period; one that would end before it began is removed, for it never held."""
    if period.start >= on:
        period.delete()
        return
    period.end = on
    period.save(update_fields=["end"])


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
    return LineOperation.objects.create(
        line=line, kind=kind, actor=actor, effective_on=on, reason=reason, before=before or {}, after=after or {}
    )


def allowances_changed(*line_ids: int) -> None:
    """Tell whoever computes usage, in the caller's transaction."""
    assert transaction.get_connection().in_atomic_block
    notify(ALLOWANCES_CHANGED, line_ids=list(line_ids))
