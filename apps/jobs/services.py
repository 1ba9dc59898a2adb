"""Verbs of jobs: start, cancel, start again; receive a file; clear what is long over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.files import Area, remove, store_chunks
from apps.core.processes import is_gone
from apps.jobs.choices import JobState
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, Upload, Worker
from apps.jobs.querysets import about as name_of

# A worker says every ten seconds that it is there.
WORKER_SEEN = timedelta(seconds=45)


def start_job(
    *,
    kind: str,
    actor: User | None,
    parameters: Mapping[str, Any] | None = None,
    about: models.Model | None = None,
    key: str = "",
) -> Job:
    """Queue a job of ``kind``; workers see it once the caller's transaction is committed.

    ``about`` is the row on whose page it shows. ``key`` says what must not be done twice at once; by default the kind
    and the row. If such a job is under way already, that one is returned. DomainError when it is of another kind.
    """
    known = kind_of(kind)
    about_name = name_of(about) if about is not None else ""
    key = key or (f"{kind} {about_name}" if about_name else "")
    while True:
        try:
            with transaction.atomic():
                return Job.objects.create(
                    kind=kind,
                    queue=known.queue,
                    key=key,
                    about=about_name,
                    parameters=dict(parameters or {}),
                    created_by=actor,
                )
        except IntegrityError:
            under_way = Job.objects.active().filter(key=key).first() if key else None
            if under_way is None:
                if not key:
                    raise
                continue  # it came to its end between the leap and the look
            if under_way.kind != kind:
                raise DomainError(
                    _("Another task is still under way here: %(task)s. Wait for its end, or cancel it.")
                    % {"task": under_way.title}
                ) from None
            return under_way


def cancel_job(*, job: Job, actor: User | None) -> Job:
    """Stop a job: at once while it waits, at the end of its current chunk while it runs. What it did stays done."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if not job.is_active:
            raise DomainError(gettext_lazy("This task is over: there is nothing left to cancel."))
        job.cancel_requested = True
        if job.state == JobState.QUEUED:
            job.cancel()
            job.finished_at = timezone.now()
        job.save()
    return job


def restart_job(*, job: Job, actor: User | None) -> Job:
    """Try a failed or cancelled job again, from where it stopped. DomainError while the same thing is under way."""
    try:
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=job.pk)
            if job.state not in (JobState.FAILED, JobState.CANCELLED):
                raise DomainError(gettext_lazy("Only a task that failed or was cancelled can be started again."))
            job.restart()
            job.cancel_requested, job.error, job.stalled, job.finished_at = False, "", 0, None
            job.save()
    except IntegrityError:  # its key is taken; only the database knows of whoever takes it at this moment
        raise DomainError(gettext_lazy("The same task has been started again already.")) from None
    return job


def receive_upload(file: UploadedFile[Any], actor: User | None) -> Upload:
    """Keep a file that somebody sent, piece by piece; DomainError when it is empty or larger than UPLOAD_LIMIT."""
    if not file.size:
        raise DomainError(_("%(file)s is empty.") % {"file": file.name})
    if file.size > settings.UPLOAD_LIMIT:
        raise DomainError(
            _("%(file)s is larger than %(limit)d MB: have it loaded by command on the server.")
            % {"file": file.name, "limit": settings.UPLOAD_LIMIT // 1024**2}
        )
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for chunk in file.chunks():
            digest.update(chunk)
            yield chunk

    path = store_chunks(Area.UPLOADS, hashed())
    return Upload.objects.create(
        name=str(file.name)[-255:], path=path, size=file.size, sha256=digest.hexdigest(), uploaded_by=actor
    )


def workers_are_there(queue: str) -> bool:
    """Whether some worker of ``queue`` has said lately that it is there."""
    seen = Worker.objects.filter(seen_at__gt=timezone.now() - WORKER_SEEN).values_list("queues", "holder")
    return any(queue in queues and not is_gone(holder) for queues, holder in seen)


def clear_old_jobs() -> bool:
    """Forget a thousand jobs and uploads that are long over, with their files; the files of jobs go sooner.

    Exports and uploads hold personal data: JOB_FILE_DAYS and JOB_DAYS say how long they are kept.
    """
    now = timezone.now()
    files_until, rows_until = now - timedelta(days=settings.JOB_FILE_DAYS), now - timedelta(days=settings.JOB_DAYS)
    over = Job.objects.exclude(state__in=[JobState.QUEUED, JobState.RUNNING])
    stale = list(over.filter(finished_at__lt=files_until).exclude(file_path="")[:1000])
    for job in stale:
        remove(job.file_path)
        Job.objects.filter(pk=job.pk).update(file_path="", file_name="", file_type="")
    uploads = list(Upload.objects.filter(created_at__lt=files_until)[:1000])
    for upload in uploads:
        remove(upload.path)
        upload.delete()
    old = list(over.filter(finished_at__lt=rows_until).values_list("pk", flat=True)[:1000])
    Job.objects.filter(pk__in=old).delete()
    Worker.objects.filter(seen_at__lt=rows_until).delete()
    return bool(stale or uploads or old)
