"""Minute grids: what a call, a message or a megabyte costs, per version."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Window
from django.db.models.functions import Lead
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.catalog.choices import UsageKind
from apps.core.fields import MoneyField
from apps.jobs.imports.models import FileImport
from apps.tariffs.choices import PRICE_FIELDS, Direction
from apps.tariffs.querysets import RateQuerySet


class TariffQuerySet(models.QuerySet["Tariff"]):
    def with_versions_on(self, day: date) -> Self:
        """``version_count``, and the first days of two versions: that in force on ``day`` and the one after it.

        ``current_from`` is None for the first version, which has no date; ``next_from`` where none is to come.
        """
        dates = models.F("versions__valid_from")
        return self.annotate(
            version_count=models.Count("versions"),
            current_from=models.Max(dates, filter=Q(versions__valid_from__lte=day)),
            next_from=models.Min(dates, filter=Q(versions__valid_from__gt=day)),
        )


class Tariff(models.Model):
    """A named grid that lines are put on; its rates live in its versions."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)

    objects = TariffQuerySet.as_manager()

    class Meta:
        verbose_name = _("minute grid")
        verbose_name_plural = _("minute grids")
        ordering = ["code"]
        permissions = [("export_tariff", _("Can export minute grids"))]

    def __str__(self) -> str:
        return self.code


class TariffVersionQuerySet(models.QuerySet["TariffVersion"]):
    def on(self, day: date) -> Self:
        """Versions already begun on ``day``, the one in force first."""
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).latest_first()

    def latest_first(self) -> Self:
        return self.order_by(models.F("valid_from").desc(nulls_last=True))

    def with_end(self) -> Self:
        """``ends_on``: the day on which the next version of its grid begins, None for the last one."""
        following = Window(
            Lead("valid_from"), partition_by="tariff", order_by=models.F("valid_from").asc(nulls_first=True)
        )
        return self.annotate(ends_on=following)

    def with_rate_count(self) -> Self:
        """``rate_count``: how many rows the version has."""
        return self.annotate(rate_count=models.Count("rates"))


class TariffVersion(models.Model):
    """The rates of a grid from a Paris date on; the first version (no date) holds for all earlier calls."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions", verbose_name=_("minute grid"))
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # How often its rates were changed in place: whoever read them before and holds them now can tell.
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = TariffVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid version")
        verbose_name_plural = _("grid versions")
        ordering = ["tariff", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["tariff", "valid_from"], name="tariffs_one_version_per_date"),
            models.UniqueConstraint(
                fields=["tariff"], condition=Q(valid_from__isnull=True), name="tariffs_one_first_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} ({self.valid_from or _('from the beginning')})"


class Rate(models.Model):
    """One row of a grid version (DOMAIN §5). Prices in euros excluding tax with up to six decimals."""

    version = models.ForeignKey(
        TariffVersion, on_delete=models.CASCADE, related_name="rates", verbose_name=_("grid version")
    )
    prefix = models.CharField(_("prefix"), max_length=15, blank=True, help_text=_("Digits; empty for any number."))
    destination = models.CharField(_("destination"), max_length=80)
    kind = models.CharField(_("usage"), max_length=10, choices=UsageKind.choices)
    direction = models.CharField(_("direction"), max_length=2, choices=Direction.choices)
    origin_zone = models.CharField(_("origin zone"), max_length=20)
    destination_zone = models.CharField(_("destination zone"), max_length=20, blank=True)
    special = models.BooleanField(
        _("special number"), default=False, help_text=_("French short and special numbers, in national form.")
    )
    price_minute = MoneyField(_("price per minute"), scale=6, default=0)
    price_unit = MoneyField(_("price per unit"), scale=6, default=0)
    price_megabyte = MoneyField(_("price per MB"), scale=6, default=0)
    connection_fee = MoneyField(_("connection fee"), scale=6, default=0)
    first_step = models.PositiveIntegerField(_("first step (s)"), default=1, validators=[MinValueValidator(1)])
    step = models.PositiveIntegerField(_("step (s)"), default=1, validators=[MinValueValidator(1)])
    free_seconds = models.PositiveIntegerField(_("free seconds"), default=0)
    included = models.BooleanField(_("may be taken from an allowance"), default=False)

    objects = RateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["version", "origin_zone", "kind", "direction", "prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "direction", "origin_zone", "prefix", "special"],
                name="tariffs_rate_is_unique",
            ),
            models.CheckConstraint(
                name="tariffs_rate_prices_not_negative",
                condition=Q(price_minute__gte=0, price_unit__gte=0, price_megabyte__gte=0, connection_fee__gte=0),
            ),
            models.CheckConstraint(name="tariffs_rate_steps_from_one", condition=Q(first_step__gte=1, step__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.destination}" if self.prefix else f"{self.destination} ({_('any number')})"

    @property
    def price_field(self) -> str:
        """The one of the three prices that this kind of usage is charged at."""
        return PRICE_FIELDS[UsageKind(self.kind)]

    @property
    def price(self) -> Decimal:
        price: Decimal = getattr(self, self.price_field)
        return price


class RateImport(FileImport):
    """A file of rates, from its reading to its confirmation."""

    class Meta:
        proxy = True
        verbose_name = _("import of a minute grid")
        verbose_name_plural = _("imports of minute grids")
        default_permissions = ("add", "view")
