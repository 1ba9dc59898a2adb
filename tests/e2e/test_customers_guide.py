"""Customers with keys and mouse, in the order of the training outline (SPEC F), and their pictures in the guide."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import BrowserContext, Page, expect

from apps.core.roles import Role
from apps.customers.choices import AddressRole
from apps.customers.models import Customer
from apps.customers.services import change_customer
from tests.customers.client_files import IBAN
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import MENU, action, confirm, dialog_of, press
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(window: Callable[..., BrowserContext]) -> Page:
    """The home page of somebody who sells; one customer is there already."""
    CustomerFactory(number="C070001", name="HOTEL BELLEVUE", siren="000260299")
    somebody(Role.SALES, username="camille", first_name="Camille", last_name="Martin")
    page = window().new_page()
    sign_in_on(page, "camille")
    return page


def open_list(page: Page) -> None:
    page.locator(MENU).get_by_role("link", name=re.compile(r"Clients$")).click()
    expect(page).to_have_title(re.compile("Clients"))


def tab(page: Page, title: str) -> None:
    page.locator("#customer_form nav").get_by_role("button", name=title, exact=True).click()


def fill_in(page: Page, answers: dict[str, str]) -> None:
    for name, typed in answers.items():
        page.locator(f"[name={name}]").fill(typed)


def save(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer", exact=True).click()


def test_a_customer_is_created_in_the_order_of_the_outline(desk: Page) -> None:
    open_list(desk)
    photo(desk, "clients")
    press(desk, "Créer un nouveau client")
    expect(desk.locator("[name=number]")).to_have_value("C070002")
    desk.locator("[name=name]").press_sequentially("Société d'Électricité")
    expect(desk.get_by_role("button", name="Utiliser « SOCIETE D ELECTRICITE »")).to_be_visible()
    photo(desk, "client-caracteres")
    desk.get_by_role("button", name="Utiliser").click()
    expect(desk.locator("[name=legal_name]")).to_have_value("SOCIÉTÉ D'ÉLECTRICITÉ")
    fill_in(desk, {"legal_name": "Société d’Électricité SARL", "street": "28 rue des acacias", "postal_code": "66805"})
    fill_in(desk, {"city": "Villeneuve", "siren": "122829856"})

    tab(desk, "Gestionnaires et identifiant")
    fill_in(desk, {"billing_name": "Inès Caron", "billing_email": "compta@example.org"})
    expect(desk.locator("[name=login]")).to_have_value("C070002")
    fill_in(desk, {"identification_name": "Luc Petit", "identification_email": "acces@example.org"})
    photo(desk, "client-contacts")

    tab(desk, "Livraison")
    desk.locator("#id_delivery_differs").check()
    fill_in(desk, {"delivery_street": "3 quai du port", "delivery_postal_code": "13002", "delivery_city": "Marseille"})
    photo(desk, "client-livraison")

    tab(desk, "Paiement")
    desk.locator("[name=payment_mode]").select_option("direct_debit")
    fill_in(desk, {"iban": IBAN, "bic": "BNPAFRPP", "reference": "RUM-070002", "signed_on": "2026-01-15"})
    photo(desk, "client-paiement")

    tab(desk, "Facture")
    desk.locator("[name=without_call_detail]").check()
    photo(desk, "client-facture")
    save(desk)
    expect(desk.locator("body")).to_contain_text("avec succès")

    customer = Customer.objects.get(number="C070002")
    assert (customer.name, customer.login, customer.without_call_detail) == ("SOCIETE D ELECTRICITE", "C070002", True)
    assert customer.addresses.get(role=AddressRole.DELIVERY).city == "MARSEILLE"
    assert customer.mandates.get().iban == IBAN


def test_a_possible_double_is_shown_before_it_is_made(desk: Page) -> None:
    open_list(desk)
    press(desk, "Créer un nouveau client")
    fill_in(desk, {"name": "HOTEL BELLEVUE", "street": "1 RUE NEUVE", "postal_code": "66805", "city": "VILLENEUVE"})
    save(desk)
    warning = desk.get_by_text("Ce client existe déjà, semble-t-il")
    expect(warning.first).to_be_visible()
    photo(desk, "client-double")
    save(desk)
    expect(desk.locator("body")).to_contain_text("avec succès")
    assert Customer.objects.filter(name="HOTEL BELLEVUE").count() == 2


def test_a_change_of_somebody_else_is_shown_not_overwritten(desk: Page) -> None:
    customer = Customer.objects.get()
    open_list(desk)
    press(desk, "C070001")
    expect(desk.locator("[name=legal_name]")).to_be_visible()
    change_customer(customer=customer, said={"legal_name": "Hôtel Bellevue SA"}, today=localdate(), actor=None)
    desk.locator("[name=legal_name]").fill("Hôtel-Restaurant Bellevue")
    save(desk)
    expect(desk.get_by_text("Hôtel Bellevue SA").first).to_be_visible()
    photo(desk, "client-conflit")
    save(desk)
    expect(desk.locator("body")).to_contain_text("avec succès")
    customer.refresh_from_db()
    assert customer.legal_name == "Hôtel-Restaurant Bellevue"


def test_a_customer_is_closed_and_its_history_tells_it(desk: Page) -> None:
    open_list(desk)
    press(desk, "C070001")
    dialog = dialog_of(desk, "Clore le client", opened_by=action)
    dialog.get_by_label("Motif").fill("Cessation d’activité")
    confirm(dialog, "Clore le client")
    expect(dialog.get_by_role("status")).to_contain_text("Il peut être rouvert")
    photo(desk, "client-clore")
    confirm(dialog, "Clore le client")
    expect(desk.get_by_text(re.compile("Clos depuis le"))).to_be_visible()
    desk.locator("#tabs-items").get_by_role("link", name="Historique").click()
    expect(desk.get_by_text("Cessation d’activité")).to_be_visible()
    photo(desk, "client-historique")
    customer = Customer.objects.get()
    assert customer.closed_on == localdate()


def test_the_menu_of_a_customer_is_opened_walked_and_left_by_keyboard(desk: Page) -> None:
    open_list(desk)
    press(desk, "C070001")
    menu = desk.get_by_role("button", name="Action", exact=True)
    entry = desk.get_by_role("link", name=re.compile("Détail parc mobile$"))
    menu.focus()
    desk.keyboard.press("Enter")
    expect(entry).to_be_visible()
    expect(menu).to_have_attribute("aria-expanded", "true")
    desk.keyboard.press("Tab")
    expect(entry).to_be_focused()
    desk.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(menu).to_be_focused()
    desk.keyboard.press("Enter")
    expect(entry).to_be_visible()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/lines/line/\?customer__"))
