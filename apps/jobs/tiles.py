"""Tasks on the home page: what is under way, and what failed lately."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import tiles
from apps.core.slots import Tile, contribute
from apps.jobs.choices import ACTIVE, JobState
from apps.jobs.models import Job

FAILED_SINCE = timedelta(days=7)


def tasks(request: HttpRequest) -> dict[str, Any]:
    """Those that the person may see: what is not over, and what failed within a week."""
    lately = Q(state__in=ACTIVE) | Q(state=JobState.FAILED, finished_at__gte=timezone.now() - FAILED_SINCE)
    rows = Job.objects.seen_by(request.user).filter(lately).order_by().values_list("state")
    counts = dict(rows.annotate(Count("pk")))
    listed = reverse("admin:jobs_job_changelist")
    bars = tiles.bars_by_status(
        (JobState.QUEUED, JobState.RUNNING, JobState.FAILED), counts, link=f"{listed}?state__exact="
    )
    return tiles.content(bars=bars, nothing=_("No task is under way, none has failed this week."))


def register() -> None:
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Tasks"),
            template=tiles.TEMPLATE,
            context=tasks,
            permission="jobs.view_job",
            link=lambda: reverse("admin:jobs_job_changelist"),
            order=70,
            personal=True,
        ),
    )
