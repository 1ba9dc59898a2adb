"""What the integrator sells: plans, options, services and equipment, with dated prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.catalog.choices import OfferKind, UsageKind
from apps.catalog.querysets import KindManager, OfferQuerySet
from apps.core.fields import MoneyField
from apps.core.models import Period


class Offer(models.Model):
    """One thing on sale. The menu shows it as «plan», «option» or «product» through the proxies below."""

    kind = models.CharField(_("kind"), max_length=10, choices=OfferKind.choices)
    code = models.CharField(_("code"), max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    vat_rate = MoneyField(_("VAT rate (%)"), default=20)
    recurring = models.BooleanField(_("recurring"), default=True)
    in_advance = models.BooleanField(_("billed in advance"), default=False)
    throughput = models.CharField(_("throughput"), max_length=20, blank=True)
    on_sale_from = models.DateField(_("on sale from"), null=True, blank=True)
    on_sale_until = models.DateField(_("on sale until"), null=True, blank=True)
    wholesale_code = models.CharField(_("wholesale code"), max_length=40, blank=True)
    wholesale_cost = MoneyField(_("wholesale cost"), null=True, blank=True)
    sales_account = models.CharField(_("sales account"), max_length=20, blank=True)

    objects = OfferQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="catalog_offer_vat_rate_positive", condition=Q(vat_rate__gte=0)),
            models.CheckConstraint(
                name="catalog_plans_and_options_recur",
                condition=Q(recurring=True) | ~Q(kind__in=[OfferKind.PLAN, OfferKind.OPTION]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.label}"

    def is_on_sale(self, day: date) -> bool:
        """As :meth:`OfferQuerySet.on_sale` has it, for one row."""
        begun = self.on_sale_from is None or self.on_sale_from <= day
        return begun and (self.on_sale_until is None or self.on_sale_until > day)

    def price_on(self, day: date) -> Decimal | None:
        """Catalogue price in force on ``day``; None before the first one."""
        price = self.prices.on(day).first()
        return None if price is None else price.amount


class Plan(Offer):
    objects = KindManager(OfferKind.PLAN)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = _("mobile plan")
        verbose_name_plural = _("mobile plans")


class Option(Offer):
    objects = KindManager(OfferKind.OPTION)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = _("mobile option")
        verbose_name_plural = _("mobile options")


class Product(Offer):
    objects = KindManager(OfferKind.SERVICE, OfferKind.EQUIPMENT)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = _("service or equipment")
        verbose_name_plural = _("services and equipment")


class OfferPrice(Period):
    """The catalogue price of an offer for a time. Prices already agreed on a subscription stay."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices", verbose_name=_("offer"))
    amount = MoneyField(_("price excluding tax"))

    no_overlap = (("offer",),)

    class Meta(Period.Meta):
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["offer", "-start"]
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(name="catalog_price_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.offer.code} {self.amount} € ({self.start})"


class Allowance(models.Model):
    """Usage included each calendar month in a plan or an option."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="allowances", verbose_name=_("offer"))
    kind = models.CharField(_("usage"), max_length=10, choices=UsageKind.choices)
    quantity = models.PositiveBigIntegerField(
        _("quantity"), null=True, blank=True, help_text=_("Seconds, SMS or bytes.")
    )
    unlimited = models.BooleanField(_("unlimited"), default=False)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = [
            models.UniqueConstraint(fields=["offer", "kind"], name="catalog_one_allowance_per_kind"),
            models.CheckConstraint(
                name="catalog_allowance_is_a_quantity_or_unlimited",
                condition=Q(quantity__isnull=False, unlimited=False) | Q(quantity__isnull=True, unlimited=True),
            ),
            # MMS are never included (DOMAIN §5.4).
            models.CheckConstraint(name="catalog_no_mms_allowance", condition=~Q(kind=UsageKind.MMS)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {'∞' if self.unlimited else self.quantity}"
