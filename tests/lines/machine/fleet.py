"""Cards, lines, orders and portings in plain Python: what the services must agree with, step by step.

Nothing here asks the database. Every method that does something says whether it may be done, and does it only then;
days are those on which it takes effect, :attr:`Fleet.today` the day it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from apps.lines.choices import SERVING, LineStatus, PlannedState
from apps.orders.choices import HOLDING, OPEN_PORTINGS, ItemState, NumberSource, OrderState, PortState
from apps.orders.porting.calendar import is_working
from apps.sims.choices import SimStatus

DRAFT_DAYS, DAYS_BACK, FIRST_PORTING, LAST_PORTING = 7, 31, 6, 58

ACTIVE = (LineStatus.ACTIVE, "", True)


@dataclass
class Dated:
    """One fact of a line over time: spans of ``[start, end, value]``, the end excluded."""

    spans: list[list[Any]] = field(default_factory=list)

    def going_on(self, on: date) -> list[Any] | None:
        """The last span that has not ended by ``on``."""
        left = [span for span in self.spans if span[1] is None or span[1] > on]
        return left[-1] if left else None

    def turn(self, on: date, value: Any) -> None:
        """Another value from ``on``; a second one on a day takes the place of the first."""
        span = self.going_on(on)
        if span is None:
            self.spans.append([on, None, value])
        elif span[0] == on:
            span[2] = value
        else:
            self.spans.append([on, span[1], value])
            span[1] = on

    def finish(self, on: date) -> None:
        """What began before ``on`` ends then; what would begin later never does."""
        self.spans = [
            [start, on if end is None or end > on else end, it] for start, end, it in self.spans if start < on
        ]

    def value(self, day: date) -> Any:
        return next((it for start, end, it in self.spans if start <= day and (end is None or day < end)), None)


FACTS = ("number", "card", "state", "tariff", "plan", "option", "international")


@dataclass(eq=False)
class Card:
    pk: int
    number: str
    status: SimStatus = SimStatus.IN_STOCK


@dataclass(eq=False)
class Planned:
    pk: int
    code: str
    asked: dict[str, Any]
    on: date
    state: PlannedState = PlannedState.PLANNED


@dataclass(eq=False)
class Phone:
    """A line."""

    pk: int
    status: LineStatus
    number: str
    user: str
    activated_on: date | None = None
    billed_from: date | None = None
    terminated_on: date | None = None
    facts: dict[str, Dated] = field(default_factory=lambda: {name: Dated() for name in FACTS})
    planned: list[Planned] = field(default_factory=list)

    def unchanged_since(self, fact: str, on: date) -> bool:
        """Nothing of the fact begins after ``on``."""
        span = self.facts[fact].going_on(on)
        return span is None or span[0] <= on

    def serves(self, fact: str, on: date) -> bool:
        return self.status in SERVING and self.unchanged_since(fact, on)


@dataclass(eq=False)
class Item:
    pk: int
    user: str
    card: Card
    source: NumberSource
    number: str
    plan: int
    tariff: int
    active_on: date | None
    port_on: date | None
    billed_from: date | None
    state: ItemState = ItemState.DRAFT
    line: Phone | None = None
    port: Port | None = None

    def begins(self, today: date) -> date:
        return self.port_on or self.active_on or today


@dataclass(eq=False)
class Sale:
    """An order."""

    pk: int
    expires_on: date
    state: OrderState = OrderState.DRAFT
    items: list[Item] = field(default_factory=list)


@dataclass(eq=False)
class Port:
    pk: int
    item: Item
    line: Phone
    port_on: date
    state: PortState = PortState.TO_SEND


class Fleet:
    def __init__(self, today: date) -> None:
        self.today = today
        self.cards: list[Card] = []
        self.orders: list[Sale] = []
        self.lines: list[Phone] = []
        self.ports: list[Port] = []

    @property
    def items(self) -> list[Item]:
        return [item for order in self.orders for item in order.items]

    # --- Orders

    def is_draft(self, order: Sale) -> bool:
        return order.state == OrderState.DRAFT and order.expires_on > self.today

    def touch(self, order: Sale) -> None:
        order.expires_on = self.today + timedelta(days=DRAFT_DAYS)

    def is_free(self, number: str, on: date, item: Item | None = None) -> bool:
        """Whether ``item`` can have the number from ``on``."""
        for line in self.lines:
            if any(it == number and (end is None or end > on) for _start, end, it in line.facts["number"].spans):
                return False
            if line.status == LineStatus.PENDING and line.number == number and (item is None or item.line is not line):
                return False
        return not any(one.number == number and one is not item and one.state in HOLDING for one in self.items)

    def can_port_on(self, day: date) -> bool:
        return is_working(day) and FIRST_PORTING <= (day - self.today).days <= LAST_PORTING

    def is_right(self, item: Item, others: Item | None = None) -> bool:
        """Whether days and number are right today; ``others`` is who may have the number all the same."""
        begins = item.begins(self.today)
        if item.source != NumberSource.LATER and not (item.number and self.is_free(item.number, begins, others)):
            return False
        if item.port_on is not None and not self.can_port_on(item.port_on):
            return False
        if begins < self.today - timedelta(days=DAYS_BACK):
            return False
        return item.billed_from is None or item.billed_from >= begins

    def can_keep(self, order: Sale, item: Item, former: Item | None) -> bool:
        in_hand = former is not None and former.card is item.card
        return (
            self.is_draft(order)
            and (in_hand or item.card.status == SimStatus.IN_STOCK)
            and self.is_right(item, others=former)
        )

    def keep(self, order: Sale, item: Item, former: Item | None) -> None:
        if former is not None:
            former.card.status = SimStatus.IN_STOCK
            order.items[order.items.index(former)] = item
        else:
            order.items.append(item)
        item.card.status = SimStatus.RESERVED
        self.touch(order)

    def can_sell(self, order: Sale) -> bool:
        return self.is_draft(order) and bool(order.items) and all(self.is_right(one, one) for one in order.items)

    def waits(self, item: Item) -> bool:
        given_later = item.source in (NumberSource.PORTED, NumberSource.LATER)
        return given_later or item.begins(self.today) > self.today

    def free(self, order: Sale, state: OrderState) -> None:
        order.state = state
        for item in order.items:
            item.state, item.card.status = ItemState.CANCELLED, SimStatus.IN_STOCK

    def begin(self, item: Item, on: date) -> None:
        """The line of an item serves from ``on``."""
        line = item.line
        assert line is not None
        item.state, item.card.status = ItemState.DONE, SimStatus.ACTIVE
        line.status, line.number, line.user = LineStatus.ACTIVE, item.number, item.user
        line.activated_on, line.billed_from = on, max(item.billed_from or on, on)
        values = {"number": item.number, "card": item.card, "state": ACTIVE, "tariff": item.tariff}
        for name, value in values.items():
            line.facts[name].turn(on, value)
        line.facts["plan"].turn(line.billed_from, item.plan)

    def give_up(self, line: Phone) -> None:
        """A line that waits never serves."""
        line.status = LineStatus.CANCELLED
        for item in self.items:
            if item.line is line and item.state == ItemState.WAITING:
                item.state, item.card.status = ItemState.CANCELLED, SimStatus.IN_STOCK
        for port in self.ports:
            if port.line is line and port.state in OPEN_PORTINGS:
                port.state = PortState.CANCELLED

    # --- Operations: whether they change something, and what

    def may(self, line: Phone, code: str, asked: dict[str, Any], on: date) -> bool:
        check: Any = getattr(self, f"_may_{code}")
        return bool(check(line, on, **asked))

    def do(self, line: Phone, code: str, asked: dict[str, Any], on: date) -> None:
        act: Any = getattr(self, f"_{code}")
        act(line, on, **asked)

    def _may_restrict(self, line: Phone, on: date, barring: str, billed: bool) -> bool:
        return line.serves("state", on) and self._state(line) != (LineStatus.SUSPENDED, barring, billed)

    def _restrict(self, line: Phone, on: date, barring: str, billed: bool) -> None:
        self.set_state(line, on, (LineStatus.SUSPENDED, barring, billed))

    def _may_reactivate(self, line: Phone, on: date) -> bool:
        return line.serves("state", on) and line.status == LineStatus.SUSPENDED

    def _reactivate(self, line: Phone, on: date) -> None:
        self.set_state(line, on, ACTIVE)

    def _state(self, line: Phone) -> Any:
        return line.facts["state"].spans[-1][2]

    def set_state(self, line: Phone, on: date, state: Any) -> None:
        line.facts["state"].turn(on, state)
        line.status = state[0]
        line.facts["card"].spans[-1][2].status = SimStatus(state[0])

    def _may_terminate(self, line: Phone, on: date) -> bool:
        return line.status in SERVING and on > self.last_change(line, max(on, self.today))

    def last_change(self, line: Phone, today: date) -> date:
        begun = [
            start
            for name, fact in line.facts.items()
            for start, _end, _it in fact.spans
            if name not in ("plan", "option") or (start <= today and start != line.billed_from)
        ]
        return max(begun)

    def _terminate(self, line: Phone, on: date) -> None:
        line.facts["card"].spans[-1][2].status = SimStatus.TERMINATED
        line.status, line.terminated_on = LineStatus.TERMINATED, on
        for fact in line.facts.values():
            fact.finish(on)

    def _may_cancel(self, line: Phone, on: date) -> bool:
        return line.status == LineStatus.PENDING and on <= self.today

    def _cancel(self, line: Phone, on: date) -> None:
        self.give_up(line)

    def _may_swap(self, line: Phone, on: date, card: Card, declared: SimStatus | None) -> bool:
        return line.serves("card", on) and on <= self.today and card.status == SimStatus.IN_STOCK

    def _swap(self, line: Phone, on: date, card: Card, declared: SimStatus | None) -> None:
        line.facts["card"].spans[-1][2].status = declared or SimStatus.REPLACED
        line.facts["card"].turn(on, card)
        card.status = SimStatus(line.status)

    def _may_user(self, line: Phone, on: date, name: str) -> bool:
        return line.status in {LineStatus.PENDING, *SERVING} and line.user != name

    def _user(self, line: Phone, on: date, name: str) -> None:
        line.user = name

    def _may_international(self, line: Phone, on: date, behaviour: str) -> bool:
        if not line.serves("international", on):
            return False
        span = line.facts["international"].going_on(on)
        return on >= line.activated_on if span is None else span[2] != behaviour  # type: ignore[operator]

    def _international(self, line: Phone, on: date, behaviour: str) -> None:
        line.facts["international"].turn(on, behaviour)

    def _may_plan(self, line: Phone, on: date, plan: int) -> bool:
        if not line.serves("plan", on) or on < line.billed_from:  # type: ignore[operator]
            return False
        return bool(line.facts["plan"].going_on(on)[2] != plan)  # type: ignore[index]

    def _plan(self, line: Phone, on: date, plan: int) -> None:
        line.facts["plan"].turn(on, plan)

    def _may_tariff(self, line: Phone, on: date, tariff: int) -> bool:
        return line.serves("tariff", on) and line.facts["tariff"].spans[-1][2] != tariff

    def _tariff(self, line: Phone, on: date, tariff: int) -> None:
        line.facts["tariff"].turn(on, tariff)

    def _may_option(self, line: Phone, on: date, wanted: bool) -> bool:
        if line.status not in SERVING or on < line.billed_from:  # type: ignore[operator]
            return False
        span = line.facts["option"].going_on(on)
        return span is None if wanted else span is not None and span[0] <= on

    def _option(self, line: Phone, on: date, wanted: bool) -> None:
        if wanted:
            line.facts["option"].spans.append([on, None, True])
        else:
            line.facts["option"].finish(on)

    # --- Portings

    def may_arrive(self, port: Port) -> bool:
        """The number is there, and its line can have it."""
        if port.state not in (PortState.ELIGIBLE, PortState.SCHEDULED) or port.port_on > self.today:
            return False
        if port.line.status == LineStatus.PENDING:
            return self.is_free(port.item.number, port.port_on, port.item)
        if port.line.status == LineStatus.SUSPENDED:
            return port.line.serves("state", port.port_on)
        return port.line.status == LineStatus.ACTIVE

    def arrive(self, port: Port) -> None:
        if port.line.status == LineStatus.PENDING:
            self.begin(port.item, port.port_on)
        elif port.line.status == LineStatus.SUSPENDED:
            self._reactivate(port.line, port.port_on)
        port.state = PortState.PORTED

    # --- A day begins

    def pass_to(self, day: date) -> None:
        """What happens by itself, in the order in which the test has it happen."""
        self.today = day
        for order in self.orders:
            if order.state == OrderState.DRAFT and order.expires_on <= day:
                self.free(order, OrderState.EXPIRED)
        for item in self.items:
            due = item.state == ItemState.WAITING and item.source != NumberSource.PORTED and item.number
            on = item.active_on or day
            if due and on <= day and self.is_free(item.number, on, item):
                self.begin(item, on)
        for port in sorted(self.ports, key=lambda one: (one.port_on, one.pk)):
            if port.state == PortState.SCHEDULED and self.may_arrive(port):
                self.arrive(port)
        coming = [(one.on, one.pk, one, line) for line in self.lines for one in line.planned]
        for on, _pk, planned, line in sorted(coming, key=lambda one: one[:2]):
            if planned.state != PlannedState.PLANNED or on > day:
                continue
            planned.state = PlannedState.REFUSED
            if self.may(line, planned.code, planned.asked, on):
                self.do(line, planned.code, planned.asked, on)
                planned.state = PlannedState.DONE
