"""The steps of lines in service and of portings, and how a day begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from apps.lines.choices import SERVING, Barring, International, LineStatus, PlannedState, SwapReason
from apps.lines.models import Line, PlannedOperation
from apps.lines.offer_changes import OfferAgreed, OfferChanges
from apps.lines.operations.doing import apply_next, cancel_planned, do_operation
from apps.lines.operations.kinds import operations
from apps.orders.choices import OPEN_PORTINGS, PortRefusal, PortState
from apps.orders.models import PortIn
from apps.orders.porting import arriving
from apps.orders.porting import services as porting
from apps.orders.porting.calendar import is_working
from apps.orders.services import expire_drafts
from apps.orders.services.activating import activate_due
from apps.sims.choices import SimStatus
from tests.lines.machine.fleet import Planned, Port
from tests.lines.machine.ordering import NAMES, PRICE, Ordering

DAYS = st.sampled_from([0, 0, 0, -1, -2, -5, 1, 2, 4])
SWAPPED = {SimStatus.LOST: SwapReason.LOST, SimStatus.FAULTY: SwapReason.FAULTY, None: SwapReason.OTHER}


def registered(code: str, asked: dict[str, Any]) -> str:
    """The operation that people know for what the model calls ``code``."""
    if code == "restrict" and asked["barring"] == Barring.OUTGOING:
        return "restrict_outgoing"
    return "offers" if code in ("plan", "option", "tariff") else code


class Operating(Ordering):
    # --- Operations, at once or on a day to come

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, barring=st.sampled_from(Barring), billed=st.booleans())
    def restrict(self, data: st.DataObject, on: int, barring: Barring, billed: bool) -> None:
        self.operate(data, on, "restrict", {"barring": barring, "billed": billed})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS)
    def reactivate(self, data: st.DataObject, on: int) -> None:
        self.operate(data, on, "reactivate", {})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS)
    def terminate(self, data: st.DataObject, on: int) -> None:
        self.operate(data, on, "terminate", {})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS)
    def cancel(self, data: st.DataObject, on: int) -> None:
        self.operate(data, on, "cancel", {})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, declared=st.sampled_from(list(SWAPPED)))
    def swap(self, data: st.DataObject, on: int, declared: SimStatus | None) -> None:
        card = self.one(data, self.fleet.cards, lambda it: it.status == SimStatus.IN_STOCK)
        self.operate(data, on, "swap", {"card": card, "declared": declared})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, plan=st.integers(0, 2))
    def change_plan(self, data: st.DataObject, on: int, plan: int) -> None:
        self.operate(data, on, "plan", {"plan": plan})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, wanted=st.booleans())
    def change_option(self, data: st.DataObject, on: int, wanted: bool) -> None:
        self.operate(data, on, "option", {"wanted": wanted})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, tariff=st.integers(0, 1))
    def change_tariff(self, data: st.DataObject, on: int, tariff: int) -> None:
        self.operate(data, on, "tariff", {"tariff": tariff})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, name=st.sampled_from(NAMES))
    def change_user(self, data: st.DataObject, on: int, name: str) -> None:
        self.operate(data, on, "user", {"name": name})

    @precondition(lambda self: self.fleet.lines)
    @rule(data=st.data(), on=DAYS, behaviour=st.sampled_from([International.WORLD, International.NATIONAL]))
    def change_international(self, data: st.DataObject, on: int, behaviour: International) -> None:
        self.operate(data, on, "international", {"behaviour": behaviour})

    def operate(self, data: st.DataObject, number: int, code: str, asked: dict[str, Any]) -> None:
        fleet, on, name = self.fleet, self.after(number), registered(code, asked)
        line = self.one(data, fleet.lines, lambda one: one.status in SERVING)
        is_planned = any(
            (registered(one.code, one.asked), one.on, one.state) == (name, on, PlannedState.PLANNED)
            for one in line.planned
        )
        done = self.both(
            not is_planned and fleet.may(line, code, asked, on),
            lambda: do_operation(
                line=Line.objects.get(pk=line.pk),
                operation=operations()[name],
                parameters=self.parameters(code, asked),
                on=on,
                today=fleet.today,
                actor=self.seller,
            ),
        )
        if done and on > fleet.today:
            line.planned.append(Planned(done.pk, code, asked, on))
        elif done:
            fleet.do(line, code, asked, on)

    def parameters(self, code: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What the services are asked, in their own words."""
        match code:
            case "restrict":
                return {"cause": "other", "billed": asked["billed"]}
            case "terminate":
                return {"cause": "request", "requested_on": str(self.fleet.today), "charged_early": False}
            case "user":
                return {"user_name": asked["name"]}
            case "swap":
                declared = asked["declared"]
                said = {"cause": SWAPPED[declared], "declared": declared is not None, "charged": True}
                return {"sim": asked["card"].pk, **said}
            case "plan":
                changes = OfferChanges(plan=OfferAgreed(offer=self.plans[asked["plan"]].pk, price=PRICE))
            case "tariff":
                changes = OfferChanges(tariff=self.tariffs[asked["tariff"]].pk)
            case "option":
                option = self.option.pk
                added = (OfferAgreed(offer=option, price=PRICE),)
                changes = OfferChanges(options=added) if asked["wanted"] else OfferChanges(removed=(option,))
            case _:
                return asked
        return {"changes": changes.as_json()}

    @precondition(lambda self: any(line.planned for line in self.fleet.lines))
    @rule(data=st.data())
    def give_planned_up(self, data: st.DataObject) -> None:
        every = [planned for line in self.fleet.lines for planned in line.planned]
        planned = self.one(data, every, lambda one: one.state == PlannedState.PLANNED)
        if self.both(
            planned.state == PlannedState.PLANNED,
            lambda: cancel_planned(
                planned=PlannedOperation.objects.get(pk=planned.pk), actor=self.seller, now=timezone.now()
            ),
        ):
            planned.state = PlannedState.CANCELLED

    # --- Portings

    def port(
        self, data: st.DataObject, service: Callable[..., Any], may: Callable[[Port], bool], **asked: Any
    ) -> Port | None:
        """One on which the step was taken; None where it was refused."""
        port = self.one(data, self.fleet.ports, may)
        row = PortIn.objects.get(pk=port.pk)
        done = self.both(may(port), lambda: service(port_in=row, actor=self.seller, today=self.fleet.today, **asked))
        return port if done else None

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        if port := self.port(
            data,
            porting.mark_sent,
            lambda it: it.state == PortState.TO_SEND and it.port_on >= self.fleet.today,
        ):
            port.state = PortState.SENT

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        if port := self.port(data, porting.mark_eligible, lambda it: it.state == PortState.SENT):
            port.state = PortState.ELIGIBLE

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        refusable = (PortState.SENT, PortState.ELIGIBLE, PortState.SCHEDULED)
        said = {"code": PortRefusal.RIO, "remark": ""}
        if port := self.port(data, porting.mark_refused, lambda it: it.state in refusable, **said):
            port.state = PortState.REFUSED

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data(), number=st.integers(-1, 6))
    def schedule(self, data: st.DataObject, number: int) -> None:
        day = self.after(number)
        right = number >= 0 and is_working(day)
        expected = (PortState.ELIGIBLE, PortState.SCHEDULED)
        if port := self.port(data, porting.schedule, lambda it: right and it.state in expected, day=day):
            port.state, port.port_on = PortState.SCHEDULED, day

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data(), number=st.integers(4, 10))
    def correct(self, data: st.DataObject, number: int) -> None:
        day = self.after(number)

        def may(port: Port) -> bool:
            return port.state in porting.CORRECTABLE and (day == port.port_on or self.fleet.can_port_on(day))

        port = self.one(data, self.fleet.ports, may)
        row = PortIn.objects.get(pk=port.pk)
        asked = {"rio": row.rio, "holder": "ATELIER DUPONT", "day": day}
        if self.both(
            may(port),
            lambda: porting.correct(port_in=row, actor=self.seller, today=self.fleet.today, **asked),
        ):
            port.state, port.port_on = PortState.TO_SEND, day

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        if port := self.port(data, arriving.mark_ported, self.fleet.may_arrive):
            self.fleet.arrive(port)

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        expected = (PortState.ELIGIBLE, PortState.SCHEDULED, PortState.PORTED)

        def suspends(port: Port) -> bool:
            return port.state == PortState.PORTED and port.line.status == LineStatus.ACTIVE

        def may(port: Port) -> bool:
            known = port.state in expected and port.port_on <= self.fleet.today
            return known and (not suspends(port) or port.line.serves("state", port.port_on))

        if port := self.port(data, arriving.mark_failed, may, code=PortRefusal.RIO, remark=""):
            if suspends(port):
                self.fleet.set_state(port.line, port.port_on, (LineStatus.SUSPENDED, Barring.BOTH, False))
            port.state = PortState.FAILED

    @precondition(lambda self: self.fleet.ports)
    @rule(data=st.data())
    def keep_number_there(self, data: st.DataObject) -> None:
        def may(port: Port) -> bool:
            return port.state in OPEN_PORTINGS and port.line.status == LineStatus.PENDING

        if port := self.port(data, arriving.cancel_port_in, may, reason=""):
            self.fleet.give_up(port.line)

    # --- A day begins

    @rule(number=st.sampled_from([1, 1, 1, 2, 3, 6]))
    def sleep(self, number: int) -> None:
        today = self.after(number)
        self.wake_on(today)
        next(self.steps)
        expire_drafts(today=today)
        activate_due(today=today)
        arriving.port_due(today=today)
        while apply_next(today=today, now=timezone.now()) is not None:
            pass
        self.fleet.pass_to(today)
