from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.billing.choices import DocumentPart, InvoiceState, LineKind, VatCategory
from apps.billing.models.runs import BillingRun
from apps.billing.querysets import InvoiceLineQuerySet, InvoiceQuerySet
from apps.catalog.choices import UsageKind
from apps.core import french
from apps.core.fields import MoneyField
from apps.core.models import Frozen
from apps.customers.models import Customer
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.lines.models import Discount, Line, OneOffCharge, Subscription
from apps.usage.models import Statement

OF_AN_ISSUED_INVOICE = (
    "EXISTS (SELECT 1 FROM billing_invoice AS invoice "
    "WHERE invoice.id = {row}.invoice_id AND invoice.number IS NOT NULL)"
)


class Invoice(Frozen):
    """A draft while ``number`` is null; afterwards a document that model, admin and database refuse to change.

    ``period_end`` is the day after the last. ``snapshot`` holds all that the document shows; ``digest`` is the hash
    of it chained to the digest of the document before in the series.
    """

    run = models.ForeignKey(
        BillingRun, on_delete=models.PROTECT, null=True, related_name="invoices", verbose_name=_("billing run")
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("customer")
    )
    kind = models.CharField(_("document"), max_length=12, choices=DocumentKind.choices, default=DocumentKind.INVOICE)
    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("number series")
    )
    number = models.CharField(_("number"), max_length=35, null=True, unique=True)
    position = models.PositiveBigIntegerField(_("rank in the series"), null=True)
    counter = models.PositiveBigIntegerField(null=True, editable=False)
    issue_date = models.DateField(_("invoice date"), null=True)
    due_date = models.DateField(_("due date"), null=True)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period until"))
    net = MoneyField(_("net total"))
    vat = MoneyField(_("VAT"))
    gross = MoneyField(_("gross total"))
    cancels = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="credit_notes", verbose_name=_("cancels")
    )
    snapshot = models.JSONField(null=True, editable=False)
    digest = models.CharField(max_length=64, null=True, editable=False)
    previous_digest = models.CharField(max_length=64, null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = InvoiceQuerySet.as_manager()

    frozen_when = "{row}.number IS NOT NULL"

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issue_date", "-position", "-pk"]
        permissions = [("send_invoice", _("Can send invoices by mail"))]
        constraints = [
            models.UniqueConstraint(fields=["series", "position"], name="billing_one_document_per_rank"),
            models.UniqueConstraint(
                fields=["run", "customer"], condition=Q(number__isnull=True), name="billing_one_draft_per_customer"
            ),
            models.CheckConstraint(name="billing_gross_is_net_plus_vat", condition=Q(gross=F("net") + F("vat"))),
            models.CheckConstraint(
                name="billing_issued_is_complete",
                condition=Q(number__isnull=True)
                | Q(
                    series__isnull=False,
                    position__isnull=False,
                    counter__isnull=False,
                    issue_date__isnull=False,
                    due_date__isnull=False,
                    snapshot__isnull=False,
                    digest__isnull=False,
                    previous_digest__isnull=False,
                ),
            ),
        ]
        indexes = [models.Index(fields=["customer", "issue_date"], name="billing_invoice_by_customer")]

    def __str__(self) -> str:
        return self.number or str(pgettext_lazy("invoice", "Draft"))

    @property
    def is_issued(self) -> bool:
        return self.number is not None

    @property
    def is_payable(self) -> bool:
        """Whether the customer owes something by it: a credit note has a due date that asks for nothing."""
        return self.kind == DocumentKind.INVOICE and self.gross > 0

    @property
    def period_text(self) -> str:
        """«du 01/10/2026 au 31/10/2026»."""
        return french.days(self.period_start, self.period_end)

    @property
    def state(self) -> InvoiceState:
        return InvoiceState.ISSUED if self.is_issued else InvoiceState.DRAFT


class InvoiceLine(Frozen):
    """One line of an invoice. ``net`` is in euros excluding tax, negative for a discount or a refund."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    position = models.PositiveIntegerField(_("rank"))
    kind = models.CharField(_("kind"), max_length=12, choices=LineKind.choices)
    label = models.CharField(_("label"), max_length=160)
    detail = models.CharField(_("detail"), max_length=160, blank=True)
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=pgettext_lazy("mobile line", "line")
    )
    msisdn = models.CharField(pgettext_lazy("telephone", "number"), max_length=15, blank=True)
    user_name = models.CharField(_("user name"), max_length=38, blank=True)
    period_start = models.DateField(pgettext_lazy("dated fact", "from"))
    period_end = models.DateField(pgettext_lazy("dated fact", "until"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    unit_price = MoneyField(_("unit price"))
    net = MoneyField(_("net"))
    vat_rate = MoneyField(_("VAT rate (%)"))
    vat_category = models.CharField(_("VAT category"), max_length=2, choices=VatCategory.choices)
    third_party = models.BooleanField(_("third-party service"), default=False)
    goods = models.BooleanField(_("goods"), default=False)
    usage_kind = models.CharField(_("usage"), max_length=10, choices=UsageKind.choices, blank=True)
    # A draft protects nothing; what an issued invoice took is protected by its claim, and the row itself is frozen.
    subscription = models.ForeignKey(Subscription, on_delete=models.SET_NULL, null=True, related_name="+")
    one_off_charge = models.ForeignKey(OneOffCharge, on_delete=models.SET_NULL, null=True, related_name="+")
    discount = models.ForeignKey(Discount, on_delete=models.SET_NULL, null=True, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, related_name="+")

    objects = InvoiceLineQuerySet.as_manager()

    frozen_when = OF_AN_ISSUED_INVOICE
    frozen_insert = True

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="billing_line_rank_is_unique"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def period_text(self) -> str:
        return french.days(self.period_start, self.period_end)


class InvoiceVat(Frozen):
    """VAT of one rate and category, computed once on the sum of the nets (DOMAIN §5.6)."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="vat_totals", verbose_name=_("invoice"))
    category = models.CharField(_("VAT category"), max_length=2, choices=VatCategory.choices)
    rate = MoneyField(_("VAT rate (%)"))
    base = MoneyField(_("base"))
    amount = MoneyField(_("amount"))
    mention = models.TextField(_("mention"), blank=True)

    frozen_when = OF_AN_ISSUED_INVOICE
    frozen_insert = True

    class Meta:
        verbose_name = _("VAT total")
        verbose_name_plural = _("VAT totals")
        ordering = ["invoice", "-rate", "category"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "category", "rate"], name="billing_one_total_per_rate")
        ]

    def __str__(self) -> str:
        return f"{self.rate} %"


class InvoiceDocument(models.Model):
    """A drawn PDF of an issued invoice in the private store. The call detail stands apart: it can be purged."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="documents", verbose_name=_("invoice"))
    part = models.CharField(_("part"), max_length=8, choices=DocumentPart.choices)
    path = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("size"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("invoice document")
        verbose_name_plural = _("invoice documents")
        constraints = [models.UniqueConstraint(fields=["invoice", "part"], name="billing_one_document_per_part")]

    def __str__(self) -> str:
        return f"{self.invoice} ({self.get_part_display()})"


class Drawing(models.Model):
    """An issued invoice that somebody draws right now, or that could not be drawn; gone once its PDF is there.

    Workers share the drawing of a run by it: whoever writes ``holder`` has the invoice until ``until``.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="drawing", verbose_name=_("invoice"))
    holder = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(null=True)
    fault = models.TextField(_("why it cannot be drawn"), blank=True)

    class Meta:
        verbose_name = _("drawing")
        verbose_name_plural = _("drawings")
        constraints = [
            models.CheckConstraint(
                name="billing_drawn_by_somebody_or_faulty",
                condition=Q(fault="", until__isnull=False) | (~Q(fault="") & Q(until__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return str(self.invoice)
