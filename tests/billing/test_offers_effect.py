"""What a change of offers does to money, as its preview says it: figures by hand, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.drafting import draft_of
from apps.billing.effects import effect_of_offers
from apps.billing.facts import facts_of, rules_now
from apps.billing.models import InvoiceLine, SliceClaim
from apps.billing.services import compute_run, open_run
from apps.catalog.choices import UsageKind
from apps.catalog.models import Offer
from apps.core.periods import Month
from apps.lines.choices import DiscountBasis
from apps.lines.models import Discount, Line, LineOperation, OneOffCharge, Subscription
from apps.lines.offer_changes import Billing, Condition, OfferAgreed, OfferChanges
from apps.lines.services import change_offers
from tests.billing.test_drafting import draft_row
from tests.factories import AllowanceFactory, LineFactory, OptionFactory, PlanFactory

OCTOBER = Month(2026, 10)
CHANGED = date(2026, 10, 15)
TODAY = date(2026, 10, 20)

pytestmark = pytest.mark.django_db

WRITTEN = (Subscription, OneOffCharge, LineOperation, Discount)


@pytest.fixture
def line() -> Line:
    """31.00 a month with two hours of calls, billed from 1 October."""
    plan = PlanFactory(code="A", label="Forfait A")
    AllowanceFactory(offer=plan, kind=UsageKind.VOICE, quantity=7200)
    return LineFactory(plan=plan, price=Decimal("31.00"), billing_start=date(2026, 10, 1))


@pytest.fixture
def other() -> Offer:
    """A plan with four hours of calls."""
    plan = PlanFactory(code="B", label="Forfait B")
    AllowanceFactory(offer=plan, kind=UsageKind.VOICE, quantity=14400)
    return plan


def effect(line: Line, *, on: date = CHANGED, today: date = TODAY, **changes: Any) -> list[str]:
    asked = OfferChanges(**changes)
    before = [model.objects.count() for model in WRITTEN]  # type: ignore[attr-defined]
    told = effect_of_offers(
        line=line, on=on, today=today, change=lambda: change_offers(line=line, changes=asked, on=on, actor=None)
    )
    said = [one.replace("\N{NO-BREAK SPACE}", " ") for one in told]
    assert [model.objects.count() for model in WRITTEN] == before  # type: ignore[attr-defined]
    return said


def to(offer: Offer, price: str) -> OfferAgreed:
    return OfferAgreed(offer=offer.pk, price=Decimal(price))


def draft(line: Line, run: Month = OCTOBER) -> list[tuple[str, str]]:
    made = draft_of(facts_of([line.customer], run=run)[0], run=run, rules=rules_now())
    return [(one.label, str(one.net)) for one in made.lines]


def test_a_change_in_the_middle_of_a_month_is_two_slices_and_two_allowances(line: Line, other: Offer) -> None:
    """14/31 of 31.00 is 14.00, 17/31 of 27.90 is 15.30; 14/31 of 2 h and 17/31 of 4 h are 11 148 s."""
    assert effect(line, plan=to(other, "27.90")) == [
        "Facture d’octobre 2026 pour cette ligne : 31,00 € → 29,30 € HT.",
        "− Forfait A (Octobre 2026) : 31,00 €",
        "+ Forfait A (Octobre 2026, 14/31 jours) : 14,00 €",
        "+ Forfait B (Octobre 2026, 17/31 jours) : 15,30 €",
        "Chaque mois à partir de novembre 2026 : 31,00 € → 27,90 € HT, hors consommations.",
        "Inclus en octobre 2026, Voix : 2 h → 3 h 5 min 48 s.",
    ]
    # It has been said, not done; once it is done the draft is what was said.
    assert draft(line) == [("Forfait A", "31.00")]
    change_offers(line=line, changes=OfferChanges(plan=to(other, "27.90")), on=CHANGED, actor=None)
    assert draft(line) == [("Forfait A", "14.00"), ("Forfait B", "15.30")]


def test_an_option_brings_its_fee(line: Line) -> None:
    option = OptionFactory(label="Option data", activation_fee=Decimal("9.00"))
    assert effect(line, on=date(2026, 10, 1), options=(to(option, "5.00"),)) == [
        "Facture d’octobre 2026 pour cette ligne : 31,00 € → 45,00 € HT.",
        "+ Option data (Octobre 2026) : 5,00 €",
        "+ Frais de mise en service – Option data (01/10/2026) : 9,00 €",
        "Chaque mois à partir de novembre 2026 : 31,00 € → 36,00 € HT, hors consommations.",
    ]


def test_a_discount_of_some_months_is_no_matter_of_ever(line: Line) -> None:
    """October is under the new condition as a whole; of the two months November is the last."""
    conditions = {DiscountBasis.SUBSCRIPTION: Condition(percent=Decimal(10), months=2)}
    said = effect(line, conditions=conditions)
    assert said[:2] == [
        "Facture d’octobre 2026 pour cette ligne : 31,00 € → 27,90 € HT.",
        "+ Remise 10 % – Forfait A (Octobre 2026) : -3,10 €",
    ]
    change_offers(line=line, changes=OfferChanges(conditions=conditions), on=CHANGED, actor=None)
    assert [net for label, net in draft(line, Month(2026, 12)) if label.startswith("Remise")] == ["-3.10", "-3.10"]


def test_what_was_billed_in_advance_is_given_back(line: Line, other: Offer) -> None:
    """November was billed whole: of 31.00, 14/30 is 14.47 and 16.53 comes back; 16/30 of 27.90 is 14.88."""
    subscription = line.subscriptions.get()
    line.subscriptions.update(in_advance=True)
    for month in (OCTOBER, OCTOBER.next()):
        SliceClaim.objects.create(
            subscription=subscription, month=month.start, net=Decimal("31.00"), invoice=draft_row(line.customer)
        )
    november = date(2026, 11, 15)
    assert effect(line, on=november, today=november, plan=to(other, "27.90")) == [
        "Facture de novembre 2026 pour cette ligne : 31,00 € → 26,25 € HT.",
        "− Forfait A (Décembre 2026) : 31,00 €",
        "+ Régularisation – Forfait A (Novembre 2026) : -16,53 €",
        "+ Forfait B (Novembre 2026, 16/30 jours) : 14,88 €",
        "+ Forfait B (Décembre 2026) : 27,90 €",
        "Chaque mois à partir de décembre 2026 : 31,00 € → 27,90 € HT, hors consommations.",
        "Inclus en novembre 2026, Voix : 2 h → 3 h 4 min.",
    ]


def test_a_change_to_come_is_told_of_its_own_month(line: Line, other: Offer) -> None:
    """Nothing of the months before it, which other runs bill."""
    assert effect(line, on=date(2027, 2, 15), plan=to(other, "28.00"))[:4] == [
        "Facture de février 2027 pour cette ligne : 31,00 € → 29,50 € HT.",
        "− Forfait A (Février 2027) : 31,00 €",
        "+ Forfait A (Février 2027, 14/28 jours) : 15,50 €",
        "+ Forfait B (Février 2027, 14/28 jours) : 14,00 €",
    ]


def test_issued_months_keep_their_price_when_the_month_of_a_change_is_to_come(line: Line, other: Offer) -> None:
    SliceClaim.objects.create(
        subscription=line.subscriptions.get(),
        month=OCTOBER.start,
        net=Decimal("31.00"),
        invoice=draft_row(line.customer),
    )
    changes = OfferChanges(
        plan=to(other, "27.90"), conditions={DiscountBasis.SUBSCRIPTION: Condition(percent=Decimal(50))}
    )
    change_offers(line=line, changes=changes, on=date(2026, 11, 1), actor=None)
    assert draft(line, Month(2026, 11)) == [
        ("Forfait B", "27.90"),
        ("Remise 50\N{NO-BREAK SPACE}% – Forfait B", "-13.95"),
    ]


def test_usage_is_counted_anew_with_the_allowance(line: Line, other: Offer, rated: Callable[..., Any]) -> None:
    """The change is tried with everything that follows of it; afterwards the records are as they were."""
    record = rated(line, "1.00", quantity=60)
    effect(line, plan=to(other, "27.90"))
    price = record.price
    record.refresh_from_db()
    assert record.price == price


def test_drafts_that_were_made_before_stay_until_they_are_made_again(line: Line, other: Offer) -> None:
    run = open_run(month=OCTOBER)
    compute_run(run=run)
    change_offers(line=line, changes=OfferChanges(plan=to(other, "27.90")), on=CHANGED, actor=None)
    assert list(InvoiceLine.objects.values_list("label", "net")) == [("Forfait A", Decimal("31.00"))]
    compute_run(run=run)
    assert list(InvoiceLine.objects.order_by("position").values_list("label", "net")) == [
        ("Forfait A", Decimal("14.00")),
        ("Forfait B", Decimal("15.30")),
    ]


def test_a_change_of_billing_in_the_middle_of_a_month_bills_no_day_twice(line: Line) -> None:
    said = effect(line, billing=Billing(in_advance=True, prorata=True))
    assert said[0] == "Facture d’octobre 2026 pour cette ligne : 31,00 € → 62,00 € HT."
    assert said[1:4] == [
        "− Forfait A (Octobre 2026) : 31,00 €",
        "+ Forfait A (Octobre 2026, 14/31 jours) : 14,00 €",
        "+ Forfait A (Octobre 2026, 17/31 jours) : 17,00 €",
    ]
