"""An operation on many lines at once: ticked in «Parc mobile», or pasted as a column of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.core.french import day
from apps.core.identifiers import IdentifierRefused, normalise_msisdn
from apps.core.imports import in_batches
from apps.core.wording import sentence
from apps.jobs.bulk.kinds import Becomes, BulkKind, Memory, Parameters
from apps.jobs.bulk.kinds import register as register_bulk
from apps.lines.choices import LineStatus
from apps.lines.models import Line, LineOperation, PlannedOperation
from apps.lines.operations.doing import cancel_planned, carry_out, outlook
from apps.lines.operations.kinds import Answers, Doing, Operation
from apps.lines.provisioning.asking import asking_together

#: Of the lines that have had a number, the one that has it now comes last.
_OVER = (LineStatus.TERMINATED, LineStatus.CANCELLED)


def find_lines(texts: Sequence[str]) -> list[Line | str]:
    """The line of each text, a number in any form: the one that has it, or the last that had it."""
    numbers = [_number(text) for text in texts]
    known = {number for number, _refused in numbers if number}
    lines = list(in_batches(Line.objects.all(), "msisdn", known))
    lines.sort(key=lambda line: (line.status not in _OVER, line.pk))
    by_number = {line.msisdn: line for line in lines}
    return [by_number.get(number) or refused or _("No line has this number.") for number, refused in numbers]


def _number(text: str) -> tuple[str, str]:
    """What it is the number of, or why it is none."""
    try:
        return normalise_msisdn(text), ""
    except IdentifierRefused as refused:
        return "", sentence(refused)


def register_bulk_kind(operation: Operation) -> None:
    register_bulk(bulk_kind_of(operation))


def code_of(operation: Operation) -> str:
    return f"lines.{operation.code}"


def bulk_kind_of(operation: Operation) -> BulkKind:
    """The functions of the operation, for many lines."""

    def parameters(answers: Answers) -> Parameters:
        return {"asked": operation.parameters(answers), "on": answers["on"].isoformat(), "reason": answers["reason"]}

    def about(asked: Parameters) -> str:
        from_day = _("from %(day)s") % {"day": day(date.fromisoformat(asked["on"]))}
        return ", ".join(filter(None, [str(operation.about(asked["asked"])), from_day, asked["reason"]]))

    def rows(lines: QuerySet[Any]) -> QuerySet[Any]:
        return operation.rows(lines.select_related("customer").prefetch_related("planned_operations"))

    def plan(line: Line, asked: Parameters) -> Becomes | None:
        on = date.fromisoformat(asked["on"])
        return outlook(operation=operation, line=line, parameters=asked["asked"], on=on)

    def apply(line: Line, asked: Parameters, actor: Any) -> Memory:
        doing = Doing(on=date.fromisoformat(asked["on"]), today=localdate(), actor=actor, reason=asked["reason"])
        result = carry_out(line=line, operation=operation, parameters=asked["asked"], doing=doing)
        return {"planned" if isinstance(result, PlannedOperation) else "operation": result.pk}

    def undo(line: Line, memory: Memory, actor: Any) -> None:
        if "planned" in memory:
            cancel_planned(planned=PlannedOperation.objects.get(pk=memory["planned"]), actor=actor, now=timezone.now())
        elif operation.undo is not None:
            entry = LineOperation.objects.select_related("line").get(pk=memory["operation"], line=line)
            operation.undo(entry, actor, _("Undone"))
        else:
            raise DomainError(_("This cannot be undone."))

    return BulkKind(
        code=code_of(operation),
        title=operation.title,
        description=operation.description,
        model="lines.Line",
        permission=operation.permission,
        form=operation.form,
        parameters=parameters,
        about=about,
        find=find_lines,
        rows=rows,
        locked=lambda lines: lines.locked(),  # type: ignore[attr-defined]  # they are of Line's own kind
        hold=_hold_customers if operation.is_pooled else _hold_nothing,
        together=asking_together,
        plan=plan,
        apply=apply,
        undo=undo if operation.undo is not None else None,
    )


def _hold_nothing(keys: Sequence[int]) -> None:
    pass


def _hold_customers(keys: Sequence[int]) -> None:
    """All lines of the customers of these, in the order of their keys: they may share allowances."""
    customers = Line.objects.filter(pk__in=keys).values("customer")
    list(Line.objects.locked().filter(customer__in=customers).values_list("pk"))
