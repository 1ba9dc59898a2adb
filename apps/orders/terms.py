"""What is agreed on for one item of an order, before it is saved: what services take, and what totals are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from apps.catalog.models import Handset, Offer
from apps.lines.choices import DiscountBasis
from apps.lines.models import Line
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.orders.choices import NumberSource
from apps.orders.models import MobileItem, ServiceItem
from apps.sims.models import SimCard
from apps.tariffs.models import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileTerms:
    """One line to be: the fields are those of :class:`~apps.orders.models.MobileItem`.

    ``msisdn`` is in stored form; it is the card's own where that is the source, whatever is given here. ``sim`` and
    ``user_name`` may be missing in totals and in what the rows of a quantity order share, and are needed to save.
    """

    plan: Offer
    plan_price: Decimal
    tariff: Tariff
    user_name: str = ""
    sim: SimCard | None = None
    throughput: str = ""
    number_source: NumberSource = NumberSource.CARD
    msisdn: str = ""
    holder: str = ""
    rio: str = ""
    port_on: date | None = None
    commitment_months: int = 0
    handset: Handset | None = None
    imei: str = ""
    sale_mode: str = ""
    purchase_mode: str = ""
    handset_price: Decimal | None = None
    handset_months: int = 0
    options: Sequence[OptionTerms] = ()
    discounts: Sequence[DiscountTerms] = ()
    in_advance: bool = False
    prorata: bool = True
    active_on: date | None = None
    billed_from: date | None = None

    @classmethod
    def of(cls, item: MobileItem) -> Self:
        """What was agreed on for an item that is saved."""
        shared = {name: getattr(item, name) for name in COLUMNS}
        return cls(
            **shared,
            options=tuple(
                OptionTerms(option=one.option, price=one.price, throughput=one.throughput) for one in item.options.all()
            ),
            discounts=tuple(
                DiscountTerms(basis=DiscountBasis(one.basis), percent=one.percent, amount=one.amount, months=one.months)
                for one in item.discounts.all()
            ),
        )

    @property
    def offers(self) -> list[Offer]:
        """The plan and its options."""
        return [self.plan, *(one.option for one in self.options)]

    def begins_on(self, today: date) -> date:
        """The day from which the line serves, if all goes well."""
        return self.port_on or self.active_on or today


#: The fields of MobileTerms that are columns of the item.
COLUMNS = tuple(name for name in MobileTerms.__dataclass_fields__ if name not in ("options", "discounts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTerms:
    """A service or an equipment (``offer``), or a ``handset`` with its sale mode: see
    :class:`~apps.orders.models.ServiceItem`."""

    price: Decimal
    start: date
    offer: Offer | None = None
    handset: Handset | None = None
    sale_mode: str = ""
    months: int = 0
    quantity: int = 1
    end: date | None = None
    line: Line | None = None

    @classmethod
    def of(cls, item: ServiceItem) -> Self:
        return cls(**{name: getattr(item, name) for name in SERVICE_COLUMNS})


SERVICE_COLUMNS = tuple(ServiceTerms.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRow:
    """One row of a pasted list ``name;ICCID;number;RIO``, as it was typed, and where it stands, from 1.

    With a number and a RIO the number is ported; with a number alone it is a new one; with neither it is the card's
    own, or given later where the card has none.
    """

    place: int
    user_name: str
    iccid: str
    number: str = ""
    rio: str = ""
