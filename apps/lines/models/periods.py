"""Dated facts of a line. A second change on one day replaces the period; the journal keeps both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.choices import SaleMode
from apps.catalog.models import Handset
from apps.core.fields import MoneyField
from apps.core.models import Period
from apps.lines.choices import Barring, International, LineStatus, PurchaseMode
from apps.lines.models.line import Line
from apps.sims.models import SimCard
from apps.tariffs.models import Tariff

LINE = pgettext_lazy("mobile line", "line")


class LineNumber(Period):
    """Which number a line held: never two at once on a line, never one number on two lines."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="numbers", verbose_name=LINE)
    msisdn = models.CharField(pgettext_lazy("telephone", "number"), max_length=15)

    no_overlap = (("line",), ("msisdn",))

    class Meta(Period.Meta):
        verbose_name = _("number period")
        verbose_name_plural = _("number periods")
        ordering = ["start"]
        indexes = [models.Index(fields=["msisdn", "start"], name="lines_number_by_msisdn")]

    def __str__(self) -> str:
        return f"{self.msisdn} ({self.start})"


class LineSim(Period):
    """Which card a line used: one at once, and a card in one line at once."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="sims", verbose_name=LINE)
    sim = models.ForeignKey(SimCard, on_delete=models.PROTECT, related_name="line_periods", verbose_name=_("SIM card"))

    no_overlap = (("line",), ("sim",))

    class Meta(Period.Meta):
        verbose_name = _("SIM period")
        verbose_name_plural = _("SIM periods")
        ordering = ["start"]

    def __str__(self) -> str:
        return f"{self.sim} ({self.start})"


class LineTariff(Period):
    """Which minute grid prices the line's usage."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="tariffs", verbose_name=LINE)
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+", verbose_name=_("minute grid"))

    no_overlap = (("line",),)

    class Meta(Period.Meta):
        verbose_name = _("grid period")
        verbose_name_plural = _("grid periods")
        ordering = ["start"]

    def __str__(self) -> str:
        return f"{self.tariff} ({self.start})"


class LineState(Period):
    """Whether the line was active or suspended: ``barring`` says what was, ``billed`` whether it went on paying."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="states", verbose_name=LINE)
    status = models.CharField(pgettext_lazy("mobile line", "status"), max_length=12, choices=LineStatus.choices)
    barring = models.CharField(_("restriction"), max_length=10, choices=Barring.choices, blank=True)
    billed = models.BooleanField(_("billed"), default=True)

    no_overlap = (("line",),)

    class Meta(Period.Meta):
        verbose_name = _("status period")
        verbose_name_plural = _("status periods")
        ordering = ["start"]
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(
                name="lines_state_is_a_serving_one",
                condition=Q(status__in=[LineStatus.ACTIVE, LineStatus.SUSPENDED]),
            ),
            models.CheckConstraint(
                name="lines_only_a_suspension_is_unbilled", condition=Q(billed=True) | Q(status=LineStatus.SUSPENDED)
            ),
            models.CheckConstraint(
                name="lines_a_suspension_bars_something",
                condition=Q(status=LineStatus.ACTIVE, barring="")
                | Q(status=LineStatus.SUSPENDED, barring__in=Barring.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} ({self.start})"


class LineInternational(Period):
    """What the line could do beyond France. A line without one is as the network has it."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="internationals", verbose_name=LINE)
    behaviour = models.CharField(_("international behaviour"), max_length=12, choices=International.choices)

    no_overlap = (("line",),)

    class Meta(Period.Meta):
        verbose_name = _("international behaviour")
        verbose_name_plural = _("international behaviours")
        ordering = ["start"]

    def __str__(self) -> str:
        return f"{self.get_behaviour_display()} ({self.start})"


class LineHandset(Period):
    """Which handset went with the line, and how it was sold. Its charges are :class:`OneOffCharge` rows.

    ``price`` is paid once, or each month for ``months`` months where it is paid in instalments or rented; null where
    the handset is the customer's own.
    """

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="handsets", verbose_name=LINE)
    handset = models.ForeignKey(Handset, on_delete=models.PROTECT, related_name="+", verbose_name=_("handset"))
    imei = models.CharField(_("IMEI"), max_length=15, blank=True, db_index=True)
    sale_mode = models.CharField(_("sale mode"), max_length=12, choices=SaleMode.choices, blank=True)
    purchase_mode = models.CharField(_("purchase mode"), max_length=12, choices=PurchaseMode.choices)
    price = MoneyField(_("price excluding tax"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("number of months"), default=0)

    no_overlap = (("line",),)

    class Meta(Period.Meta):
        verbose_name = _("handset of a line")
        verbose_name_plural = _("handsets of lines")
        ordering = ["start"]
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(
                name="lines_a_handset_sold_has_a_price",
                condition=Q(sale_mode="", price__isnull=True, months=0)
                | ~Q(sale_mode="") & Q(price__isnull=False, price__gte=0),
            ),
            models.CheckConstraint(
                name="lines_monthly_sales_have_months",
                condition=Q(sale_mode__in=[SaleMode.INSTALMENTS, SaleMode.RENTAL], months__gte=1)
                | ~Q(sale_mode__in=[SaleMode.INSTALMENTS, SaleMode.RENTAL]) & Q(months=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handset} ({self.start})"
