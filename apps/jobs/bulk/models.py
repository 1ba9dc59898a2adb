"""One thing done to many rows, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.bulk.kinds import bulk_kinds
from apps.jobs.bulk.querysets import BulkOperationQuerySet

#: Nothing has been done to any row yet.
OPEN = (BulkState.DRAFT, BulkState.READY, BulkState.IDLE)
UNDER_WAY = (BulkState.RUNNING, BulkState.UNDOING)


class BulkOperation(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One operation of one kind (:mod:`apps.jobs.bulk`) on the rows of its items.

    ``edition`` counts its plans: who confirms, confirms the one that was shown. ``selection`` names the rows that were
    chosen, so that a second click finds what the first one began.
    """

    kind = models.CharField(max_length=40, editable=False)
    state = FSMField(_("state"), max_length=10, choices=BulkState.choices, default=BulkState.DRAFT, protected=True)
    parameters = models.JSONField(default=dict, editable=False)
    selection = models.CharField(max_length=64, editable=False)
    edition = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(pgettext_lazy("bulk operation", "rows"), default=0)
    planned = models.PositiveIntegerField(pgettext_lazy("bulk operation", "to change"), default=0)
    changed = models.PositiveIntegerField(pgettext_lazy("bulk operation", "changed"), default=0)
    refused = models.PositiveIntegerField(pgettext_lazy("bulk operation", "refused"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("prepared by")
    )
    created_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("bulk operation", "confirmed by"),
    )
    confirmed_at = models.DateTimeField(pgettext_lazy("bulk operation", "confirmed at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = BulkOperationQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk operation")
        verbose_name_plural = _("bulk operations")
        ordering = ["-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["created_by", "kind", "selection"],
                condition=Q(state=BulkState.DRAFT),
                name="jobs_one_draft_of_a_selection",
            ),
            models.CheckConstraint(
                name="jobs_bulk_counts_within_total", condition=Q(total__gte=F("changed") + F("refused"))
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="jobs_bulk_by_kind")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What the kind calls itself; its code where the app that knew it is gone."""
        known = bulk_kinds().get(self.kind)
        return str(known.title) if known else self.kind

    @transition(field=state, source=OPEN, target=BulkState.READY)
    def show(self) -> None:
        """Somebody is to look at what each row becomes, and confirm."""

    @transition(field=state, source=OPEN, target=BulkState.IDLE)
    def find_nothing(self) -> None:
        """No row would change."""

    @transition(field=state, source=OPEN, target=BulkState.ABANDONED)
    def abandon(self) -> None:
        """Nobody wants it any more."""

    @transition(field=state, source=BulkState.READY, target=BulkState.RUNNING)
    def confirm(self) -> None:
        """What was shown is to be done."""

    @transition(field=state, source=BulkState.RUNNING, target=BulkState.DONE)
    def finish(self) -> None:
        """Every row has been seen to."""

    @transition(field=state, source=[BulkState.DONE, BulkState.RUNNING], target=BulkState.UNDOING)
    def take_back(self) -> None:
        """What was changed is to be as before."""

    @transition(field=state, source=BulkState.UNDOING, target=BulkState.UNDONE)
    def finish_undoing(self) -> None:
        """Every row has been seen to."""


class BulkItem(models.Model):
    """One row of an operation, or one pasted line that names none.

    ``before`` and ``after`` are what people read. ``memory`` is what the kind needs to undo it.
    """

    operation = models.ForeignKey(BulkOperation, on_delete=models.CASCADE, related_name="items")
    # The line of the pasted list, or the rank in the list where rows were ticked.
    position = models.PositiveIntegerField(pgettext_lazy("list", "line"))
    object_id = models.PositiveBigIntegerField(null=True)
    label = models.CharField(pgettext_lazy("bulk operation", "row"), max_length=200)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.CHOSEN)
    before = models.CharField(_("before"), max_length=300, blank=True)
    after = models.CharField(_("after"), max_length=300, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    memory = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("row of a bulk operation")
        verbose_name_plural = _("rows of bulk operations")
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["operation", "position"], name="jobs_item_at_its_place"),
            # A line that names a row for the second time has none of its own.
            models.UniqueConstraint(fields=["operation", "object_id"], name="jobs_item_once_per_row"),
        ]
        indexes = [models.Index(fields=["operation", "outcome", "position"], name="jobs_item_by_outcome")]

    def __str__(self) -> str:
        return self.label

    @property
    def colour(self) -> str:
        return Outcome(self.outcome).colour
