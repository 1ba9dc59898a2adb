"""What an operation on a line costs once (SPEC D1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.catalog.choices import FeeKind
from apps.catalog.models import Offer
from apps.lines.models import Line, OneOffCharge
from apps.lines.services import (
    NewLine,
    add_option,
    change_plan,
    open_lines,
    remove_option,
    swap_sim,
    terminate_line,
)
from tests.factories import (
    CustomerFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    SubscriptionFactory,
    TariffFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)
FEES = {
    "activation_fee": Decimal("25.00"),
    "sim_fee": Decimal("4.90"),
    "swap_fee": Decimal("9.90"),
    "termination_fee": Decimal("49.00"),
}


@pytest.fixture
def plan() -> Offer:
    return PlanFactory(vat_rate=10, **FEES)


@pytest.fixture
def option() -> Offer:
    return OptionFactory(label="IP fixe", activation_fee=Decimal("15.00"), termination_fee=Decimal("3.00"))


@pytest.fixture
def line(plan: Offer) -> Line:
    return LineFactory(plan=plan)


def opened(*offers: Offer, **options: Any) -> Line:
    new = NewLine(
        customer=CustomerFactory(),
        msisdn="33639981111",
        sim=SimCardFactory(),
        tariff=TariffFactory(),
        offers=[(offer, Decimal("19.90")) for offer in offers],
        activated_on=date(2026, 10, 5),
        billing_start=date(2026, 11, 1),
    )
    return open_lines(new_lines=[new], today=TODAY, actor=None, **options)[0]


def charged(line: Line) -> list[tuple[str, str, date]]:
    return [(one.label, str(one.price), one.day) for one in OneOffCharge.objects.filter(line=line).order_by("pk")]


def test_a_line_that_opens_pays_its_activation_its_card_and_its_options(plan: Offer, option: Offer) -> None:
    line = opened(plan, option)
    day = date(2026, 10, 5)
    assert charged(line) == [
        ("Frais de mise en service", "25.00", day),
        ("Frais de carte SIM", "4.90", day),
        ("Frais de mise en service – IP fixe", "15.00", day),
    ]
    charge = OneOffCharge.objects.filter(line=line).earliest("pk")
    assert (charge.customer, charge.offer, charge.vat_rate, charge.goods) == (line.customer, plan, 10, False)
    assert (charge.fee, charge.operation) == (FeeKind.ACTIVATION, line.operations.get())


def test_a_fleet_taken_over_owes_nothing(plan: Offer, option: Offer) -> None:
    assert charged(opened(plan, option, fees=False)) == []


def test_an_offer_without_fees_charges_none() -> None:
    assert charged(opened(PlanFactory(activation_fee=0), OptionFactory())) == []


def test_another_card_costs_the_fee_of_the_plan_held_then(line: Line) -> None:
    other = PlanFactory(swap_fee=Decimal("1.00"))
    change_plan(line=line, plan=other, price=Decimal(20), on=date(2026, 11, 1), actor=None)
    swap_sim(line=line, sim=SimCardFactory(), on=TODAY, today=TODAY, actor=None)
    assert charged(line) == [("Frais de remplacement de carte SIM", "9.90", TODAY)]


def test_a_card_replaced_for_free_costs_nothing(line: Line) -> None:
    swap_sim(line=line, sim=SimCardFactory(), on=TODAY, today=TODAY, actor=None, fees=False)
    assert charged(line) == []


def test_each_replacement_is_charged(line: Line) -> None:
    for day in (date(2026, 10, 10), TODAY):
        swap_sim(line=line, sim=SimCardFactory(), on=day, today=TODAY, actor=None)
    assert [day for _label, _price, day in charged(line)] == [date(2026, 10, 10), TODAY]


def test_the_end_of_a_line_costs_the_fee_of_its_plan_alone(line: Line, option: Offer) -> None:
    SubscriptionFactory(line=line, offer=option)
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    assert charged(line) == [("Frais de résiliation", "49.00", TODAY)]


def test_an_end_without_fees(line: Line) -> None:
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None, fees=False)
    assert charged(line) == []


def test_an_option_pays_when_it_comes_and_when_it_goes(line: Line, option: Offer) -> None:
    add_option(line=line, option=option, price=Decimal(5), on=date(2026, 10, 6), actor=None)
    remove_option(line=line, option=option, on=TODAY, actor=None)
    assert charged(line) == [
        ("Frais de mise en service – IP fixe", "15.00", date(2026, 10, 6)),
        ("Frais de résiliation – IP fixe", "3.00", TODAY),
    ]


def test_a_change_of_plan_costs_nothing_once(line: Line, plan: Offer) -> None:
    change_plan(line=line, plan=PlanFactory(**FEES), price=Decimal(20), on=TODAY, actor=None)
    assert charged(line) == []


def test_the_amount_is_that_of_the_day_of_the_operation(line: Line, plan: Offer) -> None:
    swap_sim(line=line, sim=SimCardFactory(), on=date(2026, 10, 10), today=TODAY, actor=None)
    plan.swap_fee = Decimal(100)
    plan.save()
    assert [price for _label, price, _day in charged(line)] == ["9.90"]


def test_the_database_keeps_one_fee_per_operation(plan: Offer) -> None:
    line = opened(plan)
    charge = OneOffCharge.objects.filter(line=line).earliest("pk")
    charge.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        charge.save()
    assert len(charged(line)) == 2
