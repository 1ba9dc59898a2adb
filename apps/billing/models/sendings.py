from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.billing.models.invoices import Invoice
from apps.messaging.models import Delivery


class InvoiceSending(models.Model):
    """An invoice that was given to the outbox, and the mail that carries it. A copy sent again is a row of its own."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="sendings", verbose_name=_("invoice"))
    delivery = models.OneToOneField(
        Delivery,
        on_delete=models.PROTECT,
        related_name="invoice_sending",
        verbose_name=pgettext_lazy("outbox", "mail"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("sending of an invoice")
        verbose_name_plural = _("sendings of invoices")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.invoice)
