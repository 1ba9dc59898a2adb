"""«Commandes» over HTTP: how orders are entered, looked at, validated and given up, and by whom."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.catalog.choices import RuleKind, UsageKind
from apps.catalog.models import Offer, OfferRule
from apps.core.roles import Role
from apps.customers.models import Customer
from apps.orders.choices import NumberSource, OrderKind, OrderState
from apps.orders.models import MobileItem, Order
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.tariffs.models import Tariff
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    IntegratorFactory,
    LineFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    TariffFactory,
)
from tests.people import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SALES, username="camille")


@pytest.fixture
def customer() -> Customer:
    IntegratorFactory()
    return CustomerFactory(number="C070001", name="HOTEL BELLEVUE")


@pytest.fixture
def plan() -> Offer:
    plan = PlanFactory(label="Forfait Pro", catalogue_price=None)
    OfferPriceFactory(offer=plan, amount=Decimal("31.00"))
    return plan


@pytest.fixture
def card() -> SimCard:
    return SimCardFactory(msisdn="33639985001")


@pytest.fixture
def tariff() -> Tariff:
    return TariffFactory(label="Grille standard")


def new(kind: str, customer: Customer) -> str:
    return f"{reverse(f'admin:orders_order_new_{kind}')}?customer={customer.pk}"


def page_of(order: Order, name: str = "change") -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def line_said(client: Client, plan: Offer, card: SimCard, tariff: Tariff, **answers: Any) -> dict[str, Any]:
    return {
        "seller": client.session["_auth_user_id"],
        "user_name": "jeanne martin",
        "sim": card.iccid,
        "number_source": NumberSource.CARD,
        "plan": plan.pk,
        "tariff": tariff.pk,
        "commitment_months": "24",
        "billing": "arrears",
        "prorata": "on",
        **answers,
    }


def words(response: Any) -> str:
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&#x27;", "’")


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in found] for name, found in response.context["form"].errors.items()}


# --- The way there


def test_the_customer_leads_to_its_two_ways_of_ordering(seller: Client, customer: Customer) -> None:
    choosing = f"{reverse('admin:orders_order_add')}?customer={customer.pk}"
    page = words(seller.get(reverse("admin:customers_customer_change", args=[customer.pk])))
    assert "Créer une commande" in page
    assert choosing.replace("&", "&amp;") in page
    ways = words(seller.get(choosing))
    assert "HOTEL BELLEVUE" in ways
    for way in ("Commande mobile", "Créer un service"):
        assert way in ways


def test_a_closed_customer_is_sold_nothing(seller: Client, customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(closed_on=localdate())
    page = words(seller.get(reverse("admin:customers_customer_change", args=[customer.pk])))
    assert "orders/order/add" not in page
    for kind in ("mobile", "service", "quantity"):
        answer = seller.post(new(kind, customer), {})
        assert answer.status_code == 302
        assert answer["Location"] == reverse("admin:customers_customer_change", args=[customer.pk])
    assert not Order.objects.exists()


@pytest.mark.parametrize("customer_id", ["", "x", "0", "9" * 30, "²"])
def test_an_order_for_nobody_asks_for_whom(seller: Client, customer_id: str) -> None:
    answer = seller.get(reverse("admin:orders_order_new_mobile"), {"customer": customer_id})
    assert answer["Location"] == reverse("admin:orders_order_add")


# --- A mobile line


def test_a_line_is_saved_as_a_draft_that_keeps_its_card(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    answer = seller.post(new("mobile", customer), line_said(seller, plan, card, tariff, purchase_order="BC-7"))
    order = Order.objects.get()
    assert answer["Location"] == page_of(order)
    assert (order.state, order.kind, order.purchase_order) == (OrderState.DRAFT, OrderKind.MOBILE, "BC-7")
    assert order.seller.username == "camille"
    item = order.mobile_items.get()
    assert (item.user_name, item.msisdn, item.plan_price) == ("JEANNE MARTIN", "33639985001", Decimal("31.00"))
    assert item.commitment_months == 24
    card.refresh_from_db()
    assert card.status == SimStatus.RESERVED
    page = words(seller.get(page_of(order)))
    for shown in (
        order.number,
        "JEANNE MARTIN",
        "06 39 98 50 01",
        card.iccid,
        "31,00 €",
        "37,20 €",
        "Engagement de 24",
    ):
        assert shown in page


def test_saving_and_adding_a_line_repeats_its_offers_for_another_card(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    said = line_said(seller, plan, card, tariff, _another="1", subscription_discount="10", subscription_months="12")
    answer = seller.post(new("mobile", customer), said, follow=True)
    order = Order.objects.get()
    assert answer.redirect_chain[-1][0] == page_of(order, "mobile")
    initial = answer.context["form"].initial
    assert (initial["plan"], initial["subscription_discount"], initial["commitment_months"]) == (plan.pk, 10, 24)
    assert "sim" not in initial
    other = SimCardFactory(msisdn="33639985002")
    seller.post(page_of(order, "mobile"), line_said(seller, plan, other, tariff, user_name="PAUL DURAND"))
    assert [item.position for item in order.mobile_items.all()] == [1, 2]


def test_saving_and_validating_opens_the_page_at_its_validation(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    answer = seller.post(new("mobile", customer), line_said(seller, plan, card, tariff, _validate="1"))
    assert answer["Location"] == f"{page_of(Order.objects.get())}?validate"


def test_errors_name_their_field_and_its_step(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    said = line_said(
        seller,
        plan,
        card,
        tariff,
        user_name="Éric <b>",
        imei="490154203237517",
        handset="",
        subscription_discount="101",
    )
    answer = seller.post(new("mobile", customer), said)
    assert set(errors_of(answer)) == {"user_name", "imei", "subscription_discount"}
    assert answer.context["form"].faulty_steps() == ["user", "handset", "conditions"]
    assert "ERIC" in errors_of(answer)["user_name"][0]
    assert "<b>" not in answer.content.decode().split("<form", 1)[1].split("order-main", 1)[1][:20_000]
    assert not Order.objects.exists()


def test_only_cards_in_stock_are_sold(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    sold = SimCardFactory(status=SimStatus.ACTIVE)
    for typed, told in ((sold.iccid, "pas en stock"), ("8933999", "Aucune carte SIM"), ("893322", "Plusieurs cartes")):
        SimCardFactory()
        answer = seller.post(new("mobile", customer), line_said(seller, plan, card, tariff, sim=typed))
        assert told in errors_of(answer)["sim"][0]
    seller.post(new("mobile", customer), line_said(seller, plan, card, tariff, sim=card.iccid[-6:]))
    assert MobileItem.objects.get().sim == card


def test_a_card_of_another_order_is_refused(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    seller.post(new("mobile", customer), line_said(seller, plan, card, tariff))
    answer = seller.post(new("mobile", customer), line_said(seller, plan, card, tariff))
    assert "Réservée" in errors_of(answer)["sim"][0]
    assert Order.objects.count() == 1


def test_the_number_may_be_typed_in_any_form_or_come_later(
    seller: Client, customer: Customer, plan: Offer, tariff: Tariff
) -> None:
    said = line_said(seller, plan, SimCardFactory(), tariff, number_source="typed", msisdn="+33 6 39 98 77 01")
    seller.post(new("mobile", customer), said)
    assert MobileItem.objects.latest("pk").msisdn == "33639987701"
    seller.post(new("mobile", customer), line_said(seller, plan, SimCardFactory(), tariff, number_source="later"))
    assert MobileItem.objects.latest("pk").msisdn == ""
    answer = seller.post(new("mobile", customer), line_said(seller, plan, SimCardFactory(), tariff))
    assert "number_source" in errors_of(answer)


def test_a_number_in_service_is_refused_by_the_service_with_its_sentence(
    seller: Client, customer: Customer, plan: Offer, tariff: Tariff
) -> None:
    LineFactory(msisdn="33639981234")
    said = line_said(seller, plan, SimCardFactory(), tariff, number_source="typed", msisdn="0639981234")
    answer = seller.post(new("mobile", customer), said)
    assert "06 39 98 12 34" in " ".join(errors_of(answer)["__all__"])
    assert not Order.objects.exists()
    assert SimCard.objects.filter(status=SimStatus.RESERVED).count() == 0


def ported(seller: Client, plan: Offer, card: SimCard, tariff: Tariff, **answers: Any) -> dict[str, Any]:
    days = (localdate() + timedelta(days=ahead) for ahead in range(10, 30))
    day = next(
        day for day in days if day.isoweekday() == 3 and (day.month, day.day) not in ((11, 11), (12, 25), (1, 1))
    )
    port = {
        "number_source": "ported",
        "msisdn": "06 39 98 12 34",
        "rio": "0apq1w2e32yo",
        "holder": "Hôtel",
        "port_on": day,
    }
    return line_said(seller, plan, card, tariff, **{**port, **answers})


def test_a_number_is_ported_with_a_rio_that_is_checked(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    wrong = seller.post(new("mobile", customer), ported(seller, plan, card, tariff, rio="0APQ1W2E32Y0"))
    assert "0APQ1W2E32YO" in errors_of(wrong)["rio"][0]
    seller.post(new("mobile", customer), ported(seller, plan, card, tariff))
    item = MobileItem.objects.get()
    assert (item.rio, item.msisdn, item.holder) == ("0APQ1W2E32YO", "33639981234", "Hôtel")


@pytest.mark.parametrize(("ahead", "told"), [(1, "hors"), (70, "hors"), (-1, "passé")])
def test_a_porting_day_out_of_bounds_is_refused(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff, ahead: int, told: str
) -> None:
    day = localdate() + timedelta(days=ahead)
    while day.isoweekday() == 7 or (day.month, day.day) in ((11, 1), (11, 11), (12, 25), (1, 1)):
        day += timedelta(days=1 if ahead > 0 else -1)
    answer = seller.post(new("mobile", customer), ported(seller, plan, card, tariff, port_on=day))
    assert "port_on" in errors_of(answer), told


# --- Prices


def test_a_seller_agrees_on_catalogue_prices_only(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    page = seller.get(new("mobile", customer)).content.decode()
    assert 'name="plan_price"' in page
    assert "readonly" in page.split('name="plan_price"')[1].split(">")[0]
    forged = seller.post(new("mobile", customer), line_said(seller, plan, card, tariff, plan_price="1,00"))
    assert "31,00 €" in errors_of(forged)["plan_price"][0].replace("\N{NO-BREAK SPACE}", " ")
    assert not Order.objects.exists()


def test_whoever_may_agrees_on_another_price_and_a_seller_keeps_it(
    seller: Client, sign_in: SignIn, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    boss = sign_in(is_superuser=True)
    boss.post(new("mobile", customer), line_said(boss, plan, card, tariff, plan_price="25,00"))
    item = MobileItem.objects.get()
    assert item.plan_price == Decimal("25.00")
    address = f"{page_of(item.order, 'mobile')}?item={item.pk}"
    said = line_said(
        seller, plan, card, tariff, seller=item.order.seller_id, user_name="PAUL DURAND", plan_price="25,00"
    )
    seller.post(address, said)
    item.refresh_from_db()
    assert (item.user_name, item.plan_price) == ("PAUL DURAND", Decimal("25.00"))
    answer = seller.post(address, {**said, "plan_price": "24,00"})
    assert "plan_price" in errors_of(answer)


# --- Beside the form


def test_the_total_and_what_is_said_of_fields_come_while_one_types(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    said = ported(seller, plan, card, tariff, _beside="1", user_name="", holder="")
    answer = words(seller.post(new("mobile", customer), said))
    for shown in ("31,00 €", "37,20 €", "Ce RIO est juste", 'id="said-rio" hx-swap-oob="true"', card.iccid):
        assert shown in answer
    assert not Order.objects.exists()
    nothing = seller.post(new("mobile", customer), {"_beside": "1"})
    assert nothing.status_code == 200
    assert "Le total apparaît" in words(nothing)


def test_a_half_filled_form_with_wrong_options_breaks_no_total(
    seller: Client, customer: Customer, plan: Offer, card: SimCard, tariff: Tariff
) -> None:
    option = OptionFactory()
    AllowanceFactory(offer=option, kind=UsageKind.DATA, quantity=5)
    OfferRule.objects.create(offer=plan, kind=RuleKind.EXCLUDES, other=option)
    said = {
        "plan": plan.pk,
        "options": [option.pk],
        f"price_{option.pk}": "x",
        "usage_discount": "y",
        "usage_months": "z",
    }
    answer = seller.post(
        new("mobile", customer), {**said, "_beside": "1", "subscription_discount": "5", "handset": "99"}
    )
    assert "31,00 €" in words(answer)


def test_cards_in_stock_and_lines_of_the_customer_are_searched(
    seller: Client, customer: Customer, card: SimCard
) -> None:
    sold = SimCardFactory(status=SimStatus.ACTIVE)
    found = words(seller.get(reverse("admin:orders_order_cards"), {"sim": "06 39 98 50 01"}))
    assert card.iccid in found
    assert "data-value" not in words(seller.get(reverse("admin:orders_order_cards"), {"sim": sold.iccid}))
    own, other = LineFactory(customer=customer, msisdn="33639981111"), LineFactory(msisdn="33639981112")
    found = words(seller.get(reverse("admin:orders_order_lines"), {"customer": customer.pk, "line": "06399811"}))
    assert "06 39 98 11 11" in found
    assert "06 39 98 11 12" not in found
    assert {own.customer_id, other.customer_id} == {customer.pk, other.customer_id}
    for nonsense in ("\x00", "²", "<script>"):
        assert "<script>" not in words(seller.get(reverse("admin:orders_order_cards"), {"sim": nonsense}))
        assert (
            seller.get(reverse("admin:orders_order_lines"), {"customer": nonsense, "line": nonsense}).status_code == 200
        )
