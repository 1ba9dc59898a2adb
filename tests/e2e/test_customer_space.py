"""A customer comes into its space: from the box that is ticked in the back office to the invoice on its telephone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from apps.billing.demo.identity import installed_integrator
from apps.billing.models import Invoice
from apps.billing.services import invoice_pdf
from apps.core.roles import Role
from apps.customers.models import Customer
from apps.messaging.services import send_next
from apps.portal import recovery
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import MENU, press
from tests.factories import LineFactory
from tests.portal.worlds import TODAY, bill

pytestmark = pytest.mark.django_db(transaction=True)

TELEPHONE = {"width": 400, "height": 800}
LOGIN, EMAIL, PASSWORD = "C070001", "acces@bellevue.example", "un cheval de course 12"
LINK = re.compile(r"https?://\S+/mot-de-passe/\S+/\S+/")


@pytest.fixture(autouse=True)
def november(settings: Any, live_server: Any) -> Iterator[Any]:
    settings.PUBLIC_URL = live_server.url
    installed_integrator(reseller="space")
    with time_machine.travel(TODAY, tick=True) as clock:
        yield clock


@pytest.fixture
def telephone(window: Callable[..., BrowserContext]) -> Page:
    """Of the customer: it shares nothing with the back office."""
    return window(viewport=TELEPHONE, accept_downloads=True).new_page()


# --- What people do


def create_a_customer(page: Page) -> None:
    """The Commercial, with the box ticked."""
    somebody(Role.SALES, username="camille", first_name="Camille", last_name="Martin")
    sign_in_on(page, "camille")
    page.locator(MENU).get_by_role("link", name=re.compile(r"Clients$")).click()
    press(page, "Créer un nouveau client")
    typed = {
        "number": LOGIN,
        "name": "HOTEL BELLEVUE",
        "street": "28 RUE DES ACACIAS",
        "postal_code": "66805",
        "city": "VILLENEUVE",
        "siren": "122829856",
    }
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("#customer_form nav").get_by_role("button", name="Gestionnaires et identifiant", exact=True).click()
    contacts = {"billing_name": "Inès Caron", "billing_email": "compta@bellevue.example"}
    contacts |= {"identification_name": "Luc Petit", "identification_email": EMAIL}
    for name, text in contacts.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_label("Envoyer les identifiants par e-mail").check()
    photo(page, "client-identifiants")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text(re.compile(f"identifiants .*{re.escape(EMAIL)}"))).to_be_visible()


def link_of_the_mail() -> str:
    """The outbox is emptied by a worker; the last mail that left went to one person, and holds a link."""
    while send_next():
        pass
    last = mail.outbox[-1]
    assert last.recipients() == [EMAIL]
    assert PASSWORD not in str(last.message())
    found = LINK.search(str(last.body))
    assert found is not None, last.body
    return found[0]


def choose(page: Page, password: str) -> None:
    for field in page.locator("input[type=password]").all():
        field.fill(password)
    page.get_by_role("button", name="Enregistrer mon mot de passe").click()


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Identifiant de connexion").fill(LOGIN)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def forget(page: Page, email: str) -> str:
    """What is answered to somebody who has forgotten the password of ``email``."""
    page.goto("/espace-client/connexion/")
    page.get_by_role("link", name="Mot de passe oublié").click()
    page.get_by_label("Adresse e-mail").fill(email)
    page.locator("main button").click()
    expect(page.get_by_role("heading", name="Consultez vos e-mails")).to_be_visible()
    return page.locator("body").inner_text()


def an_invoice() -> Invoice:
    """October of the customer, issued and drawn."""
    LineFactory(customer=Customer.objects.get(), billing_start=date(2026, 10, 1))
    (invoice,) = bill()
    invoice_pdf(invoice)
    return invoice


def fits(page: Page) -> bool:
    page.wait_for_load_state()  # by then, the styles are there
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def is_home(page: Page) -> None:
    expect(page.get_by_role("heading", name=re.compile("Bonjour"))).to_be_visible()


# --- The story


def test_a_customer_is_invited_comes_in_and_gets_its_invoice(
    window: Callable[..., BrowserContext], telephone: Page, november: Any, tmp_path: Path
) -> None:
    desk = window().new_page()
    create_a_customer(desk)
    link = link_of_the_mail()

    telephone.goto(link)
    token = link.rstrip("/").rpartition("/")[2]
    expect(telephone.get_by_role("heading", name="Choisissez votre mot de passe")).to_be_visible()
    assert token not in telephone.url, "whoever looks over the shoulder copies no link"
    assert fits(telephone)
    photo(telephone, "espace-client-mot-de-passe", width=400, height=760)
    choose(telephone, PASSWORD)
    is_home(telephone)

    telephone.get_by_role("button", name="Déconnexion").click()
    expect(telephone.get_by_text("Vous êtes déconnecté")).to_be_visible()
    assert fits(telephone)
    telephone.goto("/espace-client/connexion/")
    photo(telephone, "espace-client-connexion", width=400, height=760)
    sign_in(telephone, "un autre mot de passe")
    expect(telephone.get_by_role("alert")).to_contain_text("ne vont pas ensemble")
    sign_in(telephone, PASSWORD)
    is_home(telephone)

    invoice = an_invoice()
    telephone.get_by_role("link", name="Factures", exact=True).click()
    with telephone.expect_download() as downloading:
        telephone.get_by_role("link", name=f"Télécharger {invoice.number}").click()
    assert downloading.value.suggested_filename == f"{invoice.number}.pdf"
    downloading.value.save_as(tmp_path / "invoice.pdf")
    assert "HOTEL BELLEVUE" in "".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "invoice.pdf").pages)

    november.shift(timedelta(minutes=5))  # two links within a minute are one
    somebody_else = window(viewport=TELEPHONE).new_page()
    somebody_else.goto(link)
    expect(somebody_else.get_by_role("heading", name="Ce lien n’est plus valable")).to_be_visible()
    assert somebody_else.locator("input[type=password]").count() == 0
    photo(somebody_else, "espace-client-lien-perime", width=400, height=560)

    known, unknown = forget(somebody_else, EMAIL), forget(somebody_else, "personne@bellevue.example")
    assert known == unknown
    assert fits(somebody_else)
    while recovery.answer_next():
        pass
    sent_before = len(mail.outbox)
    somebody_else.goto(link_of_the_mail())
    assert len(mail.outbox) == sent_before + 1, "nobody else gets a mail"
    choose(somebody_else, PASSWORD + " bis")
    is_home(somebody_else)
    telephone.reload()
    expect(telephone.get_by_role("button", name="Se connecter")).to_be_visible()

    press(desk, LOGIN)
    desk.locator("#tabs-items").get_by_role("link", name="Accès à l’espace client").click()
    expect(desk.get_by_text("Choisi par le client")).to_be_visible()
    photo(desk, "client-acces")
