"""What is agreed on for a line, as a form asks it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog.choices import RuleKind, SaleMode, UsageKind
from apps.catalog.models import Offer, OfferRule
from apps.lines.choices import DiscountBasis, PurchaseMode
from apps.lines.offer_fields import Agreed, OfferFields
from tests.factories import (
    AllowanceFactory,
    HandsetFactory,
    HandsetPriceFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    TariffFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TODAY = date(2026, 11, 24)


@pytest.fixture
def plan() -> Offer:
    plan = PlanFactory(label="Forfait Pro", catalogue_price=None)
    OfferPriceFactory(offer=plan, amount=Decimal("31.00"))
    return plan


def form_of(said: dict[str, Any], *, may_change_price: bool = False, agreed: Agreed | None = None) -> OfferFields:
    return OfferFields(
        {
            "commitment_months": "0",
            "billing": "arrears",
            "tariff": said.pop("tariff", None) or TariffFactory().pk,
            **said,
        },
        day=TODAY,
        may_change_price=may_change_price,
        agreed=agreed,
    )


def errors_of(form: OfferFields) -> dict[str, list[str]]:
    return {name: [str(one) for one in errors] for name, errors in form.errors.items()}


def test_the_catalogue_price_is_taken_where_none_is_typed(plan: Offer) -> None:
    form = form_of({"plan": plan.pk})
    assert errors_of(form) == {}
    assert form.cleaned_data["plan_price"] == Decimal("31.00")
    assert form.cleaned_data["handset"] is None


def test_another_price_needs_the_right(plan: Offer) -> None:
    forged = form_of({"plan": plan.pk, "plan_price": "1.00"})
    assert errors_of(forged) == {
        "plan_price": ["The price is 31,00\N{NO-BREAK SPACE}€. You may not agree on another one."]
    }
    assert errors_of(form_of({"plan": plan.pk, "plan_price": "1.00"}, may_change_price=True)) == {}


def test_a_price_agreed_before_may_stay(plan: Offer) -> None:
    agreed = Agreed(prices={plan.pk: Decimal("25.00")})
    for price in ("25.00", "31.00"):
        assert errors_of(form_of({"plan": plan.pk, "plan_price": price}, agreed=agreed)) == {}
    assert "plan_price" in errors_of(form_of({"plan": plan.pk, "plan_price": "24.99"}, agreed=agreed))


def test_what_is_withdrawn_is_not_sold_but_stays_where_it_was(plan: Offer) -> None:
    Offer.objects.filter(pk=plan.pk).update(on_sale_until=TODAY)
    assert "plan" in errors_of(form_of({"plan": plan.pk}))
    assert errors_of(form_of({"plan": plan.pk}, agreed=Agreed(prices={plan.pk: Decimal("31.00")}))) == {}


def test_an_offer_with_data_asks_its_throughput(plan: Offer) -> None:
    option = OptionFactory(label="Data 20 Go")
    for offer in (plan, option):
        AllowanceFactory(offer=offer, kind=UsageKind.DATA, quantity=20)
    form = form_of({"plan": plan.pk, "options": [option.pk]})
    assert set(errors_of(form)) == {"plan_throughput", f"throughput_{option.pk}"}
    said = {"plan": plan.pk, "options": [option.pk], "plan_throughput": "5G", f"throughput_{option.pk}": "150M"}
    form = form_of(said)
    assert errors_of(form) == {}
    assert list(form.options_said()) == [(option, Decimal("10.00"), "150M")]


def test_options_follow_the_rules_of_the_plan(plan: Offer) -> None:
    option = OptionFactory()
    OfferRule.objects.create(offer=plan, kind=RuleKind.EXCLUDES, other=option)
    form = form_of({"plan": plan.pk, "options": [option.pk]})
    assert set(errors_of(form)) == {"options"}
    assert form.facts()["offers"][plan.pk]["excludes"] == [option.pk]


def test_special_conditions_are_percent_or_euros(plan: Offer) -> None:
    said = {"plan": plan.pk, "subscription_discount": "10", "subscription_unit": "percent", "subscription_months": "12"}
    form = form_of({**said, "usage_discount": "5.50", "usage_unit": "amount"})
    assert errors_of(form) == {}
    assert list(form.discounts_said()) == [
        (DiscountBasis.SUBSCRIPTION, Decimal(10), None, 12),
        (DiscountBasis.USAGE, None, Decimal("5.50"), None),
    ]
    assert set(errors_of(form_of({**said, "subscription_discount": "101"}))) == {"subscription_discount"}


def test_a_handset_is_sold_at_the_price_of_its_mode(plan: Offer) -> None:
    handset = HandsetFactory()
    HandsetPriceFactory(handset=handset, mode=SaleMode.INSTALMENTS, months=24, amount=Decimal("20.00"))
    said = {"plan": plan.pk, "handset": handset.pk, "sale_mode": SaleMode.INSTALMENTS, "purchase_mode": "stock"}
    form = form_of({**said, "handset_months": "24", "imei": "49-015420-323751-8"})
    assert errors_of(form) == {}
    assert (form.cleaned_data["handset_price"], form.cleaned_data["imei"]) == (Decimal("20.00"), "490154203237518")
    assert set(errors_of(form_of(said))) == {"handset_months", "handset_price"}
    assert set(errors_of(form_of({**said, "handset_months": "24", "handset_price": "1"}))) == {"handset_price"}
    own = form_of({"plan": plan.pk, "handset": handset.pk})
    assert (errors_of(own), own.cleaned_data["purchase_mode"]) == ({}, PurchaseMode.OWN)


@pytest.mark.parametrize("imei", ["490154203237517", "49015420323751", "49015420323751X"])
def test_an_imei_is_checked(plan: Offer, imei: str) -> None:
    assert "imei" in errors_of(form_of({"plan": plan.pk, "handset": HandsetFactory().pk, "imei": imei}))


def test_an_imei_without_a_handset_is_asked_about(plan: Offer) -> None:
    assert set(errors_of(form_of({"plan": plan.pk, "imei": "490154203237518"}))) == {"handset"}
