"""What lines and customers subscribe to: plans, options, services and equipment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.catalog.choices import FeeKind, OfferKind, RuleKind
from apps.catalog.models.sale import OnSale
from apps.catalog.querysets import KindManager, OfferQuerySet
from apps.catalog.validators import check_sales_account
from apps.core.fields import MoneyField

# Its entries say in a sentence what changed of the prices, allowances and rules, which are rows of their own.
HISTORY = HistoricalRecords(history_change_reason_field=models.TextField(null=True))


def _fee(name: Any) -> MoneyField:
    return MoneyField(name, null=True, blank=True)


class Offer(OnSale):
    """One thing on sale. The menu shows it as «plan», «option» or «product» through the proxies below."""

    kind = models.CharField(_("kind"), max_length=10, choices=OfferKind.choices)
    code = models.CharField(_("code"), max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    vat_rate = MoneyField(_("VAT rate (%)"), default=20)
    recurring = models.BooleanField(_("recurring"), default=True)
    in_advance = models.BooleanField(_("billed in advance"), default=False)
    throughput = models.CharField(_("throughput"), max_length=20, blank=True)
    wholesale_code = models.CharField(_("wholesale code"), max_length=40, blank=True)
    wholesale_cost = MoneyField(_("wholesale cost"), null=True, blank=True)
    sales_account = models.CharField(_("sales account"), max_length=20, blank=True, validators=[check_sales_account])
    activation_fee = _fee(_("activation fee"))
    sim_fee = _fee(_("fee for the SIM card"))
    swap_fee = _fee(_("fee for a replaced SIM card"))
    termination_fee = _fee(_("termination fee"))

    objects = OfferQuerySet.as_manager()
    history = HISTORY

    class Meta(OnSale.Meta):
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="catalog_offer_vat_rate_positive", condition=Q(vat_rate__gte=0)),
            models.CheckConstraint(
                name="catalog_plans_and_options_recur",
                condition=Q(recurring=True) | ~Q(kind__in=[OfferKind.PLAN, OfferKind.OPTION]),
            ),
            *(
                models.CheckConstraint(
                    name=f"catalog_{kind}_fee_not_negative",
                    condition=Q(**{f"{kind}_fee__isnull": True}) | Q(**{f"{kind}_fee__gte": 0}),
                )
                for kind in FeeKind
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.label}"

    def price_on(self, day: date) -> Decimal | None:
        """Catalogue price in force on ``day``; None before the first one."""
        price = self.prices.on(day).first()
        return None if price is None else price.amount

    def fee(self, kind: FeeKind) -> Decimal:
        """What is charged today when that happens to a line; 0 for nothing."""
        amount: Decimal | None = getattr(self, f"{kind}_fee")
        return amount or Decimal(0)


class Plan(Offer):
    objects = KindManager(OfferKind.PLAN)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = _("mobile plan")
        verbose_name_plural = _("mobile plans")
        permissions = [("export_plan", _("Can export plans"))]


class Option(Offer):
    objects = KindManager(OfferKind.OPTION)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = _("mobile option")
        verbose_name_plural = _("mobile options")
        permissions = [("export_option", _("Can export options"))]


class Product(Offer):
    objects = KindManager(OfferKind.SERVICE, OfferKind.EQUIPMENT)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = _("service or equipment")
        verbose_name_plural = _("services and equipment")
        permissions = [("export_product", _("Can export services and equipment"))]


class OfferRule(models.Model):
    """Offers that go together on a line, or that cannot.

    Of the plans that an offer requires a line needs one, since it has one plan only; of the options, all. What is
    incompatible is so both ways: the row points from the older offer to the younger.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="rules", verbose_name=_("offer"))
    kind = models.CharField(_("rule"), max_length=10, choices=RuleKind.choices)
    other = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="ruled_by", verbose_name=_("other offer"))

    class Meta:
        verbose_name = _("rule between offers")
        verbose_name_plural = _("rules between offers")
        constraints = [
            models.UniqueConstraint(fields=["offer", "kind", "other"], name="catalog_rule_is_said_once"),
            models.CheckConstraint(name="catalog_rule_is_between_two", condition=~Q(offer=F("other"))),
            models.CheckConstraint(
                name="catalog_incompatible_is_said_one_way",
                condition=Q(kind=RuleKind.REQUIRES) | Q(offer__lt=F("other")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer.code} {self.get_kind_display()} {self.other.code}"


def proxies() -> Iterator[type[Offer]]:
    yield from (Plan, Option, Product)


for _proxy in proxies():
    # Django announces the saves of a proxy under its own name, to which simple-history does not listen.
    _proxy._meta.simple_history_manager_attribute = Offer._meta.simple_history_manager_attribute  # type: ignore[attr-defined]
    models.signals.post_save.connect(HISTORY.post_save, sender=_proxy, weak=False)
