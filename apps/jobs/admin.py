from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.core.admin import DaysFilter, ModelAdmin, ReadOnly, ServiceDialog, badge
from apps.core.slots import Panel
from apps.jobs import dialogs
from apps.jobs.bulk.admin import BulkOperationAdmin
from apps.jobs.choices import JobState
from apps.jobs.filters import KindFilter
from apps.jobs.models import Job
from apps.jobs.panels import shown, subject_of

__all__ = ["BulkOperationAdmin", "JobAdmin"]

ITSELF = Panel(
    title=_("Progress"),
    template="jobs/jobs.html",
    context=lambda job, request: {"jobs": [shown(job, request)]},
    permission="jobs.view_job",
    order=1,
    tab=False,
)


@admin.register(Job)
class JobAdmin(ReadOnly, ModelAdmin):
    """«Tâches»: one's own, and those of the kinds that one may look at."""

    list_display = ("title", badge(Job.state, JobState), "advance", "created_by", "created_at", "finished_at")
    list_select_related = ("created_by",)
    list_filter = (("state", ChoicesDropdownFilter), KindFilter, ("created_at", DaysFilter))
    list_filter_submit = True
    fieldsets = (
        (None, {"fields": (("title", badge(Job.state, JobState)), ("created_by", "created_at"))}),
        (pgettext_lazy("task", "Run"), {"fields": (("started_at", "finished_at"), ("queue", "attempt"))}),
    )
    panels = (ITSELF,)
    actions_detail = ("cancel", "restart")

    cancel = ServiceDialog(
        title=_("Cancel the task"),
        permission="jobs.view_job",
        when=lambda job: job.is_active and not job.cancel_requested,
        preview=dialogs.preview_cancel,
        service=dialogs.cancel,
        done=_("The task stops at the end of what it is doing."),
        icon="cancel",
        variant=ActionVariant.DANGER,
    )
    restart = ServiceDialog(
        title=_("Start the task again"),
        permission="jobs.view_job",
        when=lambda job: job.state in (JobState.FAILED, JobState.CANCELLED),
        preview=dialogs.preview_restart,
        service=dialogs.restart,
        done=_("The task goes on where it had stopped."),
        icon="replay",
    )

    def scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.seen_by(request.user)  # type: ignore[attr-defined]

    @admin.display(description=_("task"), ordering="kind")
    def title(self, job: Job) -> str:
        subject = subject_of(job)
        return f"{job.title} – {subject}" if subject else job.title

    @admin.display(description=_("progress"))
    def advance(self, job: Job) -> str | None:
        return None if job.percent is None else f"{job.percent} %"
