from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.billing.choices import ItemState, RunState
from apps.billing.querysets import BillingRunQuerySet, RunItemQuerySet
from apps.core.fsm import ProtectedFSMMixin
from apps.core.periods import Month
from apps.customers.models import Customer


class BillingRun(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One launch of the invoices of a month. At most one is open per month.

    Whoever computes or issues holds the lease (``lease_token`` until ``lease_until``); each of its transactions
    checks it again, so that a process thought dead cannot write behind its successor's back.
    """

    period = models.DateField(_("period"), help_text=_("First day of the month."))
    state = FSMField(_("state"), max_length=10, choices=RunState.choices, default=RunState.DRAFT, protected=True)
    customers = models.ManyToManyField(
        Customer, blank=True, related_name="+", verbose_name=_("customers"), help_text=_("Empty: every customer.")
    )
    issue_date = models.DateField(_("invoice date"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("launched by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)
    lease_holder = models.CharField(max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = BillingRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-period", "-pk"]
        permissions = [
            ("issue_billingrun", _("Can validate and number invoices")),
            ("download_billingrun", _("Can download all the invoices of a run")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["period"], condition=~Q(state=RunState.DONE), name="billing_one_open_run_per_period"
            ),
            models.CheckConstraint(name="billing_period_is_a_first_day", condition=Q(period__day=1)),
        ]

    def __str__(self) -> str:
        return _("%(month)s, no. %(number)s") % {"month": date_format(self.period, "F Y"), "number": self.pk}

    @property
    def month(self) -> Month:
        return Month.of(self.period)

    @transition(field=state, source=[RunState.DRAFT, RunState.REVIEW, RunState.COMPUTING], target=RunState.COMPUTING)
    def compute(self) -> None:
        """Its drafts are being made (again)."""

    @transition(field=state, source=RunState.COMPUTING, target=RunState.REVIEW)
    def review(self) -> None:
        """The drafts can be looked at."""

    @transition(field=state, source=[RunState.REVIEW, RunState.ISSUING], target=RunState.ISSUING)
    def issue(self) -> None:
        """Numbers are being given; from here on the drafts are not recomputed."""

    @transition(field=state, source=RunState.ISSUING, target=RunState.RENDERING)
    def render(self) -> None:
        """All that could be numbered is; the PDFs are being drawn."""

    @transition(field=state, source=RunState.RENDERING, target=RunState.DONE)
    def finish(self) -> None:
        """Nothing left to do."""


class RunItem(models.Model):
    """What became of one customer in a run: one bad customer never blocks the others."""

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="items", verbose_name=_("billing run"))
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer"))
    state = models.CharField(_("state"), max_length=8, choices=ItemState.choices)
    reason = models.TextField(_("reason"), blank=True)

    objects = RunItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("run item")
        verbose_name_plural = _("run items")
        ordering = ["run", "customer__number"]
        constraints = [models.UniqueConstraint(fields=["run", "customer"], name="billing_one_item_per_customer")]

    def __str__(self) -> str:
        return f"{self.run} {self.customer}"
