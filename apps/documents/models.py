"""How invoices look, are numbered and are to be paid."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from apps.core.fields import MoneyField
from apps.core.models import Frozen
from apps.documents import terms
from apps.documents.choices import DocumentKind, PaymentMode
from apps.documents.numbering import NumberPattern, Reset
from apps.documents.shipped import shipped_layout


class PaymentTerms(models.Model):
    """When an invoice is due, counted from its date (DOMAIN §7)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    label = models.CharField(_("label"), max_length=80)
    days = models.PositiveSmallIntegerField(_("days"), default=30)
    end_of_month = models.BooleanField(_("end of month"), default=False)
    day_of_month = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    history = HistoricalRecords()

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
        _("text"),
        help_text=_("Placeholders: {due_date}, {iban}, {bic}, {mandate}, {customer_iban}, {number}, {mode}, {amount}."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")

    def __str__(self) -> str:
        return self.get_mode_display()


class InvoiceLayout(Frozen):
    """One version of how invoices look and of their legal texts (C2, C4, C6). The latest is in force.

    A version is written once: the invoices that were issued with it are drawn with it, whenever they are drawn.
    """

    frozen_when = "{row}.version IS NOT NULL"

    version = models.PositiveIntegerField(_("version"), unique=True)
    penalties = models.TextField(_("late-payment penalties"), help_text=_("{rate} stands for the rate."))
    penalty_rate = MoneyField(
        _("penalty rate"),
        null=True,
        blank=True,
        help_text=_("In percent; empty for the rate of the ECB plus 10 points."),
    )
    recovery_indemnity = models.TextField(_("recovery indemnity"), help_text=_("Not printed for individuals."))
    early_payment = models.TextField(_("early payment"))
    footer = models.TextField(_("footer"), blank=True)
    vat_on_debits = models.BooleanField(_("VAT on debits"), default=True)
    standard_vat_rate = MoneyField(_("standard VAT rate"), default=20, help_text=_("Usage is taxed at this rate."))
    html = models.TextField(_("layout"), blank=True, help_text=_("HTML; empty for the layout that is shipped."))
    #: Which of the shipped layouts an empty ``html`` stands for: an upgrade brings another, old invoices keep theirs.
    shipped = models.PositiveSmallIntegerField(default=1, editable=False)
    note = models.CharField(_("what has changed"), max_length=120, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("invoice template")
        verbose_name_plural = _("invoice templates")
        ordering = ["-version"]
        get_latest_by = "version"

    def __str__(self) -> str:
        return _("version %(number)s") % {"number": self.version}

    @property
    def source(self) -> str:
        """The HTML that documents of this version are drawn with."""
        return self.html or shipped_layout(self.shipped)


class NumberSeries(models.Model):
    """A gapless, dated series of document numbers (C3). Locked by whoever issues or changes its pattern."""

    kind = models.CharField(_("document"), max_length=20, choices=DocumentKind.choices, unique=True)
    pattern = models.CharField(_("pattern"), max_length=60, help_text=_("F{YYYY}{MM}-{N:5}"))
    reset = models.CharField(
        _("reset"),
        max_length=10,
        default="never",
        choices=[(Reset.NEVER, _("Never")), (Reset.YEARLY, _("Every year")), (Reset.MONTHLY, _("Every month"))],
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
        verbose_name_plural = pgettext_lazy("several", "number series")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pattern}"

    @property
    def rule(self) -> NumberPattern:
        """Its pattern, read; PatternRefused for one that gives no number."""
        return NumberPattern.parse(self.pattern, reset=Reset(self.reset))


class FormerPattern(models.Model):
    """How a series numbered its documents up to one of them, before its pattern was changed."""

    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, related_name="former_patterns", verbose_name=_("number series")
    )
    pattern = models.CharField(_("pattern"), max_length=60)
    reset = models.CharField(_("reset"), max_length=10)
    until_position = models.PositiveBigIntegerField(_("last document"))

    class Meta:
        verbose_name = _("former pattern")
        verbose_name_plural = _("former patterns")
        ordering = ["until_position"]
        constraints = [
            models.UniqueConstraint(fields=["series", "until_position"], name="documents_former_pattern_once")
        ]

    def __str__(self) -> str:
        return self.pattern

    @property
    def rule(self) -> NumberPattern:
        return NumberPattern.parse(self.pattern, reset=Reset(self.reset))


class LegalRate(models.Model):
    """The rates of one half-year by which late payment is judged, filled in by the integrator.

    Sources: the ECB's main refinancing rate on 1 January and 1 July (C. com. L441-10 II), the legal interest rate
    between businesses, which a ministerial order fixes each half-year (C. mon. fin. L313-2).
    """

    year = models.PositiveSmallIntegerField(_("year"))
    half = models.PositiveSmallIntegerField(_("half-year"), choices=[(1, _("1st half-year")), (2, _("2nd half-year"))])
    ecb = MoneyField(_("rate of the ECB"), help_text=_("Main refinancing rate, in percent."))
    legal = MoneyField(_("legal interest rate"), help_text=_("For debts between businesses, in percent."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("legal rate")
        verbose_name_plural = _("legal rates")
        ordering = ["-year", "-half"]
        constraints = [
            models.UniqueConstraint(fields=["year", "half"], name="documents_one_rate_per_half_year"),
            models.CheckConstraint(
                name="documents_rates_are_rates",
                condition=Q(half__range=(1, 2), ecb__range=(0, 100), legal__range=(0, 100)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_half_display()} {self.year}"
