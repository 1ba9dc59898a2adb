"""«Modifier les offres» as a browser does it: the activation's form, filled with what the line has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.catalog.choices import RuleKind, SaleMode, UsageKind
from apps.catalog.models import Offer, OfferRule
from apps.core.roles import Role
from apps.lines.choices import DiscountBasis, OperationKind, PlannedState
from apps.lines.models import Line, PlannedOperation
from apps.lines.operations.doing import apply_next
from apps.lines.operations.offers import OFFERS, OffersForm
from apps.lines.services import held_by, terminate_line
from tests.factories import (
    AllowanceFactory,
    DiscountFactory,
    HandsetFactory,
    HandsetPriceFactory,
    LineFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    SubscriptionFactory,
)
from tests.lines.operating import ask, do, plain
from tests.people import SignIn

TODAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def line() -> Line:
    """On a plan at 31.00, which the catalogue sells at 35.00 by now, with an option and two special conditions."""
    plan = PlanFactory(code="PRO_A", label="Pro A", catalogue_price=None)
    OfferPriceFactory(offer=plan, amount=Decimal("35.00"))
    line = LineFactory(plan=plan, price=Decimal("31.00"), commitment_months=12, committed_from=date(2026, 1, 1))
    SubscriptionFactory(line=line, offer=OptionFactory(code="OPT_A", label="Opt A"), price=Decimal("5.00"))
    DiscountFactory(subscription=held_by(line, on=TODAY).plan, percent=Decimal(10), months=12)
    DiscountFactory(basis=DiscountBasis.USAGE, subscription=None, line=line, percent=None, amount=Decimal("2.00"))
    return line


@pytest.fixture
def other() -> Offer:
    plan = PlanFactory(code="PRO_B", label="Pro B", catalogue_price=None)
    OfferPriceFactory(offer=plan, amount=Decimal("27.40"))
    return plan


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def as_shown(line: Line, **changed: Any) -> dict[str, Any]:
    """What a browser sends back of the form as it came, but for what somebody has changed in it."""
    form = OffersForm(row=line, request=None)
    said: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if value not in (None, False, "") and not name.startswith("_"):
            said[name] = value() if callable(value) else value
    said["on"] = TODAY.isoformat()
    return {name: value for name, value in {**said, **changed}.items() if value is not None}


def test_it_comes_filled_with_what_the_line_has(line: Line, support: Client) -> None:
    option = next(iter(held_by(line, on=TODAY).options))
    said = as_shown(line)
    assert {
        name: str(said[name]) for name in ("plan_price", f"price_{option}", "handset_change", "commitment_months")
    } == {
        "plan_price": "31.00",
        f"price_{option}": "5.00",
        "handset_change": "keep",
        "commitment_months": "-1",
    }
    # Twelve months from January: two of them are left in November.
    assert (said["subscription_discount"], said["subscription_months"]) == (Decimal(10), 2)
    assert (said["usage_discount"], said["usage_unit"]) == (Decimal("2.00"), "amount")
    page = plain(support.get(f"/admin/lines/line/{line.pk}/offers/"))
    for word in ("Pro A", "Opt A", "jusqu’au 01/01/2027", "Changer", 'value="31,00"'):
        assert word in page


def test_sent_back_as_it_came_changes_nothing(line: Line, support: Client) -> None:
    assert "Rien ici ne diffère" in plain(ask(support, line, "offers", **as_shown(line)))
    assert not line.operations.exists()


def test_it_says_what_that_does_to_money_then_does_only_what_differs(line: Line, support: Client, other: Offer) -> None:
    asked = as_shown(line, plan=other.pk, plan_price="27,40")
    told = plain(ask(support, line, "offers", **asked))
    for word in (
        "PRO_A",
        "PRO_B",
        "Facture de novembre 2026 pour cette ligne",
        "Chaque mois à partir de décembre 2026",
    ):
        assert word in told
    assert not line.operations.exists()
    assert do(support, line, "offers", **asked).status_code == 302
    entry = line.operations.get()
    assert entry.kind == OperationKind.PLAN_CHANGE
    assert (entry.before, entry.after) == (
        {"plan": "PRO_A", "price": "31.00"},
        {"plan": "PRO_B", "price": "27.40"},
    )
    assert held_by(line, on=TODAY).conditions[DiscountBasis.SUBSCRIPTION].months == 12


def test_an_offer_gets_another_price_by_those_who_may(
    line: Line, other: Offer, support: Client, sign_in: SignIn
) -> None:
    asked = as_shown(line, plan=other.pk, plan_price="1,00")
    assert "Votre rôle ne permet pas" in plain(ask(support, line, "offers", **asked))
    assert do(support, line, "offers", **asked).status_code == 200
    assert not line.operations.exists()
    free = sign_in("lines.view_line", "lines.change_line_offers", "lines.agree_line_prices")
    assert do(free, line, "offers", **asked).status_code == 302
    plan = held_by(line, on=TODAY).plan
    assert plan is not None
    assert plan.price == Decimal("1.00")


def test_the_catalogue_price_of_the_same_plan_may_be_taken(line: Line, support: Client) -> None:
    assert do(support, line, "offers", **as_shown(line, plan_price="35,00")).status_code == 302
    assert line.operations.get().after == {"price": "35.00"}


def test_everything_of_the_form_can_change(line: Line, support: Client) -> None:
    data = OptionFactory(code="OPT_B", label="Opt B")
    AllowanceFactory(offer=data, kind=UsageKind.DATA, quantity=1000)
    handset = HandsetFactory(brand="Fairphone", model="6")
    HandsetPriceFactory(handset=handset, mode=SaleMode.RENTAL, amount=Decimal("12.00"))
    asked = as_shown(
        line,
        options=[data.pk],
        subscription_discount=None,
        subscription_months=None,
        usage_discount="5",
        usage_unit="percent",
        commitment_months=24,
        billing="advance",
        handset_change="new",
        handset=handset.pk,
        sale_mode="rental",
        purchase_mode="stock",
        handset_months=24,
        handset_price="12,00",
    ) | {f"price_{data.pk}": "10,00", f"throughput_{data.pk}": "150M", "reason": "Renouvellement"}
    assert do(support, line, "offers", **asked).status_code == 302
    entry = line.operations.get()
    assert entry.after == {
        "billing": "advance",
        "options": [["OPT_B", "10.00", "150M"]],
        "discount_subscription": [],
        "discount_usage": ["5.00", "", None],
        "commitment": [24, "2026-11-24"],
        "handset": ["Fairphone 6", "", "rental", "12.00", 24],
    }


def test_a_handset_is_given_back(line: Line, support: Client) -> None:
    handset = HandsetFactory()
    HandsetPriceFactory(handset=handset, mode=SaleMode.RENTAL, amount=Decimal("12.00"))
    new = {"handset_change": "new", "handset": handset.pk, "sale_mode": "rental", "purchase_mode": "stock"}
    do(support, line, "offers", **as_shown(line, **new, handset_months=24, on="2026-11-01"))
    assert line.one_off_charges.count() == 24
    assert do(support, line, "offers", **as_shown(line, handset_change="back")).status_code == 302
    assert line.one_off_charges.count() == 1
    assert line.handsets.get().end == TODAY


def test_a_new_handset_has_to_be_named(line: Line, support: Client) -> None:
    assert "De quel terminal" in plain(ask(support, line, "offers", **as_shown(line, handset_change="new")))


def test_a_change_to_come_is_planned_and_done_on_its_day(line: Line, support: Client, other: Offer) -> None:
    asked = as_shown(line, plan=other.pk, plan_price="27,40", on="2026-12-01")
    assert do(support, line, "offers", **asked).status_code == 302
    planned = PlannedOperation.objects.get()
    assert (planned.state, planned.effective_on) == (PlannedState.PLANNED, date(2026, 12, 1))
    assert not line.operations.exists()
    # Meanwhile somebody changes something else: the planned one is about the plan alone.
    do(support, line, "offers", **as_shown(line, usage_discount=None))
    with time_machine.travel("2026-12-01T06:00:00+01:00", tick=False):
        apply_next(today=date(2026, 12, 1), now=timezone.now())
    planned.refresh_from_db()
    assert planned.state == PlannedState.DONE
    held = held_by(line, on=date(2026, 12, 1))
    assert held.plan is not None
    assert (held.plan.offer, DiscountBasis.USAGE in held.conditions) == (other, False)


def test_a_planned_change_is_refused_when_the_line_has_ended(line: Line, support: Client, other: Offer) -> None:
    do(support, line, "offers", **as_shown(line, plan=other.pk, plan_price="27,40", on="2026-12-01"))
    terminate_line(line=line, on=TODAY, today=TODAY, actor=None)
    apply_next(today=date(2026, 12, 1), now=timezone.now())
    planned = PlannedOperation.objects.get()
    assert (planned.state, planned.refusal != "") == (PlannedState.REFUSED, True)


def test_a_rule_that_came_later_is_not_held_against_what_the_line_has(line: Line, support: Client) -> None:
    held = held_by(line, on=TODAY)
    assert held.plan is not None
    first, second = sorted([held.plan.offer, next(iter(held.options.values())).offer], key=lambda one: one.pk)
    OfferRule.objects.create(offer=first, kind=RuleKind.EXCLUDES, other=second)
    assert do(support, line, "offers", **as_shown(line, usage_discount=None)).status_code == 302
    another = OptionFactory()
    OfferRule.objects.create(offer=held.plan.offer, kind=RuleKind.EXCLUDES, other=another)
    asked = as_shown(line, options=[*held.options, another.pk])
    assert "incompatibles" in plain(ask(support, line, "offers", **asked))


def test_two_changes_on_one_day_leave_the_second(line: Line, support: Client, other: Offer) -> None:
    third = PlanFactory(code="PRO_C", label="Pro C")
    do(support, line, "offers", **as_shown(line, plan=other.pk, plan_price="27,40"))
    do(support, line, "offers", **as_shown(line, plan=third.pk, plan_price="10,00"))
    plan = held_by(line, on=TODAY).plan
    assert plan is not None
    assert (plan.offer, line.subscriptions.filter(offer=other).count(), line.operations.count()) == (third, 0, 2)


def test_a_change_before_a_later_one_is_refused(line: Line, support: Client, other: Offer) -> None:
    do(support, line, "offers", **as_shown(line, plan=other.pk, plan_price="27,40"))
    asked = as_shown(line, plan=PlanFactory().pk, plan_price="10,00", on="2026-11-23")
    assert "24/11/2026" in plain(ask(support, line, "offers", **asked))
    assert line.operations.count() == 1


@pytest.mark.parametrize("role", [Role.READER, Role.SALES, Role.BILLING])
def test_whoever_may_not_is_refused(role: Role, line: Line, other: Offer, sign_in_as: SignIn) -> None:
    client = sign_in_as(role)
    assert client.get(f"/admin/lines/line/{line.pk}/offers/").status_code == 403
    assert ask(client, line, "offers", **as_shown(line, plan=other.pk, plan_price="27,40")).status_code == 403
    assert str(OFFERS.title) not in plain(client.get(f"/admin/lines/line/{line.pk}/change/"))
    assert not line.operations.exists()
