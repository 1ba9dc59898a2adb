"""What has left for the accounts: a journal, so that two files of one run can be told apart."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import RecapFormat
from apps.billing.models import BillingRun
from apps.core.fields import MoneyField


class RecapExport(models.Model):
    """One recap file of a run that somebody took away. ``exported_by`` is null for a command."""

    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="+", verbose_name=_("billing run"))
    format = models.CharField(_("format"), max_length=4, choices=RecapFormat.choices)
    invoice_count = models.PositiveIntegerField(_("invoices"))
    net = MoneyField(_("net total"))
    gross = MoneyField(_("gross total"))
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("exported by")
    )
    exported_at = models.DateTimeField(_("exported at"), auto_now_add=True)

    class Meta:
        verbose_name = _("export for accounting")
        verbose_name_plural = _("exports for accounting")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [("export_recap", _("Can export the recap of invoices"))]

    def __str__(self) -> str:
        return f"{self.run} ({self.get_format_display()})"
