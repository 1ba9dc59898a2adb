"""Dated facts of a line. A second change on one day replaces the period; the journal keeps both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.models import Period
from apps.lines.choices import LineStatus
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
    """Whether the line was active or suspended; a suspension may stop the recurring charges (``billed``)."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="states", verbose_name=LINE)
    status = models.CharField(pgettext_lazy("mobile line", "status"), max_length=12, choices=LineStatus.choices)
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
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} ({self.start})"
