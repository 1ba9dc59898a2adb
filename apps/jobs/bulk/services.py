"""Verbs of bulk operations: choose rows, plan, confirm, abandon, go on, undo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.french import whole
from apps.core.imports import in_batches
from apps.jobs.bulk.choices import WITHOUT_ROW, BulkState, Outcome
from apps.jobs.bulk.kinds import BulkKind, bulk_kind
from apps.jobs.bulk.models import OPEN, UNDER_WAY, BulkItem, BulkOperation
from apps.jobs.models import Job
from apps.jobs.services import start_job

#: Planned within a request; more than that is a file's work.
MOST_ROWS = 10_000
MOST_LINES = 1_000
# What nobody completed is no part of the journal.
DRAFTS_KEPT = timedelta(days=1)


# --- Which rows


def choose_rows(*, kind: BulkKind, rows: QuerySet[Any], actor: User) -> BulkOperation:
    """A draft on ``rows``, in their order. DomainError when there are none, or more than one operation takes."""
    chosen = list(rows[: MOST_ROWS + 1])
    if not chosen:
        raise DomainError(_("There is no row to do anything to."))
    if len(chosen) > MOST_ROWS:
        raise DomainError(
            _("An operation takes at most %(count)s rows: narrow the list down with its filters.")
            % {"count": whole(MOST_ROWS)}
        )
    return _draft(kind, [_item(place, row) for place, row in enumerate(chosen, start=1)], actor)


def choose_pasted(*, kind: BulkKind, text: str, actor: User) -> BulkOperation:
    """A draft on the rows that the lines of ``text`` name, each kept with the number of its line.

    A line that names nothing, or what an earlier line named, is kept as such. DomainError when no line is left, or
    more than :data:`MOST_LINES`.
    """
    lines = [(place, line.strip()) for place, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise DomainError(_("Paste at least one line."))
    if len(lines) > MOST_LINES:
        raise DomainError(
            _("%(found)s lines are too many: paste at most %(count)s at once.")
            % {"found": whole(len(lines)), "count": whole(MOST_LINES)}
        )
    found = kind.find([line for _place, line in lines])
    return _draft(kind, list(_named(lines, found)), actor)


def _named(lines: Sequence[tuple[int, str]], found: Sequence[Any]) -> Iterable[BulkItem]:
    first: dict[int, int] = {}
    for (place, line), row in zip(lines, found, strict=True):
        if not isinstance(row, Model):
            yield BulkItem(position=place, label=line[:200], outcome=Outcome.UNKNOWN, reason=str(row))
        elif row.pk in first:
            reason = _("Line %(line)d names it already.") % {"line": first[row.pk]}
            yield BulkItem(position=place, label=str(row)[:200], outcome=Outcome.DOUBLE, reason=reason)
        else:
            first[row.pk] = place
            yield _item(place, row)


def _item(place: int, row: Model) -> BulkItem:
    return BulkItem(position=place, object_id=row.pk, label=str(row)[:200])


def _draft(kind: BulkKind, items: list[BulkItem], actor: User) -> BulkOperation:
    """The same choice twice, before anything was answered, is one draft: a button that was clicked twice."""
    names = "\n".join(f"{item.position} {item.object_id} {item.label}" for item in items)
    selection = hashlib.sha256(names.encode()).hexdigest()
    with transaction.atomic():
        operation, is_new = BulkOperation.objects.get_or_create(
            created_by=actor,
            kind=kind.code,
            selection=selection,
            state=BulkState.DRAFT,
            defaults={"total": len(items)},
        )
        if is_new:
            _write_items(operation, items)
    return operation


def _write_items(operation: BulkOperation, items: list[BulkItem]) -> None:
    for item in items:
        item.operation = operation
    BulkItem.objects.bulk_create(items, batch_size=1_000)


# --- What becomes of them


def plan_operation(*, operation: BulkOperation, parameters: Mapping[str, Any]) -> BulkOperation:
    """Say of each row what it would become, or why it is refused. Nothing is done; it may be asked again."""
    kind = bulk_kind(operation.kind)
    with transaction.atomic():
        operation = _locked(operation)
        if operation.state not in OPEN:
            raise DomainError(gettext_lazy("This operation has been confirmed or abandoned: prepare a new one."))
        operation.parameters = dict(parameters)
        planned = operation.items.exclude(outcome__in=WITHOUT_ROW)
        items = list(planned)
        found = in_batches(kind.rows(kind.target._default_manager.all()), "pk", [item.object_id for item in items])
        rows = {row.pk: row for row in found}
        for item in items:
            plan_item(item, rows.get(item.object_id), kind, operation.parameters)
        # Written anew: so many UPDATEs would take ten times as long.
        planned._raw_delete(planned.db)
        _write_items(operation, items)
        operation.edition += 1
        operation.planned = sum(item.outcome == Outcome.PLANNED for item in items)
        operation.refused = sum(item.outcome == Outcome.REFUSED for item in items)
        if operation.planned:
            operation.show()
        else:
            operation.find_nothing()
        operation.save()
    return operation


def plan_item(item: BulkItem, row: Any, kind: BulkKind, parameters: dict[str, Any]) -> None:
    """Write to ``item`` what ``row`` would become."""
    item.before = item.after = item.reason = ""
    try:
        becomes = kind.plan(existing(row), parameters)
    except DomainError as refusal:
        item.outcome, item.reason = Outcome.REFUSED, in_words(refusal)
        return
    if becomes is None:
        item.outcome = Outcome.UNCHANGED
    else:
        item.outcome = Outcome.PLANNED
        item.before, item.after = str(becomes.before)[:300], str(becomes.after)[:300]


def existing(row: Any) -> Any:
    if row is None:
        raise DomainError(gettext_lazy("It no longer exists."))
    return row


def in_words(refusal: DomainError) -> str:
    return " ".join([str(refusal), *refusal.reasons])


# --- Doing it


def confirm_operation(*, operation: BulkOperation, edition: int, actor: User) -> BulkOperation:
    """Have done what was shown as ``edition``. DomainError when it is something else by now, or done already."""
    with transaction.atomic():
        operation = _locked(operation)
        if operation.state != BulkState.READY:
            raise DomainError(_only_ready(operation))
        if operation.edition != edition:
            raise DomainError(
                gettext_lazy("The operation was prepared anew: look at what it would do now, then confirm.")
            )
        operation.confirm()
        operation.confirmed_by, operation.confirmed_at = actor, timezone.now()
        operation.save()
        _start(operation, bulk_kind(operation.kind).apply_code, actor)
    return operation


def _only_ready(operation: BulkOperation) -> str:
    if operation.confirmed_at:
        return _("This operation has been confirmed already.")
    return _("Only an operation that would change something can be confirmed.")


def abandon_operation(*, operation: BulkOperation, actor: User) -> BulkOperation:
    """Leave the rows alone for good. DomainError once it is confirmed."""
    with transaction.atomic():
        operation = _locked(operation)
        if operation.state not in OPEN:
            raise DomainError(gettext_lazy("Only an operation that is not yet confirmed can be abandoned."))
        operation.abandon()
        operation.save()
    return operation


def resume_operation(*, operation: BulkOperation, actor: User) -> BulkOperation:
    """Go on with an operation whose task was cancelled or failed. DomainError while a task is at it, or at its end."""
    with transaction.atomic():
        operation = _locked(operation)
        if not was_interrupted(operation):
            raise DomainError(gettext_lazy("This operation is not interrupted: there is nothing to go on with."))
        kind = bulk_kind(operation.kind)
        _start(operation, kind.undo_code if operation.state == BulkState.UNDOING else kind.apply_code, actor)
    return operation


def undo_operation(*, operation: BulkOperation, actor: User) -> BulkOperation:
    """Have what was changed made as before. What changed again since, or cannot be undone, is kept and says why.

    Of an interrupted operation, the rows whose turn had not come are left alone for good.
    """
    with transaction.atomic():
        operation = _locked(operation)
        if not can_be_undone(operation):
            raise DomainError(gettext_lazy("There is nothing to undo here, or no way to."))
        left = operation.items.filter(outcome=Outcome.PLANNED)
        left.update(outcome=Outcome.UNCHANGED, reason=_("The operation was stopped before its turn."))
        operation.take_back()
        operation.save()
        _start(operation, bulk_kind(operation.kind).undo_code, actor)
    return operation


def was_interrupted(operation: BulkOperation) -> bool:
    """Whether its task was cancelled or failed, so that nobody is at it."""
    return operation.state in UNDER_WAY and not Job.objects.about(operation).active().exists()


def can_be_undone(operation: BulkOperation) -> bool:
    if bulk_kind(operation.kind).undo is None or not operation.changed:
        return False
    stopped = operation.state == BulkState.RUNNING and was_interrupted(operation)
    return stopped or operation.state == BulkState.DONE


def _start(operation: BulkOperation, code: str, actor: User) -> None:
    start_job(kind=code, actor=actor, parameters={"operation": operation.pk}, about=operation)


def _locked(operation: BulkOperation) -> BulkOperation:
    return BulkOperation.objects.select_for_update().get(pk=operation.pk)


def clear_drafts() -> bool:
    """Forget the drafts that nobody completed."""
    old = BulkOperation.objects.filter(state=BulkState.DRAFT, created_at__lt=timezone.now() - DRAFTS_KEPT)
    return bool(old.delete()[0])


def counts_sentence(operation: BulkOperation) -> str:
    """What became of the operation, or would become, in a sentence."""
    if operation.confirmed_at is None:
        count = operation.planned
        told = ngettext("%(count)s row will change.", "%(count)s rows will change.", count)
    else:
        count = operation.changed
        told = ngettext("%(count)s row is changed.", "%(count)s rows are changed.", count)
    sentences = [told % {"count": whole(count)}]
    if operation.refused:
        refused = ngettext("%(count)s is refused.", "%(count)s are refused.", operation.refused)
        sentences.append(refused % {"count": whole(operation.refused)})
    return " ".join(sentences)
