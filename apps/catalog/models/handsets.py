"""«Terminaux»: what the integrator sells to go with a line, at a price per sale mode."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.catalog.choices import SaleMode
from apps.catalog.models.sale import OnSale
from apps.catalog.querysets import HandsetQuerySet
from apps.catalog.validators import check_ean, check_sales_account
from apps.core.fields import MoneyField
from apps.core.models import Period


class Handset(OnSale):
    """One model of a brand."""

    brand = models.CharField(_("brand"), max_length=40)
    model = models.CharField(_("model"), max_length=80)
    ean = models.CharField(_("EAN"), max_length=13, blank=True, validators=[check_ean])
    vat_rate = MoneyField(_("VAT rate (%)"), default=20)
    wholesale_cost = MoneyField(_("purchase price"), null=True, blank=True)
    sales_account = models.CharField(_("sales account"), max_length=20, blank=True, validators=[check_sales_account])

    objects = HandsetQuerySet.as_manager()
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta(OnSale.Meta):
        verbose_name = _("handset")
        verbose_name_plural = _("handsets")
        permissions = [("export_handset", _("Can export handsets"))]
        ordering = ["brand", "model"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "model"], name="catalog_handset_is_listed_once"),
            models.UniqueConstraint(fields=["ean"], condition=~Q(ean=""), name="catalog_ean_is_of_one_handset"),
            models.CheckConstraint(name="catalog_handset_vat_rate_positive", condition=Q(vat_rate__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.model}"


class HandsetPrice(Period):
    """What a handset costs in one sale mode, for a time.

    ``amount`` is paid once where it is sold outright or subsidised, each month where it is rented, and each month for
    ``months`` months where it is paid in instalments: one price for each number of months.
    """

    handset = models.ForeignKey(Handset, on_delete=models.PROTECT, related_name="prices", verbose_name=_("handset"))
    mode = models.CharField(_("sale mode"), max_length=12, choices=SaleMode.choices)
    months = models.PositiveSmallIntegerField(_("number of months"), default=0)
    amount = MoneyField(_("price excluding tax"))

    no_overlap = (("handset", "mode", "months"),)

    class Meta(Period.Meta):
        verbose_name = _("price of a handset")
        verbose_name_plural = _("prices of handsets")
        ordering = ["handset", "mode", "months", "-start"]
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(name="catalog_handset_price_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="catalog_instalments_have_months",
                condition=Q(mode=SaleMode.INSTALMENTS, months__gte=2) | ~Q(mode=SaleMode.INSTALMENTS) & Q(months=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handset} {self.get_mode_display()} {self.amount} € ({self.start})"
