"""What an order, or an item that is being typed, costs each month and once: the figures beside the form and on paper.

They are those of a whole month: prorata, usage and what follows a discount of some months are the invoice's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from apps.catalog.choices import FeeKind, OfferKind, SaleMode
from apps.catalog.models import Handset, Offer
from apps.core.money import percentage, round_half_up, total
from apps.core.slots import contributions
from apps.customers.models import Customer
from apps.lines.choices import DiscountBasis
from apps.lines.services.fees import LABELS
from apps.lines.services.handsets import MONTHLY
from apps.orders.choices import ItemState, OrderState
from apps.orders.models import MobileItem, Order, ServiceItem
from apps.orders.terms import MobileTerms, ServiceTerms

#: How the customer's regime maps VAT: a function of a customer that gives a function ``(goods, rate) -> rate``.
#: ``billing``, which has the rules, contributes it; without one the rates are those of the catalogue.
VAT: Final = "orders.vat"

Rates = Callable[[bool, Decimal], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One thing that is to be paid, each month or once: ``net`` for the whole ``quantity``, negative for a discount."""

    label: str
    net: Decimal
    rate: Decimal
    monthly: bool
    goods: bool = False
    quantity: int = 1
    unit_price: Decimal | None = None
    note: str = ""


class Totals:
    """Sums of charges, excluding tax and with it: VAT is rounded half up once per rate, as on invoices."""

    def __init__(self, charges: Iterable[Charge], customer: Customer | None = None) -> None:
        self.charges = tuple(charges)
        self._customer = customer

    @property
    def monthly_net(self) -> Decimal:
        return self._net(monthly=True)

    @property
    def once_net(self) -> Decimal:
        return self._net(monthly=False)

    @property
    def monthly_gross(self) -> Decimal:
        return self.monthly_net + self._vat(monthly=True)

    @property
    def once_gross(self) -> Decimal:
        return self.once_net + self._vat(monthly=False)

    def rate_of(self, charge: Charge) -> Decimal:
        """The VAT rate of a charge for this customer."""
        return self._rates(charge.goods, charge.rate)

    def _net(self, *, monthly: bool) -> Decimal:
        return total(one.net for one in self.charges if one.monthly == monthly)

    def _vat(self, *, monthly: bool) -> Decimal:
        bases: dict[Decimal, Decimal] = {}
        for one in self.charges:
            if one.monthly == monthly:
                rate = self.rate_of(one)
                bases[rate] = bases.get(rate, Decimal(0)) + one.net
        return total(round_half_up(percentage(base, rate)) for rate, base in bases.items())

    @cached_property
    def _rates(self) -> Rates:
        if self._customer is not None:
            for rates_of in contributions(VAT):
                rates: Rates = rates_of(self._customer)
                return rates
        return lambda goods, rate: rate


def totals_of(of: Order | MobileTerms | ServiceTerms, *, customer: Customer | None = None) -> Totals:
    """What it all costs. VAT is the customer's, which an order knows; the catalogue's for terms without one."""
    if isinstance(of, Order):
        return Totals((charge for item in sold(of) for charge in charges_of(item)), of.customer)
    return Totals(charges_of(of), customer)


def sold(order: Order) -> Iterator[MobileItem | ServiceItem]:
    """The items of an order; of a validated one, those that have not been given up since."""
    given_up = ItemState.CANCELLED if order.state == OrderState.VALIDATED else None
    yield from (item for item in order.mobile_items.all() if item.state != given_up)
    yield from order.service_items.all()


def charges_of(item: MobileItem | ServiceItem | MobileTerms | ServiceTerms) -> Iterator[Charge]:
    """What one item costs, the plan first and what is taken off it below it."""
    if isinstance(item, ServiceItem | ServiceTerms):
        yield from _of_service(item)
        return
    options: Iterable[Any] = item.options.all() if isinstance(item, MobileItem) else item.options
    discounts: Iterable[Any] = item.discounts.all() if isinstance(item, MobileItem) else item.discounts
    yield Charge(
        label=item.plan.label, net=item.plan_price, rate=item.plan.vat_rate, monthly=True, note=item.throughput
    )
    for discount in discounts:
        if discount.basis == DiscountBasis.SUBSCRIPTION:
            yield _discount(discount, item.plan, item.plan_price)
    options = list(options)
    for one in options:
        yield Charge(label=one.option.label, net=one.price, rate=one.option.vat_rate, monthly=True, note=one.throughput)
    yield from _fees(item.plan, FeeKind.ACTIVATION, FeeKind.SIM)
    for one in options:
        yield from _fees(one.option, FeeKind.ACTIVATION)
    if item.handset is not None and item.sale_mode and item.handset_price is not None:
        yield _handset(item.handset, item.sale_mode, item.handset_price, item.handset_months)


def _discount(discount: Any, plan: Offer, price: Decimal) -> Charge:
    """In % rounded half up, in € at most the whole: as on invoices (DOMAIN §7)."""
    if discount.percent is not None:
        taken = round_half_up(percentage(price, discount.percent))
    else:
        taken = min(discount.amount, price)
    return Charge(
        label="Remise",
        net=-taken,
        rate=plan.vat_rate,
        monthly=True,
        note=f"{discount.months} mois" if discount.months else "",
    )


def _fees(offer: Offer, *kinds: FeeKind) -> Iterator[Charge]:
    for kind in kinds:
        if amount := offer.fee(kind):
            label = LABELS[kind] if offer.kind == OfferKind.PLAN else f"{LABELS[kind]} – {offer.label}"
            yield Charge(label=label, net=amount, rate=offer.vat_rate, monthly=False)


def _handset(handset: Handset, sale_mode: str, price: Decimal, months: int, quantity: int = 1) -> Charge:
    monthly = sale_mode in MONTHLY
    return Charge(
        label=f"{'Location' if sale_mode == SaleMode.RENTAL else 'Terminal'} {handset}",
        net=price * quantity,
        rate=handset.vat_rate,
        monthly=monthly,
        goods=sale_mode != SaleMode.RENTAL,
        quantity=quantity,
        unit_price=price,
        note=f"{months} mois" if monthly else "",
    )


def _of_service(item: ServiceItem | ServiceTerms) -> Iterator[Charge]:
    if item.handset is not None:
        yield _handset(item.handset, item.sale_mode, item.price, item.months, item.quantity)
    elif item.offer is not None:
        yield Charge(
            label=item.offer.label,
            net=item.price * item.quantity,
            rate=item.offer.vat_rate,
            monthly=item.offer.recurring,
            goods=item.offer.kind == OfferKind.EQUIPMENT,
            quantity=item.quantity,
            unit_price=item.price,
        )
