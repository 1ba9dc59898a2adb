from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.billing.choices import SupplyKind, VatCategory
from apps.core.fields import MoneyField
from apps.customers.choices import VatRegime


class VatRule(models.Model):
    """Which rate a customer of a regime pays for a product of a rate (DOMAIN §7), set by the accountant.

    A regime, supply and rate without a rule are refused: no invoice leaves with a guessed VAT.
    """

    regime = models.CharField(_("VAT regime"), max_length=20, choices=VatRegime.choices)
    supply = models.CharField(_("supply"), max_length=10, choices=SupplyKind.choices)
    product_rate = MoneyField(_("product's rate (%)"))
    rate = MoneyField(_("rate charged (%)"))
    category = models.CharField(_("VAT category"), max_length=2, choices=VatCategory.choices)
    mention = models.CharField(_("mention"), max_length=200, blank=True, help_text=_("Printed when no VAT is charged."))
    exemption_code = models.CharField(_("exemption code"), max_length=20, blank=True, help_text=_("VATEX-…"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("VAT rule")
        verbose_name_plural = _("VAT rules")
        ordering = ["regime", "supply", "-product_rate"]
        constraints = [
            models.UniqueConstraint(fields=["regime", "supply", "product_rate"], name="billing_one_vat_rule"),
            models.CheckConstraint(
                name="billing_only_the_standard_category_has_a_rate",
                condition=models.Q(rate=0) | models.Q(category=VatCategory.STANDARD),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regime} {self.supply} {self.product_rate} → {self.rate}"
