"""Orders with keys and mouse, in the order of the training outline (SPEC G and H), and their pictures in the guide."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from apps.catalog.choices import RuleKind, SaleMode, UsageKind
from apps.catalog.models import Offer, OfferRule
from apps.core.roles import Role
from apps.lines.models import Line
from apps.orders.choices import OrderState
from apps.orders.models import MobileItem, Order, ServiceItem
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import MENU, action, confirm, press
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    HandsetFactory,
    HandsetPriceFactory,
    IntegratorFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    ServiceFactory,
    SimCardFactory,
    TariffFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def sold(factory: type[PlanFactory], price: str, **fields: object) -> Offer:
    offer: Offer = factory(catalogue_price=None, **fields)
    OfferPriceFactory(offer=offer, amount=Decimal(price))
    return offer


@pytest.fixture
def desk(window: Callable[..., BrowserContext]) -> Page:
    """The home page of somebody who sells: offers, cards and a customer are there."""
    IntegratorFactory()
    CustomerFactory(number="C070001", name="HOTEL BELLEVUE", legal_name="Hôtel Bellevue SARL")
    plan = sold(PlanFactory, "31.00", code="PRO20", label="Forfait Pro 20 Go", throughput="300M")
    AllowanceFactory(offer=plan, kind=UsageKind.DATA, quantity=20 * 1024**3)
    data = sold(OptionFactory, "5.00", code="DATA5", label="Option Data 5 Go", throughput="300M")
    AllowanceFactory(offer=data, kind=UsageKind.DATA, quantity=5 * 1024**3)
    voice = sold(OptionFactory, "4.00", code="VOIX", label="Appels illimités")
    OfferRule.objects.create(offer=plan, kind=RuleKind.EXCLUDES, other=voice)
    sold(ServiceFactory, "8.00", code="SUPERV", label="Supervision de flotte")
    handset = HandsetFactory(brand="Fairphone", model="5")
    HandsetPriceFactory(handset=handset, mode=SaleMode.INSTALMENTS, months=24, amount=Decimal("22.00"))
    TariffFactory(code="STANDARD", label="Grille standard")
    for place in range(4):
        SimCardFactory(msisdn=f"3363998500{place}", batch="LOT2026-11")
    somebody(Role.SALES, username="camille", first_name="Camille", last_name="Martin")
    page = window().new_page()
    sign_in_on(page, "camille")
    return page


def order_for_the_customer(page: Page) -> None:
    """«Choisir le client, puis Action / Créer une commande»."""
    page.locator(MENU).get_by_role("link", name=re.compile(r"Clients$")).click()
    press(page, "C070001")
    page.wait_for_url("**/change/")
    page.wait_for_load_state()
    action(page, "Créer une commande")
    expect(page).to_have_title(re.compile("Créer une commande"))


def choose_card(page: Page, batch: str, place: int) -> None:
    page.locator("[name=sim]").press_sequentially(batch)
    page.locator("#sim-found [data-value]").nth(place).click()
    expect(page.locator("#said-sim")).to_contain_text("06 39 98 50")


def step(page: Page, title: str) -> None:
    page.locator(".order-steps").get_by_role("button", name=re.compile(rf"{title}$")).click()


def test_a_mobile_line_is_ordered_in_four_steps(desk: Page) -> None:
    order_for_the_customer(desk)
    photo(desk, "commande-choix")
    desk.get_by_role("button", name="Commande mobile").click()
    expect(desk.locator("[name=seller]")).to_have_value(re.compile(r"\d+"))
    desk.locator("[name=user_name]").press_sequentially("Éric Dupont")
    desk.get_by_role("button", name="Utiliser « ERIC DUPONT »").click()
    choose_card(desk, "LOT2026", 0)
    photo(desk, "commande-utilisateur")

    step(desk, "Terminal")
    desk.locator("[name=handset]").select_option(label="Fairphone 5")
    desk.locator("[name=sale_mode]").select_option(SaleMode.INSTALMENTS)
    expect(desk.locator("[name=handset_price]")).to_have_value("22,00")
    desk.locator("[name=purchase_mode]").select_option("stock")
    desk.locator("[name=imei]").fill("490154203237517")
    expect(desk.locator("#said-imei")).to_contain_text("8 était attendu")
    desk.locator("[name=imei]").fill("490154203237518")
    photo(desk, "commande-terminal")

    step(desk, "Abonnement & options")
    desk.locator("[name=plan]").select_option(label="PRO20 – Forfait Pro 20 Go")
    expect(desk.locator("[name=plan_price]")).to_have_value("31,00")
    expect(desk.get_by_label("Appels illimités")).to_be_disabled()
    desk.get_by_label("Option Data 5 Go").check()
    expect(desk.locator("#order-beside")).to_contain_text("58,00")
    photo(desk, "commande-abonnement")

    step(desk, "Conditions")
    desk.locator("[name=commitment_months]").select_option("24")
    desk.locator("[name=subscription_discount]").fill("10")
    desk.locator("[name=subscription_months]").fill("12")
    expect(desk.locator("#order-beside")).to_contain_text("54,90")
    photo(desk, "commande-conditions")

    desk.get_by_role("button", name="Enregistrer et ajouter une ligne").click()
    expect(desk.get_by_text("La ligne est enregistrée dans la commande")).to_be_visible()
    desk.locator("[name=user_name]").fill("JEANNE MARTIN")
    choose_card(desk, "LOT2026", 0)
    desk.locator("[name=number_source]").select_option("ported")
    desk.locator("[name=msisdn]").fill("06 39 98 12 34")
    desk.locator("[name=rio]").fill("0APQ1W2E32Y0")
    expect(desk.locator("#said-rio")).to_contain_text("0APQ1W2E32YO")
    photo(desk, "commande-rio")
    desk.locator("[name=rio]").fill("0APQ1W2E32YO")
    expect(desk.locator("#said-rio")).to_contain_text("Ce RIO est juste")
    desk.locator("[name=number_source]").select_option("card")
    desk.get_by_role("button", name="Enregistrer et valider").click()

    dialog = desk.locator("#dialog")
    expect(dialog).to_contain_text("en service à partir du")
    photo(desk, "commande-valider")
    confirm(dialog, "Valider la commande")
    expect(desk.get_by_text("est validée")).to_be_visible()
    photo(desk, "commande-validee")
    assert Order.objects.get().state == OrderState.VALIDATED
    assert [item.user_name for item in MobileItem.objects.all()] == ["ERIC DUPONT", "JEANNE MARTIN"]
    assert Line.objects.count() == 2


def test_an_error_leads_to_its_step(desk: Page) -> None:
    order_for_the_customer(desk)
    desk.get_by_role("button", name="Commande mobile").click()
    step(desk, "Conditions")
    desk.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(desk.locator(".order-steps [aria-current=step]")).to_contain_text("Utilisateur")
    expect(desk.locator(".order-faulty")).to_have_count(2)
    photo(desk, "commande-erreur")
    assert not Order.objects.exists()


def test_several_lines_come_from_a_pasted_list(desk: Page) -> None:
    order_for_the_customer(desk)
    desk.get_by_role("button", name="Plusieurs lignes mobiles à la fois").click()
    cards = MobileItem.sim.field.related_model.objects.order_by("iccid")
    desk.locator("[name=rows]").fill("\n".join(f"AGENT {place};{card.iccid}" for place, card in enumerate(cards)))
    step(desk, "Abonnement & options")
    desk.locator("[name=plan]").select_option(label="PRO20 – Forfait Pro 20 Go")
    desk.get_by_role("button", name="Voir ce que devient chaque ligne").click()
    expect(desk.get_by_text("4 lignes seraient créées")).to_be_visible()
    photo(desk, "commande-liste")
    desk.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(desk.get_by_text("est enregistrée en brouillon")).to_be_visible()
    photo(desk, "commande-brouillon")
    assert MobileItem.objects.count() == 4


def test_a_service_is_ordered(desk: Page) -> None:
    order_for_the_customer(desk)
    desk.get_by_role("button", name="Créer un service").click()
    desk.locator("[name=offer]").select_option(label="SUPERV – Supervision de flotte")
    expect(desk.locator("[name=price]")).to_have_value("8,00")
    desk.locator("[name=quantity]").fill("3")
    desk.locator("[name=end]").fill("2027-12-31")
    expect(desk.locator("#order-beside")).to_contain_text("24,00")
    photo(desk, "service")
    desk.get_by_role("button", name="Enregistrer et valider").click()
    dialog = desk.locator("#dialog")
    expect(dialog).to_contain_text("facturé chaque mois")
    photo(desk, "service-valider")
    confirm(dialog, "Valider la commande")
    expect(desk.get_by_text("est validée")).to_be_visible()
    item = ServiceItem.objects.get()
    assert (item.quantity, item.price, item.subscription is not None) == (3, Decimal("8.00"), True)
    desk.locator(MENU).get_by_role("link", name=re.compile(r"Commandes$")).click()
    photo(desk, "commandes")
