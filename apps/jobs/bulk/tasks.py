"""What workers do for bulk operations: apply one that was confirmed, undo one. Each is safe to run twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import InterfaceError, OperationalError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.exceptions import DomainError
from apps.core.french import whole
from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.bulk.kinds import BulkKind, bulk_kind
from apps.jobs.bulk.models import BulkItem, BulkOperation
from apps.jobs.bulk.services import counts_sentence, existing, in_words
from apps.jobs.work import Outcome as JobOutcome
from apps.jobs.work import Work

logger = logging.getLogger(__name__)

# A chunk ends with its last row or when this is over: others wait for the rows, on SQLite for the database.
CHUNK_ROWS = 200
CHUNK_SECONDS = 0.7

Act = Callable[[BulkItem, Any], None]


def undoing(kind: BulkKind) -> Promise:
    return format_lazy(gettext_lazy("Undoing: {operation}"), operation=kind.title)


def apply(work: Work) -> JobOutcome:
    """Do to each row what was shown, unless it has become something else or is refused by now."""
    operation = _operation(work)
    kind = bulk_kind(operation.kind)
    work.refuse_without(kind.permission)

    def act(item: BulkItem, row: Any) -> None:
        item.memory = _apply(item, existing(row), kind, operation.parameters, work.actor) or {}
        item.outcome = Outcome.CHANGED

    message = " ".join(filter(None, [str(kind.title), str(kind.about(operation.parameters))]))
    while _chunk(work, operation, kind, (BulkState.RUNNING, Outcome.PLANNED, Outcome.REFUSED), act, message):
        pass
    operation.refresh_from_db()
    return JobOutcome(sentences=[counts_sentence(operation)], link=page_of(operation))


def undo(work: Work) -> JobOutcome:
    """Take back what was changed."""
    operation = _operation(work)
    kind = bulk_kind(operation.kind)
    work.refuse_without(kind.permission)

    def act(item: BulkItem, row: Any) -> None:
        if kind.undo is None:
            raise DomainError(_("This cannot be undone."))
        kind.undo(existing(row), item.memory, work.actor)
        item.outcome, item.reason = Outcome.UNDONE, ""

    message = str(undoing(kind))
    while _chunk(work, operation, kind, (BulkState.UNDOING, Outcome.CHANGED, Outcome.KEPT), act, message):
        pass
    count = operation.items.filter(outcome=Outcome.UNDONE).count()
    told = ngettext("%(count)s row is as before.", "%(count)s rows are as before.", count) % {"count": whole(count)}
    return JobOutcome(sentences=[told], link=page_of(operation))


def page_of(operation: BulkOperation) -> str:
    return reverse("admin:jobs_bulkoperation_change", args=[operation.pk])


def _operation(work: Work) -> BulkOperation:
    return BulkOperation.objects.get(pk=work.parameters["operation"])


def _apply(item: BulkItem, row: Any, kind: BulkKind, parameters: dict[str, Any], actor: Any) -> Any:
    becomes = kind.plan(row, parameters)
    if becomes is None:
        raise DomainError(_("Somebody has done it meanwhile."))
    if (str(becomes.before)[:300], str(becomes.after)[:300]) != (item.before, item.after):
        raise DomainError(_("It has changed since the preview: it is “%(now)s” now.") % {"now": becomes.before})
    return kind.apply(row, parameters, actor)


def _chunk(
    work: Work,
    operation: BulkOperation,
    kind: BulkKind,
    which: tuple[BulkState, Outcome, Outcome],
    act: Act,
    message: str,
) -> bool:
    """See to the next rows, in one transaction with their items and the job; tells whether there were any."""
    state, waiting, refused = which
    with transaction.atomic():
        held = BulkOperation.objects.select_for_update().get(pk=operation.pk)
        if held.state != state:
            return False
        items = list(held.items.filter(outcome=waiting)[:CHUNK_ROWS])
        if not items:
            _finish(held)
            return False
        # In the order of their keys, so that two operations wait for one another instead of both for ever.
        keys = [item.object_id for item in items if item.object_id is not None]
        kind.hold(keys)
        locked = kind.locked(kind.rows(kind.target._default_manager.all()))
        rows = {row.pk: row for row in locked.filter(pk__in=keys)}
        over = time.monotonic() + CHUNK_SECONDS
        seen: list[BulkItem] = []
        with kind.together():
            for item in items:
                _see_to(item, rows.get(item.object_id), act, refused)
                seen.append(item)
                if time.monotonic() > over:
                    break
        BulkItem.objects.bulk_update(seen, ["outcome", "reason", "memory"], batch_size=100)
        changed = [item for item in seen if item.outcome not in (refused, Outcome.FAILED)]
        _journal(kind, changed, work.actor, message)
        if state == BulkState.RUNNING:
            held.changed += len(changed)
            held.refused += len(seen) - len(changed)
            held.save()
        total = held.planned if state == BulkState.RUNNING else held.changed
        work.progress(done=total - held.items.filter(outcome=waiting).count(), total=total)
    return True


def _see_to(item: BulkItem, row: Any, act: Act, refused: Outcome) -> None:
    """Do it to one row, or write down why not: whatever becomes of it, the others have their turn."""
    try:
        with transaction.atomic():
            act(item, row)
    except DomainError as refusal:
        item.outcome, item.reason = refused, in_words(refusal)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("bulk operation %d broke on row %s", item.operation_id, item.object_id)
        item.outcome, item.reason = Outcome.FAILED, _("Unexpected error: see the server's log.")


def _journal(kind: BulkKind, items: list[BulkItem], actor: Any, message: str) -> None:
    """Tell it on the page of each row, as its own button would."""
    if actor is None:
        return
    about = ContentType.objects.get_for_model(kind.target, for_concrete_model=False)
    LogEntry.objects.bulk_create(
        LogEntry(
            user=actor,
            content_type=about,
            object_id=str(item.object_id),
            object_repr=item.label,
            action_flag=CHANGE,
            change_message=message,
        )
        for item in items
    )


def _finish(operation: BulkOperation) -> None:
    if operation.state == BulkState.RUNNING:
        operation.finish()
    else:
        operation.finish_undoing()
    operation.finished_at = timezone.now()
    operation.save()
