"""Where jobs show: on the pages that started them, with a bar that moves, and their files."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core import files
from apps.core.files import address
from apps.core.slots import Panel, contribute
from apps.jobs.choices import ACTIVE, JobState
from apps.jobs.kinds import kinds
from apps.jobs.models import Job
from apps.jobs.querysets import JobQuerySet
from apps.jobs.services import workers_are_there

JOBS_SHOWN = 3
MOST_SHOWN = 20


def lately(jobs: JobQuerySet) -> JobQuerySet:
    """The latest few of ``jobs``, and whichever are still to come to their end, the latest first."""
    latest = jobs.order_by("-pk").values("pk")[:JOBS_SHOWN]
    told = jobs.filter(Q(pk__in=latest) | Q(state__in=ACTIVE))
    return told.select_related("created_by").order_by("-pk")[:MOST_SHOWN]


def subject_of(job: Job) -> str:
    """What it is about, in the words of its kind; nothing where the kind has none, or is gone."""
    known = kinds().get(job.kind)
    return known.subject(job.parameters) if known else ""


def shown(job: Job, request: HttpRequest) -> dict[str, Any]:
    """What the template of a job (``jobs/job.html``) needs to know about it."""
    return {
        "job": job,
        "subject": subject_of(job),
        "colour": JobState(job.state).colour,
        "file": address("job", job.pk, download=True) if job.file_path else "",
        "nobody_works": job.is_active and not workers_are_there(job.queue),
        "may_cancel": request.user.has_perm("jobs.cancel_job") or job.created_by_id == request.user.pk,
    }


def jobs_about(row: Model, request: HttpRequest) -> dict[str, Any]:
    jobs = list(lately(Job.objects.about(row).seen_by(request.user)))
    return {
        "jobs": [shown(job, request) for job in jobs],
        "is_overtaken": not all(job.is_active for job in jobs) and is_overtaken(row),
    }


def is_overtaken(row: Model) -> bool:
    """Whether ``row`` was read in another state than it is in: the end of a job came between the two on this page."""
    read = getattr(row, "state", None)
    return read is not None and not type(row)._base_manager.filter(pk=row.pk, state=read).exists()


#: For the ``panels`` of a ModelAdmin: the latest jobs about the row of the page.
JOBS_HERE = Panel(
    title=_("Tasks"),
    template="jobs/jobs.html",
    context=jobs_about,
    permission="jobs.view_job",
    order=1,
    tab=False,
)


def find_file(request: HttpRequest, pk: int) -> files.Content | None:
    """What a job left for whoever started it and whoever may see its kind."""
    job = Job.objects.seen_by(request.user).exclude(file_path="").filter(pk=pk).first()
    if job is None:
        return None
    if not files.stored_file(job.file_path).exists():
        return None
    return files.Content(job.file_name, job.file_type, files.stored_pieces(job.file_path))


def register() -> None:
    contribute(files.SLOT, files.Source("job", "jobs.view_job", find_file))
