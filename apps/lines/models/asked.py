"""What is still to happen to a line: operations asked for a day to come, and what was asked of the operator."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.lines.choices import OperationKind, PlannedState, ProvisioningState
from apps.lines.models.journal import LineOperation
from apps.lines.models.line import Line
from apps.lines.querysets import OfLineQuerySet, ProvisioningQuerySet


class PlannedOperation(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """An operation asked for a day to come; a worker does it on that day, by the service that its button calls.

    ``code`` names it in the registry of operations and ``parameters`` are its answers, as plain JSON. Once done it
    points to the journal's entry; once refused it says why.
    """

    line = models.ForeignKey(
        Line,
        on_delete=models.PROTECT,
        related_name="planned_operations",
        verbose_name=pgettext_lazy("mobile line", "line"),
    )
    code = models.CharField(max_length=40, editable=False)
    kind = models.CharField(_("operation"), max_length=15, choices=OperationKind.choices)
    parameters = models.JSONField(default=dict, editable=False)
    effective_on = models.DateField(_("effective on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = FSMField(
        _("state"),
        max_length=10,
        choices=PlannedState.choices,
        default=PlannedState.PLANNED,
        protected=True,
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("planned operation", "settled by"),
    )
    settled_at = models.DateTimeField(pgettext_lazy("planned operation", "settled at"), null=True)
    refusal = models.TextField(_("reason of the refusal"), blank=True)
    operation = models.OneToOneField(
        LineOperation,
        on_delete=models.PROTECT,
        null=True,
        related_name="planned",
        verbose_name=_("operation"),
    )

    objects = OfLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned operation")
        verbose_name_plural = _("planned operations")
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="lines_planned_is_done_by_an_operation",
                condition=Q(state=PlannedState.DONE) | Q(operation__isnull=True),
            ),
            # The same click twice, and two people at once: one operation of a kind per line and day.
            models.UniqueConstraint(
                fields=["line", "code", "effective_on"],
                condition=Q(state=PlannedState.PLANNED),
                name="lines_planned_once_for_a_day",
            ),
        ]
        indexes = [models.Index(fields=["state", "effective_on"], name="lines_planned_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.effective_on})"

    @transition(field=state, source=PlannedState.PLANNED, target=PlannedState.DONE)
    def finish(self) -> None:
        """Its day has come and it was done."""

    @transition(field=state, source=PlannedState.PLANNED, target=PlannedState.REFUSED)
    def refuse(self) -> None:
        """Its day has come and the line could not take it."""

    @transition(field=state, source=PlannedState.PLANNED, target=PlannedState.CANCELLED)
    def cancel(self) -> None:
        """Nobody wants it any more."""


class ProvisioningRequest(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """What the operator is asked to do on its network for one operation, and what it answered.

    Written in the transaction of the operation, so that neither is without the other. ``wanted`` is the state that the
    line is to have on the network, as plain values; ``reference`` is ours, and the operator's answer names it. One that
    is to be sent and names a ``file`` has its place in it already (ADR 0017). Asked again after a refusal it gets a new
    reference: ``earlier`` keeps what was asked and answered under the former ones.
    """

    operation = models.OneToOneField(
        LineOperation, on_delete=models.PROTECT, related_name="provisioning", verbose_name=_("operation")
    )
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    backend = models.CharField(_("backend"), max_length=20)
    wanted = models.JSONField(_("wanted"), default=dict)
    state = FSMField(
        _("state"),
        max_length=14,
        choices=ProvisioningState.choices,
        default=ProvisioningState.TO_SEND,
        protected=True,
        db_index=True,
    )
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    file = models.CharField(_("file"), max_length=120, blank=True)
    sent_at = models.DateTimeField(pgettext_lazy("provisioning", "sent at"), null=True)
    answered_at = models.DateTimeField(pgettext_lazy("provisioning", "answered at"), null=True)
    answer = models.CharField(_("answer of the operator"), max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("provisioning", "noted by"),
    )
    earlier = models.JSONField(_("earlier requests"), default=list, editable=False)

    objects = ProvisioningQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to the operator")
        verbose_name_plural = _("requests to the operator")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="lines_what_was_sent_has_a_moment",
                condition=Q(state=ProvisioningState.TO_SEND, sent_at__isnull=True)
                | ~Q(state=ProvisioningState.TO_SEND) & Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(field=state, source=ProvisioningState.TO_SEND, target=ProvisioningState.SENT)
    def send(self) -> None:
        """It is in the operator's hands."""

    @transition(field=state, source=ProvisioningState.SENT, target=ProvisioningState.ACKNOWLEDGED)
    def acknowledge(self) -> None:
        """The network does what was asked."""

    @transition(field=state, source=ProvisioningState.SENT, target=ProvisioningState.REFUSED)
    def refuse(self) -> None:
        """The operator will not do it: somebody has to look."""

    @transition(field=state, source=ProvisioningState.REFUSED, target=ProvisioningState.TO_SEND)
    def ask_again(self) -> None:
        """What was wrong has been put right."""
