"""Long work: what is to be done, how far it is, what came out; the workers that do it; files that were sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.jobs.bulk.models import BulkItem, BulkOperation
from apps.jobs.choices import ACTIVE, JobState, Queue
from apps.jobs.imports.models import FileImport
from apps.jobs.kinds import kinds
from apps.jobs.querysets import JobQuerySet

__all__ = ["BulkItem", "BulkOperation", "FileImport", "Job", "Upload", "Worker"]

KEY_LENGTH = 120


class Job(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One piece of long work. The row is the truth and the queue: whatever kills a worker, it says how to go on.

    A worker holds it by a lease (``lease_token`` until ``lease_until``), which each chunk of its work renews and checks
    in the chunk's own transaction, together with ``cursor``. ``key`` keeps two people from starting the same thing:
    one active job has it at a time.
    """

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(max_length=KEY_LENGTH, blank=True, editable=False)
    about = models.CharField(max_length=80, blank=True, editable=False)
    queue = models.CharField(_("queue"), max_length=8, choices=Queue.choices)
    state = FSMField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED, protected=True)
    parameters = models.JSONField(default=dict, editable=False)
    cursor = models.JSONField(default=dict, editable=False)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("to do"), null=True)
    note = models.CharField(_("what is being done"), max_length=200, blank=True)
    attempt = models.PositiveIntegerField(_("attempts"), default=0)
    # Attempts since the last chunk that was committed: work that kills its worker each time is given up.
    stalled = models.PositiveIntegerField(default=0, editable=False)
    cancel_requested = models.BooleanField(_("cancellation asked for"), default=False)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)
    lease_holder = models.CharField(_("worker"), max_length=120, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    result = models.JSONField(_("result"), default=dict, editable=False)
    error = models.TextField(_("error"), blank=True)
    file_path = models.CharField(max_length=200, blank=True, editable=False)
    file_name = models.CharField(_("file"), max_length=200, blank=True, editable=False)
    file_type = models.CharField(max_length=100, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-pk"]
        permissions = [("cancel_job", _("Can cancel and start again tasks"))]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=ACTIVE) & ~Q(key=""), name="jobs_one_active_job_per_key"
            ),
            models.CheckConstraint(
                name="jobs_running_is_held", condition=~Q(state=JobState.RUNNING) | ~Q(lease_token="")
            ),
            models.CheckConstraint(name="jobs_done_within_total", condition=Q(total=None) | Q(done__lte=F("total"))),
        ]
        indexes = [
            models.Index(fields=["queue", "id"], condition=Q(state=JobState.QUEUED), name="jobs_job_queued"),
            models.Index(fields=["about", "-id"], name="jobs_job_about"),
            models.Index(fields=["kind", "-id"], name="jobs_job_by_kind"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What the kind calls itself; its code where the app that knew it is gone."""
        known = kinds().get(self.kind)
        return str(known.title) if known else self.kind

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_resuming(self) -> bool:
        """Whether it was begun and its worker left it: it goes on where it stopped."""
        return self.state == JobState.QUEUED and self.attempt > 0

    @property
    def percent(self) -> int | None:
        """How much is behind, 0 to 100; None as long as nobody knows how much there is."""
        if self.state == JobState.DONE:
            return 100
        return None if not self.total else int(100 * self.done / self.total)

    @transition(field=state, source=JobState.QUEUED, target=JobState.RUNNING)
    def claim(self) -> None:
        """A worker takes it."""

    @transition(field=state, source=JobState.RUNNING, target=JobState.QUEUED)
    def release(self) -> None:
        """Its worker gave it back or was lost: another one goes on."""

    @transition(field=state, source=JobState.RUNNING, target=JobState.DONE)
    def finish(self) -> None:
        """It came to its end."""

    @transition(field=state, source=[JobState.QUEUED, JobState.RUNNING], target=JobState.FAILED)
    def fail(self) -> None:
        """It was refused, or broke: ``error`` says why."""

    @transition(field=state, source=[JobState.QUEUED, JobState.RUNNING], target=JobState.CANCELLED)
    def cancel(self) -> None:
        """Somebody stopped it. What it had committed stays."""

    @transition(field=state, source=[JobState.FAILED, JobState.CANCELLED], target=JobState.QUEUED)
    def restart(self) -> None:
        """Somebody wants it tried again, from where it stopped."""


class Worker(models.Model):
    """A process that works off queues, as it last said of itself: without one, a queued job waits in vain."""

    holder = models.CharField(_("worker"), max_length=120, unique=True)
    queues = models.JSONField(_("queues"))
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.holder


class Upload(models.Model):
    """A file that somebody sent, in the private store, until the job that reads it is long over."""

    name = models.CharField(_("file"), max_length=255)
    path = models.CharField(max_length=200, editable=False)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")

    def __str__(self) -> str:
        return self.name
