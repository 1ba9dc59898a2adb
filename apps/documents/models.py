"""How invoices look, are numbered and are to be paid."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.core.fields import MoneyField
from apps.documents import terms
from apps.documents.choices import DocumentKind, PaymentMode


class PaymentTerms(models.Model):
    """When an invoice is due, counted from its date (DOMAIN §7)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    label = models.CharField(_("label"), max_length=80)
    days = models.PositiveSmallIntegerField(_("days"), default=30)
    end_of_month = models.BooleanField(_("end of month"), default=False)
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="documents_one_default_payment_terms"
            ),
            models.CheckConstraint(
                name="documents_day_of_month_exists",
                condition=Q(day_of_month__isnull=True) | Q(day_of_month__range=(1, 31)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def terms(self) -> terms.PaymentTerms:
        return terms.PaymentTerms(days=self.days, end_of_month=self.end_of_month, day_of_month=self.day_of_month)


class PaymentMethod(models.Model):
    """The text that an invoice prints for one payment mode (C5)."""

    mode = models.CharField(_("payment mode"), max_length=20, choices=PaymentMode.choices, unique=True)
    text = models.TextField(
        _("text"), help_text=_("Placeholders: {due_date}, {iban}, {bic}, {mandate}, {customer_iban}, {number}.")
    )

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")

    def __str__(self) -> str:
        return self.get_mode_display()


class InvoiceLayout(models.Model):
    """The texts of an invoice: legal mentions and footer. A changed text is a new version (C2, C4)."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    penalties = models.TextField(_("late-payment penalties"))
    recovery_indemnity = models.TextField(_("recovery indemnity"), help_text=_("Not printed for individuals."))
    early_payment = models.TextField(_("early payment"))
    footer = models.TextField(_("footer"), blank=True)
    vat_on_debits = models.BooleanField(_("VAT on debits"), default=True)
    standard_vat_rate = MoneyField(_("standard VAT rate"), default=20, help_text=_("Usage is taxed at this rate."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("invoice template")
        verbose_name_plural = _("invoice templates")
        ordering = ["-version"]

    def __str__(self) -> str:
        return _("version %(number)s") % {"number": self.version}


class NumberSeries(models.Model):
    """A gapless, dated series of document numbers (C3). Locked by whoever issues; never edited by hand."""

    kind = models.CharField(_("document"), max_length=20, choices=DocumentKind.choices, unique=True)
    pattern = models.CharField(_("pattern"), max_length=60, help_text=_("F{YYYY}{MM}-{N:5}"))
    reset = models.CharField(
        _("reset"),
        max_length=10,
        default="never",
        choices=[("never", _("Never")), ("yearly", _("Every year")), ("monthly", _("Every month"))],
    )
    period_key = models.CharField(max_length=7, blank=True, editable=False)
    counter = models.PositiveBigIntegerField(_("last counter"), default=0, editable=False)
    position = models.PositiveBigIntegerField(
        _("documents issued"), default=0, editable=False, help_text=_("Never reset: orders the chain of hashes.")
    )
    last_date = models.DateField(_("last date"), null=True, editable=False)
    last_hash = models.CharField(max_length=64, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pattern}"
