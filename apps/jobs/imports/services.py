"""Verbs of imports: send, confirm, abandon, check again; and what the workers write down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.files import Area, remove, store
from apps.core.imports import Plan
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.kinds import FileKind, file_kind
from apps.jobs.imports.models import CHECKED, FileImport
from apps.jobs.imports.review import report_of, review_of
from apps.jobs.models import Job
from apps.jobs.services import receive_upload, start_job


def send_file(
    *, kind: FileKind, file: UploadedFile[Any], parameters: Mapping[str, Any], actor: User | None
) -> FileImport:
    """Keep a file and have it checked. DomainError when it is empty, or too large to be compared at once."""
    if file.size and file.size > settings.IMPORT_LIMIT:
        raise DomainError(
            _("%(file)s is larger than %(limit)d MB: split it.")
            % {"file": file.name, "limit": settings.IMPORT_LIMIT // 1024**2}
        )
    with transaction.atomic():
        upload = receive_upload(file, actor)
        row = kind.proxy.objects.create(
            kind=kind.code,
            name=upload.name,
            sha256=upload.sha256,
            size=upload.size,
            upload=upload,
            parameters=dict(parameters),
            created_by=actor,
        )
        _start_check(row, actor)
    return row


def confirm_import(*, file: FileImport, fingerprint: str, actor: User | None) -> FileImport:
    """Have written what was shown under ``fingerprint``. DomainError when it is something else by now."""
    with transaction.atomic():
        row = _locked(file)
        if row.state != ImportState.READY:
            raise DomainError(_only_ready(row))
        if row.fingerprint != fingerprint:
            raise DomainError(gettext_lazy("The import was checked anew: look at what it would do now, then confirm."))
        row.confirm()
        row.confirmed_by, row.confirmed_at = actor, timezone.now()
        row.save()
        start_job(
            kind=file_kind(row.kind).write_code,
            actor=actor,
            parameters={"import": row.pk, "confirmed": confirmation(row)},
            about=row,
        )
    return row


def confirmation(row: FileImport) -> str:
    """Tells this confirmation from an earlier one: a task goes on with what it was started for, and nothing else."""
    return row.confirmed_at.isoformat() if row.confirmed_at else ""


def _only_ready(row: FileImport) -> str:
    if row.state in (ImportState.WRITING, ImportState.DONE):
        return _("This import has been confirmed already.")
    return _("Only an import that has been checked, and is without fault, can be confirmed.")


def abandon_import(*, file: FileImport, actor: User | None) -> FileImport:
    """Leave the file alone for good. DomainError while it is being checked, and once it is confirmed."""
    with transaction.atomic():
        row = _locked(file)
        if not can_be_abandoned(row):
            raise DomainError(gettext_lazy("Only an import that waits for its confirmation can be abandoned."))
        row.abandon()
        row.save()
    return row


def check_import_again(*, file: FileImport, actor: User | None) -> FileImport:
    """Compare the file with the database of now. DomainError once all of it is written, or while a task is at it."""
    with transaction.atomic():
        row = _locked(file)
        if not can_be_checked(row):
            raise DomainError(gettext_lazy("This import is over, or a task is at work on it: it cannot be checked."))
        if row.state != ImportState.CHECKING:
            row.check_again()
        row.confirmed_by = row.confirmed_at = None
        row.save()
        _start_check(row, actor)
    return row


def can_be_checked(row: FileImport) -> bool:
    """Whether it was checked, or the task that checked or wrote it was cancelled or failed."""
    if row.state in CHECKED:
        return True
    return row.state in (ImportState.CHECKING, ImportState.WRITING) and not Job.objects.about(row).active().exists()


def can_be_abandoned(row: FileImport) -> bool:
    """Whether it waits for its confirmation, or for a check that failed: the file may be kept here no longer."""
    if row.state in CHECKED:
        return True
    return row.state == ImportState.CHECKING and not Job.objects.about(row).active().exists()


def _start_check(row: FileImport, actor: User | None) -> None:
    start_job(kind=file_kind(row.kind).check_code, actor=actor, parameters={"import": row.pk}, about=row)


def _locked(file: FileImport) -> FileImport:
    return file_kind(file.kind).proxy.objects.select_for_update().get(pk=file.pk)


# --- What the workers write down


def keep_plan(*, row: FileImport, plan: Plan[Any], fingerprints: list[str]) -> None:
    """Show ``plan`` on the page of ``row``, which is locked and being checked."""
    counts = plan.counts()
    row.lines, row.faults, row.warnings = len(plan.records), len(plan.faults), len(plan.warnings)
    row.new, row.changed, row.unchanged, row.removed = (
        counts[name] for name in ("new", "changed", "unchanged", "removed")
    )
    row.fingerprints, row.review = fingerprints, review_of(plan)
    if earlier := row.report_path:  # the row names it until the commit
        transaction.on_commit(lambda: remove(earlier))
    row.report_path = store(Area.EXPORTS, report_of(plan))
    if plan.faults:
        row.refuse()
    elif row.changes_anything:
        row.show()
    else:
        row.find_nothing()
    row.save()


def clear_old_reports() -> bool:
    """Forget what was in files that were sent long ago (JOB_FILE_DAYS): the counts stay."""
    until = timezone.now() - timedelta(days=settings.JOB_FILE_DAYS)
    rows = list(FileImport.objects.filter(created_at__lt=until).exclude(report_path="")[:1000])
    for row in rows:
        remove(row.report_path)
        FileImport.objects.filter(pk=row.pk).update(report_path="", review={})
    return bool(rows)
