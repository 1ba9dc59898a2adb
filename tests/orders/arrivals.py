"""Numbers on their way from other operators, as orders that were validated leave them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from apps.core.identifiers import national
from apps.lines import rio as rios
from apps.lines.choices import LineStatus
from apps.lines.models import Line
from apps.orders.choices import ItemState as State
from apps.orders.choices import NumberSource, OrderKind, OrderState, PortState
from apps.orders.models import MobileItem, Order, PortIn
from apps.sims.choices import SimStatus
from tests.factories import CustomerFactory, PlanFactory, SimCardFactory, TariffFactory, UserFactory

#: A Monday; the Thursday of the week after is 10 days later, and allowed.
MONDAY = date(2026, 11, 23)
THURSDAY = date(2026, 12, 3)

_numbers = count(1)


def a_number() -> str:
    return f"3363998{5_000 + next(_numbers):04d}"


def rio_of(msisdn: str, beginning: str = "02E9A7B3C") -> str:
    """The RIO that an operator would give to the number."""
    return beginning + rios.key(beginning, national(msisdn).replace(" ", ""))


def an_item(*, customer: Any = None, msisdn: str = "", port_on: date = THURSDAY, **fields: Any) -> MobileItem:
    """A line with a ported number, sold, whose line waits."""
    msisdn = msisdn or a_number()
    customer = customer or CustomerFactory()
    seller = UserFactory()
    order = Order.objects.create(
        customer=customer,
        kind=OrderKind.MOBILE,
        state=OrderState.VALIDATED,
        seller=seller,
        created_by=seller,
        expires_on=date(2026, 11, 30),
        settled_by=seller,
        settled_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )
    line = Line.objects.create(
        customer=customer, msisdn=msisdn, user_name="ALICE MARTIN", status=LineStatus.PENDING, commitment_months=24
    )
    return MobileItem.objects.create(
        order=order,
        position=1,
        state=State.WAITING,
        user_name=line.user_name,
        sim=SimCardFactory(status=SimStatus.RESERVED),
        number_source=NumberSource.PORTED,
        msisdn=msisdn,
        holder="ATELIER DURAND",
        rio=rio_of(msisdn),
        port_on=port_on,
        commitment_months=24,
        plan=PlanFactory(),
        plan_price="20.00",
        tariff=TariffFactory(),
        line=line,
        **fields,
    )


def a_port_in(state: PortState = PortState.TO_SEND, *, port_on: date = THURSDAY, **fields: Any) -> PortIn:
    """One in this state, due today where it says nothing else. ``customer`` and ``msisdn`` are its item's."""
    item = an_item(port_on=port_on, **{name: fields.pop(name) for name in ("customer", "msisdn") if name in fields})
    return PortIn.objects.create(
        **{
            "item": item,
            "line": item.line,
            "msisdn": item.msisdn,
            "holder": item.holder,
            "rio": item.rio,
            "port_on": port_on,
            "state": state,
            "refusal": "rio" if state in (PortState.REFUSED, PortState.FAILED) else "",
            "next_on": MONDAY,
            **fields,
        }
    )
