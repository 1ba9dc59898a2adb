"""Asking for long work: what the screens refuse at once, and the job that does the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.files import remove
from apps.jobs.models import Job, Upload
from apps.jobs.services import receive_upload, start_job
from apps.usage.choices import FileState
from apps.usage.defaults import ISM
from apps.usage.kinds import BACK_OUT, LOAD, RATE_PENDING
from apps.usage.models import CdrFile
from apps.usage.services.files import refuse_if_invoiced
from apps.usage.wording import already_loaded

SUFFIXES = (".csv", ".txt", ".gz")


def request_load(*, files: Sequence[UploadedFile[Any]], format_code: str = ISM, actor: User | None) -> Job:
    """Receive files and start one job that loads them; those that are refused at once are in its report.

    DomainError, with every reason, if none of them is left. Files that another job is loading already are left to it:
    whoever sends them again, or sends them at the same moment, gets that job.
    """
    uploads: dict[str, Upload] = {}
    refusals: list[DomainError] = []
    under_way = _under_way()
    there: list[Job] = []
    for file in files:
        try:
            upload = _received(file, actor)
        except DomainError as refusal:
            refusals.append(refusal)
            continue
        if known := uploads.get(upload.sha256):
            refusals.append(_sent_twice(upload, known))
        elif job := under_way.get(upload.sha256):
            there.append(job)
            refusals.append(DomainError(_("%(file)s is being loaded already.") % {"file": upload.name}))
        else:
            uploads[upload.sha256] = upload
            continue
        _discard([upload])
    if uploads:
        return _started(uploads, refusals, format_code, actor)
    if there:
        return there[0]
    raise (
        refusals[0]
        if len(refusals) == 1
        else DomainError(_("None of these files can be loaded."), reasons=[str(refusal) for refusal in refusals])
    )


def request_rating(*, actor: User | None) -> Job:
    """Start the job that rates again what waits; the one that is under way, if there is one."""
    return start_job(kind=RATE_PENDING, actor=actor, key=RATE_PENDING)


def request_backing_out(*, file: CdrFile, actor: User | None) -> Job:
    """Start the job that backs a file out. DomainError at once if an invoice took any of its records."""
    refuse_if_invoiced(file)
    return start_job(kind=BACK_OUT, actor=actor, parameters={"file": file.pk}, about=file)


def _under_way() -> dict[str, Job]:
    """The jobs that load files, by the hashes of these."""
    return {digest: job for job in Job.objects.active().filter(kind=LOAD) for digest in job.parameters["names"]}


def _received(file: UploadedFile[Any], actor: User | None) -> Upload:
    """The file, kept. DomainError if it is none of call records, or if its content has been loaded already."""
    if PurePath(str(file.name)).suffix.lower() not in SUFFIXES:
        raise DomainError(
            _("%(file)s is not a file of call records: its name should end in .csv, .txt or .gz.") % {"file": file.name}
        )
    upload = receive_upload(file, actor)
    known = CdrFile.objects.filter(sha256=upload.sha256, state=FileState.LOADED).select_related("loaded_by").first()
    if known is not None:
        _discard([upload])
        raise already_loaded(upload.name, known)
    return upload


def _sent_twice(upload: Upload, known: Upload) -> DomainError:
    return DomainError(
        _("%(file)s holds the same as %(known)s, which you have chosen too.")
        % {"file": upload.name, "known": known.name}
    )


def _started(uploads: dict[str, Upload], refusals: Iterable[DomainError], format_code: str, actor: User | None) -> Job:
    ids = [upload.pk for upload in uploads.values()]
    job = start_job(
        kind=LOAD,
        actor=actor,
        key=f"{LOAD} {hashlib.sha256(' '.join(sorted(uploads)).encode()).hexdigest()}",
        parameters={
            "uploads": ids,
            "format": format_code,
            "names": {digest: upload.name for digest, upload in uploads.items()},
            "refusals": [str(refusal) for refusal in refusals],
        },
    )
    if job.parameters["uploads"] != ids:  # somebody was faster with the same files
        _discard(uploads.values())
    return job


def _discard(uploads: Iterable[Upload]) -> None:
    """Forget files that no job will read."""
    for upload in uploads:
        upload.delete()
        remove(upload.path)
