"""«Modifier les offres»: only what differs is touched, all of it or nothing, from one day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog.choices import OfferKind, RuleKind, SaleMode
from apps.catalog.models import Offer, OfferRule
from apps.core.exceptions import DomainError
from apps.lines.choices import DiscountBasis, OperationKind, PurchaseMode
from apps.lines.models import Discount, Line
from apps.lines.offer_changes import Billing, Condition, HandsetAgreed, OfferAgreed, OfferChanges
from apps.lines.services import change_offers, held_by, status_disagreements, suspend_line
from apps.lines.wording import changes_text
from tests.factories import (
    DiscountFactory,
    HandsetFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SubscriptionFactory,
    TariffFactory,
    UserFactory,
)

CHANGED = date(2026, 10, 15)
SINCE = date(2026, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory(plan=PlanFactory(code="PRO_A"), price=Decimal("31.00"), tariff=TariffFactory(code="GRILLE_A"))


@pytest.fixture(autouse=True)
def agreement() -> Iterator[None]:
    yield
    assert status_disagreements() == []


def agreed(offer: Offer, price: str, throughput: str = "") -> OfferAgreed:
    return OfferAgreed(offer=offer.pk, price=Decimal(price), throughput=throughput)


def change(line: Line, on: date = CHANGED, **changes: Any) -> Any:
    # By way of what a planned one keeps.
    asked = OfferChanges.of_json(OfferChanges(**changes).as_json())
    assert asked == OfferChanges(**changes)
    return change_offers(line=line, changes=asked, on=on, actor=None)


def plans(line: Line) -> list[tuple[str, str, date, date | None]]:
    return [
        (one.offer.code, str(one.price), one.start, one.end)
        for one in line.subscriptions.filter(kind=OfferKind.PLAN).order_by("start")
    ]


def test_everything_at_once_is_one_entry_of_the_journal() -> None:
    old_option, new_option, new_plan = OptionFactory(code="OPT_A"), OptionFactory(code="OPT_B"), PlanFactory(code="B")
    line = LineFactory(plan=PlanFactory(code="A"), price=Decimal("31.00"), tariff=TariffFactory(code="GRILLE_A"))
    SubscriptionFactory(line=line, offer=old_option, price=Decimal("5.00"))
    actor = UserFactory()
    operation = change_offers(
        line=line,
        changes=OfferChanges(
            plan=agreed(new_plan, "27.40", "5G"),
            options=(agreed(new_option, "3.00"),),
            removed=(old_option.pk,),
            tariff=TariffFactory(code="GRILLE_B").pk,
            conditions={DiscountBasis.SUBSCRIPTION: Condition(percent=Decimal(10), months=12)},
            commitment=24,
            handset=HandsetAgreed(
                handset=HandsetFactory(brand="Fairphone", model="6").pk,
                sale_mode=SaleMode.INSTALMENTS,
                purchase_mode=PurchaseMode.STOCK,
                price=Decimal("20.00"),
                months=24,
            ),
        ),
        on=CHANGED,
        actor=actor,
        reason="Demande du client",
    )
    assert list(line.operations.values_list("kind", "actor", "effective_on", "reason")) == [
        (OperationKind.PLAN_CHANGE, actor.pk, CHANGED, "Demande du client")
    ]
    line.refresh_from_db()
    assert plans(line) == [("A", "31.00", SINCE, CHANGED), ("B", "27.40", CHANGED, None)]
    assert [one.offer.code for one in line.subscriptions.on(CHANGED).filter(kind=OfferKind.OPTION)] == ["OPT_B"]
    assert line.tariffs.on(CHANGED).get().tariff.code == "GRILLE_B"
    assert (line.commitment_months, line.committed_from) == (24, CHANGED)
    assert line.one_off_charges.count() == 24
    told = [one.replace("\N{NO-BREAK SPACE}", " ") for one in changes_text(operation)]
    assert told == [
        "Abonnement : A → B",
        "Prix : 31,00 € → 27,40 €",
        "Débit : 5G",
        "Options : OPT_A (5,00 €) → OPT_B (3,00 €)",
        "Grille minutes : GRILLE_A → GRILLE_B",
        "Remise sur l’abonnement : 10 % pendant 12 mois",
        "Engagement : 24 mois à compter du 15/10/2026",
        "Terminal : Fairphone 6 (Paiement échelonné : 20,00 € par mois pendant 24 mois)",
    ]


def test_what_is_not_named_stays_as_it_is(line: Line) -> None:
    option = SubscriptionFactory(line=line, offer=OptionFactory(), price=Decimal("5.00"))
    plan = line.subscriptions.get(kind=OfferKind.PLAN)
    operation = change(line, tariff=TariffFactory(code="GRILLE_B").pk)
    assert set(line.subscriptions.all()) == {option, plan}
    assert (operation.before, operation.after) == ({"tariff": "GRILLE_A"}, {"tariff": "GRILLE_B"})


def test_another_price_for_an_option_is_another_subscription_without_fees(line: Line) -> None:
    option = OptionFactory(activation_fee=Decimal("9.00"), termination_fee=Decimal("7.00"))
    SubscriptionFactory(line=line, offer=option, price=Decimal("5.00"))
    change(line, options=(agreed(option, "4.00"),))
    assert [(str(one.price), one.start, one.end) for one in line.subscriptions.filter(offer=option)] == [
        ("5.00", SINCE, CHANGED),
        ("4.00", CHANGED, None),
    ]
    assert not line.one_off_charges.exists()


def test_options_owe_their_fees_when_they_come_and_go(line: Line) -> None:
    option = OptionFactory(activation_fee=Decimal("9.00"), termination_fee=Decimal("7.00"))
    change(line, options=(agreed(option, "5.00"),))
    change(line, on=date(2026, 11, 10), removed=(option.pk,))
    assert [(str(one.price), one.day) for one in line.one_off_charges.order_by("day")] == [
        ("9.00", CHANGED),
        ("7.00", date(2026, 11, 10)),
    ]


def test_an_option_added_and_taken_off_on_one_day_costs_nothing(line: Line) -> None:
    option = OptionFactory(activation_fee=Decimal("9.00"), termination_fee=Decimal("7.00"))
    change(line, options=(agreed(option, "5.00"),))
    change(line, removed=(option.pk,))
    assert not line.one_off_charges.exists()
    assert not line.subscriptions.filter(offer=option).exists()
    assert line.operations.count() == 2


def test_changed_twice_on_one_day_leaves_the_second(line: Line) -> None:
    change(
        line,
        plan=agreed(PlanFactory(code="B"), "20.00"),
        conditions={DiscountBasis.USAGE: Condition(percent=Decimal(5))},
    )
    change(
        line,
        plan=agreed(PlanFactory(code="C"), "21.00"),
        conditions={DiscountBasis.USAGE: Condition(percent=Decimal(7))},
    )
    assert plans(line) == [("PRO_A", "31.00", SINCE, CHANGED), ("C", "21.00", CHANGED, None)]
    held = held_by(line, on=CHANGED)
    assert held.conditions[DiscountBasis.USAGE].percent == Decimal(7)
    assert line.operations.count() == 2


def test_nothing_changes_before_a_later_change(line: Line) -> None:
    change(line, plan=agreed(PlanFactory(code="B"), "20.00"))
    for asked in (
        {"plan": agreed(PlanFactory(), "19.00")},
        {"billing": Billing(in_advance=True, prorata=True)},
    ):
        with pytest.raises(DomainError, match="15/10/2026"):
            change(line, on=date(2026, 10, 14), **asked)
    # What did not change then may change before it.
    change(line, on=date(2026, 10, 14), tariff=TariffFactory().pk)
    change(line, conditions={DiscountBasis.USAGE: Condition(percent=Decimal(5))})
    with pytest.raises(DomainError, match="15/10/2026"):
        change(line, on=date(2026, 10, 14), conditions={DiscountBasis.USAGE: None})


def test_all_or_nothing(line: Line) -> None:
    """The last thing that is asked is refused: nothing of the rest has been done."""
    with pytest.raises(DomainError):
        change(
            line,
            plan=agreed(PlanFactory(), "20.00"),
            tariff=TariffFactory().pk,
            commitment=12,
            handset=HandsetAgreed(handset=HandsetFactory().pk, sale_mode=SaleMode.RENTAL, purchase_mode="stock"),
        )
    line.refresh_from_db()
    assert plans(line) == [("PRO_A", "31.00", SINCE, None)]
    assert (line.tariffs.count(), line.commitment_months, line.operations.count()) == (1, 0, 0)


def test_what_is_so_already_is_no_change(line: Line) -> None:
    plan = line.subscriptions.get()
    with pytest.raises(DomainError):
        change(line, plan=agreed(plan.offer, "31.00"))
    assert plans(line) == [("PRO_A", "31.00", SINCE, None)]


def test_what_is_added_is_on_sale_what_stays_need_not_be(line: Line) -> None:
    withdrawn = {"on_sale_until": date(2026, 10, 1)}
    plan = line.subscriptions.get().offer
    Offer.objects.filter(pk=plan.pk).update(**withdrawn)
    change(line, plan=agreed(plan, "29.00"))
    for asked in (
        {"plan": agreed(PlanFactory(**withdrawn), "20.00")},
        {"options": (agreed(OptionFactory(**withdrawn), "1.00"),)},
    ):
        with pytest.raises(DomainError):
            change(line, **asked)


def test_rules_are_held_for_the_whole_not_step_by_step(line: Line) -> None:
    """An option of the old plan alone leaves with it, that of the new one comes with it."""
    old_plan, new_plan = line.subscriptions.get().offer, PlanFactory()
    old, new = OptionFactory(), OptionFactory()
    OfferRule.objects.create(offer=old, kind=RuleKind.REQUIRES, other=old_plan)
    OfferRule.objects.create(offer=new, kind=RuleKind.REQUIRES, other=new_plan)
    change(line, on=date(2026, 10, 1), options=(agreed(old, "1.00"),))
    with pytest.raises(DomainError):
        change(line, plan=agreed(new_plan, "20.00"))
    with pytest.raises(DomainError):
        change(line, options=(agreed(new, "1.00"),))
    change(line, plan=agreed(new_plan, "20.00"), options=(agreed(new, "1.00"),), removed=(old.pk,))
    assert set(held_by(line, on=CHANGED).options) == {new.pk}


def test_special_conditions_go_on_with_another_plan(line: Line) -> None:
    """Twelve months of discount from January have three left in October, on whichever plan."""
    DiscountFactory(subscription=line.subscriptions.get(), percent=Decimal(10), months=12)
    change(line, plan=agreed(PlanFactory(), "20.00"))
    plan = held_by(line, on=CHANGED).plan
    assert plan is not None
    assert list(plan.discounts.values_list("percent", "months", "start", "end")) == [(Decimal(10), 12, SINCE, None)]


def test_special_conditions_change_without_touching_the_plan(line: Line) -> None:
    plan = line.subscriptions.get()
    DiscountFactory(subscription=plan, percent=Decimal(10))
    DiscountFactory(basis=DiscountBasis.USAGE, subscription=None, line=line, percent=Decimal(20))
    change(line, conditions={DiscountBasis.SUBSCRIPTION: Condition(amount=Decimal("3.00")), DiscountBasis.USAGE: None})
    assert plans(line) == [("PRO_A", "31.00", SINCE, None)]
    assert list(Discount.objects.order_by("pk").values_list("basis", "percent", "amount", "start", "end")) == [
        (DiscountBasis.SUBSCRIPTION, Decimal(10), None, None, CHANGED),
        (DiscountBasis.USAGE, Decimal(20), None, None, CHANGED),
        (DiscountBasis.SUBSCRIPTION, None, Decimal("3.00"), CHANGED, None),
    ]


def test_billing_conditions_are_those_of_plan_and_options(line: Line) -> None:
    SubscriptionFactory(line=line, offer=OptionFactory(), price=Decimal("5.00"))
    november = date(2026, 11, 1)
    operation = change(line, on=november, billing=Billing(in_advance=True, prorata=False))
    assert {(one.in_advance, one.prorata) for one in line.subscriptions.on(november)} == {(True, False)}
    assert operation.after == {"billing": "advance", "prorata": False}


def test_a_new_option_is_billed_as_the_plan_is(line: Line) -> None:
    line.subscriptions.update(in_advance=True)
    option = OptionFactory()
    change(line, options=(agreed(option, "5.00", "150M"),))
    added = line.subscriptions.get(offer=option)
    assert (added.in_advance, added.throughput) == (True, "150M")


def test_a_restricted_line_changes_its_offers(line: Line) -> None:
    suspend_line(line=line, on=date(2026, 10, 5), today=CHANGED, actor=None)
    change(line, plan=agreed(PlanFactory(code="B"), "20.00"))
    assert plans(line)[-1][0] == "B"


def test_a_line_that_is_over_changes_nothing() -> None:
    for ended in (LineFactory(terminated=True), LineFactory(pending=True)):
        with pytest.raises(DomainError):
            change(ended, tariff=TariffFactory().pk)


def test_nothing_changes_from_before_the_billing_start() -> None:
    line = LineFactory(billing_start=date(2026, 10, 20))
    with pytest.raises(DomainError, match="20/10/2026"):
        change(line, plan=agreed(PlanFactory(), "20.00"))


def test_a_commitment_can_be_lifted(line: Line) -> None:
    change(line, commitment=24)
    operation = change(line, on=date(2026, 11, 1), commitment=0)
    line.refresh_from_db()
    assert (line.commitment_months, line.committed_from) == (0, None)
    assert operation.after == {"commitment": []}
