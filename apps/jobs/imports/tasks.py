"""What workers do for imports: check a file, and write one that was confirmed. Each is safe to run twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.exceptions import DomainError
from apps.core.files import stored_bytes
from apps.core.imports import Importer, Reading
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.kinds import FileKind, file_kind, page_of
from apps.jobs.imports.models import FileImport
from apps.jobs.imports.review import counts_sentence
from apps.jobs.imports.services import confirmation, keep_plan
from apps.jobs.work import Outcome, Work


def checking(kind: FileKind) -> Promise:
    return format_lazy(gettext_lazy("Check of a file: {files}"), files=kind.title)


def writing(kind: FileKind) -> Promise:
    return format_lazy(gettext_lazy("Import of a file: {files}"), files=kind.title)


def check(work: Work) -> Outcome:
    """Read the file, compare it with the database, show what it would do."""
    row = _row(work)
    if row.state != ImportState.CHECKING:
        return Outcome(sentences=[counts_sentence(row)])
    return Outcome(sentences=[_check(row, _importer(row), work)])


def write(work: Work) -> Outcome:
    """Write the file part by part, each if it still does what was shown.

    Otherwise nothing more is written, and the file is checked anew: what an earlier part has written is unchanged then.
    """
    row = _row(work)
    if row.state == ImportState.DONE:
        return Outcome(sentences=[counts_sentence(row)], link=file_kind(row.kind).leads_to(row))
    importer = _importer(row)
    if row.state == ImportState.CHECKING and work.cursor.get("overtaken"):
        return _checked_anew(row, importer, work)
    if row.state != ImportState.WRITING or work.parameters["confirmed"] != confirmation(row):
        raise DomainError(_("This import has been gone on with elsewhere."))
    work.refuse_without(file_kind(row.kind).add_permission)
    reading = _read(row, importer, work)
    written = work.cursor.get("lines", 0)
    done = work.cursor.get("parts", 0)
    parts = list(importer.parts(reading))
    for place, part in enumerate(parts[done:], start=done):
        with importer.turn(), _row_in(row, ImportState.WRITING):
            importer.hold(part)
            plan = importer.compare(part)
            if place >= len(row.fingerprints) or plan.fingerprint() != row.fingerprints[place]:
                break
            importer.write(plan, actor=work.actor, source=row.name)
            written += len(part.records)
            work.save_cursor(parts=place + 1, lines=written)
            work.progress(done=written, total=len(reading.records))
    else:
        with transaction.atomic(), _row_in(row, ImportState.WRITING) as held:
            held.finish()
            held.finished_at = timezone.now()
            held.save()
        return Outcome(sentences=[counts_sentence(held)], link=file_kind(row.kind).leads_to(held))
    with transaction.atomic(), _row_in(row, ImportState.WRITING) as held:
        held.check_again()
        held.confirmed_by = held.confirmed_at = None
        held.save()
        work.save_cursor(overtaken=True)
    return _checked_anew(held, importer, work)


def _checked_anew(row: FileImport, importer: Importer[Any], work: Work) -> Outcome:
    """It is no longer what was confirmed: shown as it is now."""
    _check(row, importer, work)
    return Outcome(
        refusals=[_("The data has changed since the file was checked: look at it again, then confirm.")],
        link=page_of(row),
    )


def _check(row: FileImport, importer: Importer[Any], work: Work) -> str:
    reading = _read(row, importer, work)
    work.progress(done=0, total=len(reading.records))
    plan = importer.compare(reading)
    parts = list(importer.parts(reading))
    plans = [plan] if len(parts) == 1 else [plan.of(part.records) for part in parts]
    with transaction.atomic(), _row_in(row, ImportState.CHECKING) as held:
        keep_plan(row=held, plan=plan, fingerprints=[one.fingerprint() for one in plans])
        work.progress(done=len(reading.records))
    return counts_sentence(held)


def _read(row: FileImport, importer: Importer[Any], work: Work) -> Reading:
    work.note(_("%(file)s is being read") % {"file": row.name})
    try:
        data = stored_bytes(row.upload.path) if row.upload else None
    except FileNotFoundError:
        data = None
    if data is None:
        raise DomainError(_("%(file)s is no longer kept here: send it again.") % {"file": row.name})
    return importer.read(data, name=row.name)


def _importer(row: FileImport) -> Importer[Any]:
    return file_kind(row.kind).importer(localdate(), row.parameters)


def _row(work: Work) -> FileImport:
    return FileImport.objects.select_related("upload").get(pk=work.parameters["import"])


@contextmanager
def _row_in(row: FileImport, state: ImportState) -> Iterator[FileImport]:
    """The row, locked. DomainError if it is no longer in ``state``: somebody else has gone on with it."""
    held = FileImport.objects.select_for_update().get(pk=row.pk)
    if held.state != state:
        raise DomainError(_("This import has been gone on with elsewhere."))
    yield held
