"""What has been invoiced. Mutable rows of their own, so that a credit note can release them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.billing.models.invoices import Invoice
from apps.core.fields import MoneyField
from apps.lines.models import OneOffCharge, Subscription
from apps.usage.models import Statement


class SliceClaim(models.Model):
    """One calendar-month slice of a subscription that an invoice took.

    ``net`` and ``discount`` (≤ 0) are what has been billed for it so far: when the subscription turns out to have
    served fewer days, the difference is refunded on a later invoice and both are brought up to date.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="claims", verbose_name=_("subscription")
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    net = MoneyField(_("net"))
    discount = MoneyField(_("discount"), default=0)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+", verbose_name=_("invoice"))

    class Meta:
        verbose_name = _("billed slice")
        verbose_name_plural = _("billed slices")
        constraints = [models.UniqueConstraint(fields=["subscription", "month"], name="billing_slice_billed_once")]

    def __str__(self) -> str:
        return f"{self.subscription} {self.month:%Y-%m}"


class OneOffClaim(models.Model):
    charge = models.OneToOneField(
        OneOffCharge, on_delete=models.PROTECT, related_name="claim", verbose_name=_("one-off charge")
    )
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+", verbose_name=_("invoice"))

    class Meta:
        verbose_name = _("billed one-off charge")
        verbose_name_plural = _("billed one-off charges")

    def __str__(self) -> str:
        return str(self.charge)


class StatementClaim(models.Model):
    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, related_name="claim", verbose_name=_("usage statement")
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="statement_claims", verbose_name=_("invoice")
    )

    class Meta:
        verbose_name = _("billed usage statement")
        verbose_name_plural = _("billed usage statements")

    def __str__(self) -> str:
        return str(self.statement)
