"""The walk, and the steps of cards and orders: each is done by the services and by the model, or refused by both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, cast

import time_machine
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from apps.core.exceptions import DomainError
from apps.lines.choices import LineStatus
from apps.orders.choices import ItemState, NumberSource, OrderKind, OrderState
from apps.orders.models import MobileItem, Order, PortIn
from apps.orders.services import (
    assign_number,
    cancel_item,
    cancel_order,
    remove_item,
    save_mobile_item,
    start_order,
    validate_order,
)
from apps.orders.terms import MobileTerms
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import CustomerFactory, OptionFactory, PlanFactory, SimCardFactory, TariffFactory, UserFactory
from tests.lines.machine.fleet import Card, Fleet, Item, Phone, Port, Sale
from tests.orders.arrivals import rio_of

FIRST_DAY = date(2026, 11, 2)
#: So few that people ask for the same ones, over and over.
NUMBERS = [f"3363998700{last}" for last in range(6)]
NAMES = ["ALICE", "BRUNO"]
PRICE = Decimal("20.00")


class Ordering(RuleBasedStateMachine):
    """What the services have made is in ``fleet`` too, under its primary key. All of it is undone at the end."""

    #: Taken by all walks together.
    steps = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.clock: Any = None
        self.fleet = Fleet(FIRST_DAY)
        self.wake_on(FIRST_DAY)

    def wake_on(self, day: date) -> None:
        """The clock stands at that day's noon."""
        if self.clock is not None:
            self.clock.stop()
        self.clock = time_machine.travel(f"{day} 12:00 +0100", tick=False)
        self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize()
    def open_shop(self) -> None:
        self.customers = [CustomerFactory(), CustomerFactory()]
        self.seller = UserFactory()
        self.plans = [PlanFactory() for _plan in range(3)]
        self.option = OptionFactory()
        self.tariffs = [TariffFactory(), TariffFactory()]
        for number in ["", *NUMBERS[:2]]:
            self.take_card(number)

    def after(self, number: int) -> date:
        return self.fleet.today + timedelta(days=number)

    # --- Both do it, or both refuse it

    def both(self, allowed: bool, service: Callable[[], Any]) -> Any:
        """What the service gives back; None where it refuses, as the model does."""
        next(self.steps)
        try:
            with transaction.atomic():
                given = service()
        except DomainError as refusal:
            told = " ".join([str(refusal), *refusal.reasons])
            assert not allowed, f"the services refuse what is right: {told}"
            return None
        assert allowed, f"the services do what is to be refused: {given!r}"
        return given if given is not None else True

    def one[T](self, data: st.DataObject, some: Sequence[T], likely: Callable[[T], bool] = bool) -> T:
        """One of ``some``, of the likely ones three times out of four."""
        wanted = [it for it in some if likely(it)]
        if wanted and data.draw(st.integers(0, 3)):
            return data.draw(st.sampled_from(wanted))
        return data.draw(st.sampled_from(list(some)))

    # --- Cards and orders

    @rule(number=st.sampled_from(["", *NUMBERS]))
    def take_card(self, number: str) -> None:
        self.fleet.cards.append(Card(SimCardFactory(msisdn=number).pk, number))

    @rule(customer=st.integers(0, 1))
    def start_order(self, customer: int) -> None:
        order = start_order(
            customer=self.customers[customer],
            kind=OrderKind.MOBILE,
            seller=self.seller,
            actor=self.seller,
            today=self.fleet.today,
        )
        sale = Sale(order.pk, order.expires_on)
        self.fleet.touch(sale)
        self.fleet.orders.append(sale)

    @precondition(lambda self: self.fleet.orders)
    @rule(data=st.data())
    def order_line(self, data: st.DataObject) -> None:
        self._order_line(data, self.one(data, self.fleet.orders, self.fleet.is_draft), None)

    @precondition(lambda self: any(order.items for order in self.fleet.orders))
    @rule(data=st.data())
    def change_line_ordered(self, data: st.DataObject) -> None:
        orders = [order for order in self.fleet.orders if order.items]
        order = self.one(data, orders, self.fleet.is_draft)
        self._order_line(data, order, data.draw(st.sampled_from(order.items)))

    def _order_line(self, data: st.DataObject, order: Sale, former: Item | None) -> None:
        source = data.draw(st.sampled_from(NumberSource))
        card = self.one(data, self.fleet.cards, lambda it: it.status == SimStatus.IN_STOCK)
        typed = source in (NumberSource.TYPED, NumberSource.PORTED)
        number = data.draw(st.sampled_from(NUMBERS)) if typed else ""
        ported = source == NumberSource.PORTED
        item = Item(
            pk=0,
            user=data.draw(st.sampled_from(NAMES)),
            card=card,
            source=source,
            number=card.number if source == NumberSource.CARD else number,
            plan=data.draw(st.integers(0, 2)),
            tariff=data.draw(st.integers(0, 1)),
            active_on=None if ported else self._maybe(data, [-40, -3, 0, 3]),
            port_on=self.after(data.draw(st.sampled_from([7, 8, 9, 10, 11, 1, 70]))) if ported else None,
            billed_from=self._maybe(data, [-1, 0, 5, 15]),
        )
        terms = MobileTerms(
            user_name=item.user,
            sim=SimCard.objects.get(pk=card.pk),
            number_source=source,
            msisdn=number,
            holder="ATELIER DURAND" if ported else "",
            rio=rio_of(number) if ported else "",
            port_on=item.port_on,
            plan=self.plans[item.plan],
            plan_price=PRICE,
            tariff=self.tariffs[item.tariff],
            active_on=item.active_on,
            billed_from=item.billed_from,
        )
        saved = self.both(
            self.fleet.can_keep(order, item, former),
            lambda: save_mobile_item(
                order=Order.objects.get(pk=order.pk),
                item=terms,
                actor=self.seller,
                today=self.fleet.today,
                item_id=None if former is None else former.pk,
            ),
        )
        if saved:
            item.pk = saved.pk
            self.fleet.keep(order, item, former)

    def _maybe(self, data: st.DataObject, numbers: list[int]) -> date | None:
        number = data.draw(st.sampled_from([None, None, *numbers]))
        return None if number is None else self.after(number)

    @precondition(lambda self: self.fleet.items)
    @rule(data=st.data())
    def remove_line_ordered(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from([order for order in self.fleet.orders if order.items]))
        item = data.draw(st.sampled_from(order.items))
        if self.both(
            self.fleet.is_draft(order),
            lambda: remove_item(
                order=Order.objects.get(pk=order.pk),
                item=MobileItem.objects.get(pk=item.pk),
                actor=self.seller,
                today=self.fleet.today,
            ),
        ):
            order.items.remove(item)
            item.card.status = SimStatus.IN_STOCK
            self.fleet.touch(order)

    @precondition(lambda self: self.fleet.orders)
    @rule(data=st.data())
    def validate(self, data: st.DataObject) -> None:
        order = self.one(data, self.fleet.orders, self.fleet.can_sell)
        sold = self.both(
            self.fleet.can_sell(order),
            lambda: validate_order(order=Order.objects.get(pk=order.pk), actor=self.seller, today=self.fleet.today),
        )
        if not sold:
            return
        order.state = OrderState.VALIDATED
        for item in order.items:
            row = MobileItem.objects.get(pk=item.pk)
            assert row.line_id is not None
            item.line = Phone(row.line_id, LineStatus.PENDING, item.number, item.user)
            self.fleet.lines.append(item.line)
            if not self.fleet.waits(item):
                self.fleet.begin(item, item.begins(self.fleet.today))
                continue
            item.state = ItemState.WAITING
            if item.port_on is not None:
                port = PortIn.objects.get(item=row)
                self.fleet.ports.append(Port(port.pk, item, item.line, item.port_on))

    @precondition(lambda self: self.fleet.orders)
    @rule(data=st.data())
    def give_order_up(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.fleet.orders))
        if self.both(
            order.state == OrderState.DRAFT,
            lambda: cancel_order(order=Order.objects.get(pk=order.pk), reason="no longer", actor=self.seller),
        ):
            self.fleet.free(order, OrderState.CANCELLED)

    # --- Lines that wait

    @precondition(lambda self: any(item.line for item in self.fleet.items))
    @rule(data=st.data(), number=st.sampled_from(NUMBERS))
    def give_number(self, data: st.DataObject, number: str) -> None:
        fleet = self.fleet
        item = self.one(data, [one for one in fleet.items if one.line], lambda one: one.state == ItemState.WAITING)
        begins = max(item.begins(fleet.today), fleet.today)
        allowed = item.state == ItemState.WAITING and item.source != NumberSource.PORTED
        if self.both(
            allowed and fleet.is_free(number, begins, item),
            lambda: assign_number(
                item=MobileItem.objects.get(pk=item.pk), msisdn=number, actor=self.seller, today=fleet.today
            ),
        ):
            item.number = number
            if begins == fleet.today:
                fleet.begin(item, begins)
            else:
                cast(Phone, item.line).number = number

    @precondition(lambda self: any(item.line for item in self.fleet.items))
    @rule(data=st.data())
    def give_item_up(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from([one for one in self.fleet.items if one.line]))
        line = cast(Phone, item.line)
        if self.both(
            line.status == LineStatus.PENDING,
            lambda: cancel_item(
                item=MobileItem.objects.get(pk=item.pk), reason="", actor=self.seller, today=self.fleet.today
            ),
        ):
            self.fleet.give_up(line)
