"""The items of an order: a mobile line each, or a service, an equipment, a handset."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.catalog.choices import SaleMode
from apps.catalog.models import Handset, Offer
from apps.core.fields import MoneyField
from apps.core.fsm import ProtectedFSMMixin
from apps.lines.choices import DiscountBasis, PurchaseMode
from apps.lines.models import Line, OneOffCharge, Subscription
from apps.orders.choices import HOLDING, ItemState, NumberSource
from apps.orders.models.order import Order
from apps.sims.models import SimCard
from apps.tariffs.models import Tariff


class MobileItem(ProtectedFSMMixin, ConcurrentTransitionMixin, models.Model):
    """One line to be: who uses it, with which card, number, handset, plan, grid and conditions (SPEC G).

    Prices are those agreed, per month and excluding tax; an order keeps them. ``active_on`` null is the day on which
    the order is validated; ``billed_from`` null is the day on which the line begins to serve.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="mobile_items", verbose_name=pgettext_lazy("sale", "order")
    )
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"))
    state = FSMField(
        _("state"), max_length=10, choices=ItemState.choices, default=ItemState.DRAFT, protected=True, db_index=True
    )
    user_name = models.CharField(_("user name"), max_length=38)
    sim = models.ForeignKey(SimCard, on_delete=models.PROTECT, related_name="order_items", verbose_name=_("SIM card"))
    number_source = models.CharField(
        pgettext_lazy("telephone", "number"), max_length=10, choices=NumberSource.choices, default=NumberSource.CARD
    )
    msisdn = models.CharField(pgettext_lazy("telephone", "number"), max_length=15, blank=True)
    holder = models.CharField(
        _("holder of the number"), max_length=80, blank=True, help_text=_("As the other operator knows it.")
    )
    rio = models.CharField(_("RIO"), max_length=12, blank=True)
    port_on = models.DateField(_("porting date"), null=True, blank=True)
    commitment_months = models.PositiveSmallIntegerField(_("commitment (months)"), default=0)
    handset = models.ForeignKey(
        Handset, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handset")
    )
    imei = models.CharField(_("IMEI"), max_length=15, blank=True)
    sale_mode = models.CharField(_("sale mode"), max_length=12, choices=SaleMode.choices, blank=True)
    purchase_mode = models.CharField(_("purchase mode"), max_length=12, choices=PurchaseMode.choices, blank=True)
    handset_price = MoneyField(_("price of the handset"), null=True, blank=True)
    handset_months = models.PositiveSmallIntegerField(_("number of months"), default=0)
    plan = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", verbose_name=_("plan"))
    plan_price = MoneyField(_("agreed price excluding tax"))
    throughput = models.CharField(_("throughput"), max_length=20, blank=True)
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+", verbose_name=_("minute grid"))
    in_advance = models.BooleanField(_("billed in advance"), default=False)
    prorata = models.BooleanField(_("prorata"), default=True)
    active_on = models.DateField(_("in service from"), null=True, blank=True)
    billed_from = models.DateField(_("billed from"), null=True, blank=True)
    line = models.OneToOneField(
        Line,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_item",
        verbose_name=pgettext_lazy("mobile line", "line"),
    )

    class Meta:
        verbose_name = _("mobile line ordered")
        verbose_name_plural = _("mobile lines ordered")
        ordering = ["order", "position"]
        constraints = [
            # Two people can never sell the same card, nor promise the same number.
            models.UniqueConstraint(
                fields=["sim"], condition=Q(state__in=HOLDING), name="orders_a_card_is_in_one_order"
            ),
            models.UniqueConstraint(
                fields=["msisdn"],
                condition=Q(state__in=HOLDING) & ~Q(msisdn=""),
                name="orders_a_number_is_in_one_order",
            ),
            models.CheckConstraint(
                name="orders_only_a_number_to_come_is_missing",
                condition=Q(number_source=NumberSource.LATER) | ~Q(msisdn=""),
            ),
            models.CheckConstraint(
                name="orders_a_ported_number_has_its_rio_and_day",
                condition=Q(number_source=NumberSource.PORTED, port_on__isnull=False) & ~Q(rio="") & ~Q(holder="")
                | ~Q(number_source=NumberSource.PORTED) & Q(rio="", holder="", port_on__isnull=True),
            ),
            models.CheckConstraint(name="orders_plan_price_not_negative", condition=Q(plan_price__gte=0)),
            models.CheckConstraint(
                name="orders_a_sold_line_exists",
                condition=Q(state__in=[ItemState.DRAFT, ItemState.CANCELLED]) | Q(line__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} – {self.position}"

    @transition(field=state, source=ItemState.DRAFT, target=ItemState.WAITING)
    def wait(self) -> None:
        """Sold; its line begins to serve once it has its number."""

    @transition(field=state, source=[ItemState.DRAFT, ItemState.WAITING], target=ItemState.DONE)
    def finish(self) -> None:
        """Its line serves."""

    @transition(field=state, source=[ItemState.DRAFT, ItemState.WAITING], target=ItemState.CANCELLED)
    def cancel(self) -> None:
        """Its card and number are free."""


class ItemOption(models.Model):
    """An option of a line to be, at the price agreed; its throughput where the option is about data."""

    item = models.ForeignKey(MobileItem, on_delete=models.CASCADE, related_name="options")
    option = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", verbose_name=_("option"))
    price = MoneyField(_("agreed price excluding tax"))
    throughput = models.CharField(_("throughput"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("option ordered")
        verbose_name_plural = _("options ordered")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["item", "option"], name="orders_an_option_is_ordered_once"),
            models.CheckConstraint(name="orders_option_price_not_negative", condition=Q(price__gte=0)),
        ]

    def __str__(self) -> str:
        return str(self.option)


class ItemDiscount(models.Model):
    """A special condition of a line to be: see :class:`apps.lines.models.Discount`, which it becomes."""

    item = models.ForeignKey(MobileItem, on_delete=models.CASCADE, related_name="discounts")
    basis = models.CharField(_("applies to"), max_length=12, choices=DiscountBasis.choices)
    percent = MoneyField(_("discount (%)"), null=True, blank=True)
    amount = MoneyField(_("discount per month (€)"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)

    class Meta:
        verbose_name = _("special condition ordered")
        verbose_name_plural = _("special conditions ordered")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["item", "basis"], name="orders_one_discount_on_each_basis"),
            models.CheckConstraint(
                name="orders_discount_is_percent_or_amount",
                condition=Q(percent__isnull=False, amount__isnull=True, percent__gt=0, percent__lte=100)
                | Q(percent__isnull=True, amount__isnull=False, amount__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"-{self.percent} %" if self.percent is not None else f"-{self.amount} €"


class ServiceItem(models.Model):
    """A service or an equipment (``offer``), or a handset with its sale mode, that is ordered (SPEC H).

    ``start`` is the day from which a recurring one is charged, up to, not including, ``end``; of what is sold once, the
    day of the charge. What was made of it once the order is validated: a subscription, or charges.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="service_items", verbose_name=pgettext_lazy("sale", "order")
    )
    position = models.PositiveIntegerField(pgettext_lazy("order", "position"))
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service or equipment"),
    )
    handset = models.ForeignKey(
        Handset, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handset")
    )
    sale_mode = models.CharField(_("sale mode"), max_length=12, choices=SaleMode.choices, blank=True)
    months = models.PositiveSmallIntegerField(_("number of months"), default=0)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    price = MoneyField(_("unit price excluding tax"))
    start = models.DateField(_("start date"))
    end = models.DateField(
        _("end date"), null=True, blank=True, help_text=_("The first day on which it is not charged.")
    )
    line = models.ForeignKey(
        Line,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("mobile line", "line"),
    )
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="service_item"
    )
    charges = models.ManyToManyField(OneOffCharge, blank=True, related_name="service_items")

    class Meta:
        verbose_name = _("service ordered")
        verbose_name_plural = _("services ordered")
        ordering = ["order", "position"]
        constraints = [
            models.CheckConstraint(
                name="orders_a_service_or_a_handset",
                condition=Q(offer__isnull=False, handset__isnull=True, sale_mode="", months=0)
                | Q(offer__isnull=True, handset__isnull=False) & ~Q(sale_mode=""),
            ),
            models.CheckConstraint(name="orders_service_amounts", condition=Q(price__gte=0, quantity__gte=1)),
            models.CheckConstraint(
                name="orders_service_ends_after_its_start", condition=Q(end__isnull=True) | Q(end__gt=F("start"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} – {self.position}"
