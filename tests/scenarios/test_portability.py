"""A number comes from another operator: refused, corrected, ported, and billed from its day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from apps.catalog.models import Offer
from apps.customers.models import Customer
from apps.orders.choices import NumberSource, PortRefusal
from apps.orders.models import PortIn
from apps.orders.porting import arriving, services
from apps.orders.services import validate_order
from apps.tariffs.models import Tariff
from tests.factories import SimCardFactory
from tests.orders.arrivals import rio_of
from tests.orders.selling import draft, order_line
from tests.scenarios.office import Office, told, totals

NUMBER = "33639980001"
ORDERED, ANSWERED = date(2026, 11, 2), date(2026, 11, 3)  # a Monday and the day after
FIRST_DAY, SECOND_DAY = date(2026, 11, 12), date(2026, 11, 18)


@pytest.fixture
def port_in(office: Office) -> PortIn:
    """C1 orders a line at 31.00 a month with the number that it has elsewhere, for 12 November."""
    order = draft(Customer.objects.get(number="C1"))
    order_line(
        order,
        sim=SimCardFactory(),
        plan=Offer.objects.get(code="P31"),
        plan_price="31.00",
        tariff=Tariff.objects.get(),
        number_source=NumberSource.PORTED,
        msisdn=NUMBER,
        holder="MENUISERIE ROUX",
        rio=rio_of(NUMBER),
        port_on=FIRST_DAY,
    )
    validate_order(order=order, actor=order.seller, today=ORDERED)
    return PortIn.objects.get()


def do(service: Any, port_in: PortIn, today: date, **given: Any) -> None:
    service(port_in=port_in, actor=None, today=today, **given)


def arrive_on(port_in: PortIn, day: date, *, today: date) -> None:
    do(services.mark_sent, port_in, today)
    do(services.mark_eligible, port_in, today)
    do(services.schedule, port_in, today, day=day)


def test_a_refused_number_is_corrected_and_billed_from_the_day_on_which_it_is_ported(
    office: Office, port_in: PortIn
) -> None:
    do(services.mark_sent, port_in, ORDERED)
    do(services.mark_refused, port_in, ANSWERED, code=PortRefusal.ADDRESSEE, remark="RIO d’un ancien contrat")
    do(
        services.correct,
        port_in,
        ANSWERED,
        rio=rio_of(NUMBER, "03E1A2B3C"),
        holder="MENUISERIE ROUX",
        day=SECOND_DAY,
    )
    arrive_on(port_in, SECOND_DAY, today=ANSWERED)
    assert arriving.port_due(today=FIRST_DAY) == 0
    assert arriving.port_due(today=SECOND_DAY) == 1

    loaded = office.load((NUMBER, "2026-11-17T23:59:59+01:00", 60), (NUMBER, "2026-11-18T00:00:00+01:00", 60))
    assert (loaded["rated"], loaded["inactive_line"] + loaded["unknown_number"]) == (1, 1)
    november = office.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(november) == [
        ("subscription", "2026-11-18", "2026-12-01", "13.43"),  # 31.00 × 13/30
        ("usage", "2026-11-01", "2026-12-01", "0.60"),  # 60 s at 0.60 a minute
    ]
    assert totals(november) == ("14.03", ["2.81"], "16.84")
    assert [(one.before, one.after) for one in port_in.events.order_by("pk")] == [
        ("draft", "to_send"),
        ("to_send", "sent"),
        ("sent", "refused"),
        ("refused", "to_send"),
        ("to_send", "sent"),
        ("sent", "eligible"),
        ("eligible", "scheduled"),
        ("scheduled", "ported"),
    ]


def test_a_number_that_did_not_arrive_after_all_costs_nothing_until_it_does(office: Office, port_in: PortIn) -> None:
    arrive_on(port_in, FIRST_DAY, today=ORDERED)
    assert arriving.port_due(today=FIRST_DAY) == 1
    friday, again = date(2026, 11, 13), date(2026, 12, 1)
    do(arriving.mark_failed, port_in, friday, code=PortRefusal.OTHER, remark="Incident chez l’autre opérateur")
    do(services.correct, port_in, friday, rio=port_in.rio, holder=port_in.holder, day=again)
    arrive_on(port_in, again, today=friday)
    assert arriving.port_due(today=again) == 1
    assert "C1" not in office.invoice("2026-11", on="2026-12-01")
    december = office.invoice("2026-12", on="2027-01-04")["C1"]
    assert told(december) == [("subscription", "2026-12-01", "2027-01-01", "31.00")]


def test_what_was_billed_before_the_failure_was_known_is_given_back(office: Office, port_in: PortIn) -> None:
    arrive_on(port_in, FIRST_DAY, today=ORDERED)
    arriving.port_due(today=FIRST_DAY)
    november = office.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(november) == [("subscription", "2026-11-12", "2026-12-01", "19.63")]  # 31.00 × 19/30
    december, again = date(2026, 12, 2), date(2026, 12, 15)
    do(arriving.mark_failed, port_in, december, code=PortRefusal.OTHER, remark="Découvert après coup")
    do(services.correct, port_in, december, rio=port_in.rio, holder=port_in.holder, day=again)
    arrive_on(port_in, again, today=december)
    assert arriving.port_due(today=again) == 1
    assert totals(office.draft("2026-12")["C1"])[0] == "-2.63"  # 31.00 × 17/31 − 19.63
