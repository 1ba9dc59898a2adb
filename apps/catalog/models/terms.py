"""Dated prices of offers, and what they include each month."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import BeyondCeiling, UsageKind
from apps.catalog.models.offers import Offer
from apps.core.fields import MoneyField
from apps.core.models import Period


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
    """Usage included each calendar month in a plan or an option.

    A ``shared`` one is for all lines of the customer that bring such a one (ADR 0009). An unlimited one may have a
    fair-use ``ceiling`` a month, ``beyond`` which usage is charged or pointed out.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="allowances", verbose_name=_("offer"))
    kind = models.CharField(_("usage"), max_length=10, choices=UsageKind.choices)
    quantity = models.PositiveBigIntegerField(
        _("quantity"), null=True, blank=True, help_text=_("Seconds, SMS or bytes.")
    )
    unlimited = models.BooleanField(_("unlimited"), default=False)
    shared = models.BooleanField(_("shared by the customer’s lines"), default=False)
    ceiling = models.PositiveBigIntegerField(_("fair-use ceiling"), null=True, blank=True)
    beyond = models.CharField(
        _("beyond the ceiling"), max_length=10, choices=BeyondCeiling.choices, default=BeyondCeiling.CHARGED
    )

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = [
            models.UniqueConstraint(fields=["offer", "kind"], name="catalog_one_allowance_per_kind"),
            models.CheckConstraint(
                name="catalog_allowance_is_a_quantity_or_unlimited",
                condition=Q(quantity__isnull=False, unlimited=False) | Q(quantity__isnull=True, unlimited=True),
            ),
            models.CheckConstraint(
                name="catalog_only_the_unlimited_has_a_ceiling",
                condition=Q(ceiling__isnull=True) | Q(ceiling__gt=0, unlimited=True),
            ),
            # MMS are never included (DOMAIN §5.4).
            models.CheckConstraint(name="catalog_no_mms_allowance", condition=~Q(kind=UsageKind.MMS)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {'∞' if self.unlimited else self.quantity}"

    @property
    def free_quantity(self) -> int | None:
        """What is free each month, None without limit: an unlimited one ends at a ceiling that is charged beyond."""
        if self.unlimited and self.beyond == BeyondCeiling.CHARGED:
            return self.ceiling
        return self.quantity
