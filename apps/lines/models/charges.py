"""What a customer owes: recurring subscriptions, one-off charges, and the discounts agreed on them.

Nothing here tells what has been invoiced: ``billing`` keeps that in rows of its own.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.choices import FeeKind, OfferKind
from apps.catalog.models import Offer
from apps.core.fields import MoneyField
from apps.core.models import Period
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.lines.choices import DiscountBasis
from apps.lines.models.journal import LineOperation
from apps.lines.models.line import Line
from apps.lines.models.periods import LineHandset

LINE = pgettext_lazy("mobile line", "line")


class Subscription(Period):
    """A recurring charge per calendar month, from its billing start to its end; of a line or of the customer.

    ``price`` is the price agreed per month and unit: a new catalogue price changes nothing here. ``kind`` repeats
    the offer's, which never changes, so that the database can keep two plans off one line.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("customer")
    )
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="subscriptions", null=True, blank=True, verbose_name=LINE
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("offer"))
    kind = models.CharField(_("kind"), max_length=10, choices=OfferKind.choices)
    price = MoneyField(_("agreed price excluding tax"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    in_advance = models.BooleanField(_("billed in advance"), default=False)
    prorata = models.BooleanField(_("prorata"), default=True)
    throughput = models.CharField(_("throughput"), max_length=20, blank=True)

    no_overlap = (("line",),)
    no_overlap_condition = "{row}.kind = 'plan'"

    class Meta(Period.Meta):
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["start", "pk"]
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(name="lines_subscription_amounts", condition=Q(price__gte=0, quantity__gte=1)),
            models.CheckConstraint(
                name="lines_plans_and_options_have_a_line",
                condition=Q(line__isnull=False) | ~Q(kind__in=[OfferKind.PLAN, OfferKind.OPTION]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer.code} ({self.start})"


class Discount(models.Model):
    """A special condition, on one subscription's slices or on a line's usage.

    It goes by whole calendar months, from that of ``start`` (null: of the billing start of what it applies to) up to,
    not including, that of ``end``: the month in which conditions change is under the new ones, and those before it keep
    theirs, whatever is still to be invoiced of them. ``months`` counts from the first one; null is unlimited. A
    percentage is taken on each rounded slice or usage line; an amount takes at most what there is in the month.
    """

    basis = models.CharField(_("applies to"), max_length=12, choices=DiscountBasis.choices)
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discounts",
        verbose_name=_("subscription"),
    )
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, null=True, blank=True, related_name="discounts", verbose_name=LINE
    )
    percent = MoneyField(_("discount (%)"), null=True, blank=True)
    amount = MoneyField(_("discount per month (€)"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    start = models.DateField(pgettext_lazy("dated fact", "from"), null=True, blank=True)
    end = models.DateField(pgettext_lazy("dated fact", "until"), null=True, blank=True)

    class Meta:
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="lines_discount_has_one_target",
                condition=Q(basis=DiscountBasis.SUBSCRIPTION, subscription__isnull=False, line__isnull=True)
                | Q(basis=DiscountBasis.USAGE, subscription__isnull=True, line__isnull=False),
            ),
            models.CheckConstraint(
                name="lines_discount_is_percent_or_amount",
                condition=Q(percent__isnull=False, amount__isnull=True, percent__gt=0, percent__lte=100)
                | Q(percent__isnull=True, amount__isnull=False, amount__gt=0),
            ),
            # One that was given and taken back on one day never held.
            models.CheckConstraint(
                name="lines_discount_ends_after_its_start",
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(end__gte=F("start")),
            ),
        ]

    def __str__(self) -> str:
        return f"-{self.percent} %" if self.percent is not None else f"-{self.amount} €"

    @property
    def is_over(self) -> bool:
        """Whether it was taken back, for good or from a month on; one whose months have run out is not."""
        return self.end is not None

    def is_left_on(self, day: date, billed_from: date) -> bool:
        """Whether something of it is left from the month of ``day`` on; ``billed_from``: of what it applies to."""
        if self.is_over:
            return False
        return self.months is None or Month.of(day).months_since(Month.of(self.start or billed_from)) < self.months


class OneOffCharge(models.Model):
    """Something billed once, in the run of the month of its ``day`` (fees, equipment, instalments).

    A fee says which one it is, and the operation on the line that it is for: an operation makes it once.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="one_off_charges", verbose_name=_("customer")
    )
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, null=True, blank=True, related_name="one_off_charges", verbose_name=LINE
    )
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("offer")
    )
    label = models.CharField(_("label"), max_length=120)
    price = MoneyField(_("unit price excluding tax"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    vat_rate = MoneyField(_("VAT rate (%)"), default=20)
    goods = models.BooleanField(_("goods"), default=False, help_text=_("Goods rather than a service, for VAT."))
    day = models.DateField(_("date"))
    handset = models.ForeignKey(
        LineHandset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="charges",
        verbose_name=_("handset"),
    )
    fee = models.CharField(_("fee"), max_length=12, choices=FeeKind.choices, blank=True)
    operation = models.ForeignKey(
        LineOperation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="charges",
        verbose_name=_("operation"),
    )

    class Meta:
        verbose_name = _("one-off charge")
        verbose_name_plural = _("one-off charges")
        ordering = ["day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="lines_one_off_amounts", condition=Q(price__gte=0, quantity__gte=1, vat_rate__gte=0)
            ),
            models.CheckConstraint(
                name="lines_fee_is_for_an_operation",
                condition=Q(fee="", operation__isnull=True)
                | ~Q(fee="") & Q(operation__isnull=False, offer__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["operation", "fee", "offer"],
                condition=Q(operation__isnull=False),
                name="lines_one_fee_per_operation",
            ),
        ]

    def __str__(self) -> str:
        return self.label
