from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.core.fsm import ProtectedFSMMixin
from apps.core.identifiers import national
from apps.core.periods import add_months
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.querysets import LineQuerySet


class Line(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """A mobile line of one customer, from its activation day to the day before its termination day.

    ``msisdn`` and ``status`` tell what is true now, for lists and search; what was true on a date is told by the
    periods. ``billing_start`` is the day from which recurring charges and allowances run; usage counts from
    ``activated_on``.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="lines", verbose_name=_("customer"))
    msisdn = models.CharField(pgettext_lazy("telephone", "number"), max_length=15, blank=True, db_index=True)
    user_name = models.CharField(_("user name"), max_length=38, blank=True)
    status = FSMField(
        pgettext_lazy("mobile line", "status"),
        max_length=12,
        choices=LineStatus.choices,
        default=LineStatus.PENDING,
        protected=True,
        db_index=True,
    )
    activated_on = models.DateField(_("activated on"), null=True, blank=True)
    billing_start = models.DateField(_("billed from"), null=True, blank=True)
    terminated_on = models.DateField(
        _("terminated on"), null=True, blank=True, help_text=_("The first day without service.")
    )
    commitment_months = models.PositiveSmallIntegerField(_("commitment (months)"), default=0)
    committed_from = models.DateField(_("committed from"), null=True, blank=True)
    rio = models.CharField(
        _("RIO"), max_length=12, blank=True, help_text=_("With it the customer can take the number elsewhere.")
    )

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("mobile line", "line")
        verbose_name_plural = pgettext_lazy("mobile line", "lines")
        ordering = ["msisdn", "pk"]
        permissions = [
            ("restrict_line", _("Can restrict lines and put them in service again")),
            ("terminate_line", _("Can terminate lines")),
            ("change_line_offers", _("Can change the offers of lines")),
            ("agree_line_prices", _("Can agree on other prices than the catalogue’s for lines")),
            ("swap_sim", _("Can replace the SIM cards of lines")),
        ]
        constraints = [
            models.CheckConstraint(name="lines_status_is_known", condition=Q(status__in=LineStatus.values)),
            models.CheckConstraint(
                name="lines_end_after_start",
                condition=Q(terminated_on__isnull=True) | Q(terminated_on__gt=F("activated_on")),
            ),
            # A serving line has begun; a terminated one has ended.
            models.CheckConstraint(
                name="lines_serving_has_begun",
                condition=~Q(status__in=[LineStatus.ACTIVE, LineStatus.SUSPENDED, LineStatus.TERMINATED])
                | Q(activated_on__isnull=False),
            ),
            models.CheckConstraint(
                name="lines_terminated_has_ended",
                condition=~Q(status=LineStatus.TERMINATED) | Q(terminated_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return national(self.msisdn) if self.msisdn else f"#{self.pk}"

    @property
    def committed_until(self) -> date | None:
        """The first day without commitment; None for a line that never had one."""
        if not self.commitment_months or self.committed_from is None:
            return None
        return add_months(self.committed_from, self.commitment_months)

    @transition(field=status, source=LineStatus.PENDING, target=LineStatus.ACTIVE)
    def activate(self) -> None:
        """Serves from now on."""

    @transition(field=status, source=LineStatus.ACTIVE, target=LineStatus.SUSPENDED)
    def suspend(self) -> None:
        """Restricted: incoming and outgoing, or outgoing only."""

    @transition(field=status, source=LineStatus.SUSPENDED, target=LineStatus.ACTIVE)
    def reactivate(self) -> None:
        """The restriction is lifted."""

    @transition(field=status, source=[LineStatus.ACTIVE, LineStatus.SUSPENDED], target=LineStatus.TERMINATED)
    def terminate(self) -> None:
        """Definitive: a terminated line never revives."""

    @transition(field=status, source=LineStatus.PENDING, target=LineStatus.CANCELLED)
    def cancel(self) -> None:
        """Never served."""
