"""The record of a customer, typed with keys and mouse: what the page does before the server is asked (SPEC F)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from apps.core.charset import Charset
from apps.core.roles import Role
from apps.customers.models import Customer
from tests.e2e.conftest import sign_in_on, somebody

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_customer_is_typed_in_authorised_characters(window: Callable[..., BrowserContext]) -> None:
    somebody(Role.SALES, username="camille")
    page = window().new_page()
    sign_in_on(page, "camille")
    page.goto(page.url.split("/admin/")[0] + "/admin/customers/customer/add/")

    # As one types: capitals, the character in the way, and the proposal of the server one click away.
    typed = "Société d'Électricité & Œuvre"
    name = page.locator("#id_name")
    name.press_sequentially(typed)
    expect(name).to_have_value(typed.upper())
    expect(page.get_by_text("« É » en position 5")).to_be_visible()
    page.get_by_role("button", name="Utiliser").click()
    expect(name).to_have_value(Charset().proposal(typed))
    expect(page.get_by_role("button", name="Utiliser")).to_be_hidden()

    # The login follows the number; other fields are there when another is answered so, by keys too.
    page.locator("#id_number").fill("CLI-7")
    page.locator("#id_street").fill("28 rue des acacias")
    page.locator("#id_postal_code").fill("66805")
    page.locator("#id_city").fill("Villeneuve")
    expect(page.locator("#id_login")).to_have_value("CLI-7")
    page.get_by_role("button", name="Livraison").press("Enter")
    expect(page.locator("#id_delivery_street")).to_be_hidden()
    page.locator("#id_delivery_differs").check()
    expect(page.locator("#id_delivery_street")).to_be_visible()
    page.locator("#id_delivery_differs").uncheck()

    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("CLI-7").first).to_be_visible()
    customer = Customer.objects.get()
    assert (customer.number, customer.login) == ("CLI-7", "CLI-7")
    assert customer.name == "SOCIETE D ELECTRICITE ET OEUVRE"
    assert str(customer.addresses.get()) == "28 RUE DES ACACIAS, 66805 VILLENEUVE"
