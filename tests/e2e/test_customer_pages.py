"""The customer space in Chromium: on a telephone and on a desk, for who sees and who does not, whatever names hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from apps.accounts.choices import Audience
from apps.customers.models import Customer, CustomerLogin
from tests.admin import rows
from tests.e2e.axe import findings
from tests.e2e.guide import photo
from tests.e2e.hostile import IMAGE
from tests.e2e.test_console import english_on
from tests.factories import ContactFactory, MandateFactory, UserFactory
from tests.portal.worlds import TODAY, Account, a_rate, an_account, bill, call, load, ten_minutes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.screens]

TELEPHONE = {"width": 400, "height": 800}
Enter = Callable[..., Page]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """A customer with a line, calls beyond what is included, an invoice, addresses and a mandate."""
    rows.integrator()
    account = an_account(a_rate(), "C1", "33639980001", ten_minutes(), legal_name="L’Atelier Durand")
    ContactFactory(customer=account.customer, name="Léa Durand")
    MandateFactory(customer=account.customer)
    calls = tmp_path / "calls"
    calls.mkdir()
    load(calls, *(call(account.line, day, 60 * day) for day in range(1, 9)))
    bill()
    return account


@pytest.fixture
def enter(window: Callable[..., BrowserContext], live_server: Any) -> Enter:
    """The customer's home page; signing in by hand is ``test_customer_space``'s."""

    def entered(customer: Customer, **options: Any) -> Page:
        user = UserFactory(username=f"client:{customer.pk}", is_staff=False, audience=Audience.CUSTOMER)
        CustomerLogin.objects.create(customer=customer, user=user)
        client = Client()
        client.force_login(user)
        context = window(**options)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(reverse("portal:home"))
        return page

    return entered


def addresses(account: Account) -> list[str]:
    """Every page of the space that shows something of this customer, and what it says of an address that is wrong."""
    invoice = account.customer.invoices.get()
    plain = [reverse(f"portal:{name}") for name in ("home", "lines", "invoices", "account", "change_password")]
    line = reverse("portal:line", args=[account.line.pk])
    calls = reverse("portal:calls", args=[invoice.pk])
    return [*plain, line, f"{line}?mois=2026-10", f"{reverse('portal:lines')}?q=zzz", calls, "/espace-client/rien/"]


def test_somebody_with_a_telephone_gets_the_invoice(account: Account, enter: Enter, tmp_path: Path) -> None:
    page = enter(account.customer, viewport=TELEPHONE)
    expect(page.get_by_role("heading", name="Bonjour L’Atelier Durand")).to_be_visible()
    page.get_by_role("link", name="Factures", exact=True).click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Télécharger F2026-000001").click()
    download = downloading.value
    assert download.suggested_filename == "F2026-000001.pdf"
    download.save_as(tmp_path / "invoice.pdf")
    with pikepdf.open(tmp_path / "invoice.pdf") as document:
        assert str(document.docinfo["/Title"]) == "Facture F2026-000001"
    page.get_by_role("link", name="Communications F2026-000001").click()
    expect(page.get_by_text("8 communications")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Télécharger en CSV").click()
    assert downloading.value.suggested_filename == "F2026-000001-33639980001.csv"


def test_pages_fit_a_telephone_and_are_quiet_and_french(account: Account, enter: Enter) -> None:
    page = enter(account.customer, viewport=TELEPHONE)
    noise: list[str] = []
    page.on("pageerror", lambda error: noise.append(f"{page.url}: {error}"))
    english = {}
    for address in addresses(account):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, address
        if said := english_on(page):
            english[address] = said
    assert noise == []
    assert english == {}


@pytest.mark.parametrize("viewport", [TELEPHONE, {"width": 1280, "height": 900}])
def test_pages_keep_nobody_out(account: Account, enter: Enter, viewport: dict[str, int]) -> None:
    page = enter(account.customer, viewport=viewport, bypass_csp=True)
    wrong = {}
    for address in addresses(account):
        page.goto(address)
        if found := findings(page):
            wrong[address] = found
    assert wrong == {}


def test_pages_are_used_with_the_keyboard(account: Account, enter: Enter) -> None:
    page = enter(account.customer)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_names_that_hold_html_run_nowhere(account: Account, enter: Enter) -> None:
    customer = account.customer
    Customer.objects.filter(pk=customer.pk).update(name=IMAGE[:38], legal_name=IMAGE, login=IMAGE[:40])
    customer.lines.update(user_name=IMAGE[:38])
    customer.contacts.update(name=IMAGE)
    customer.addresses.update(street=IMAGE[:38], city=IMAGE[:38])
    asked: list[str] = []
    page = enter(customer, bypass_csp=True)
    page.on("dialog", lambda dialog: (asked.append(page.url), dialog.dismiss()))
    for address in addresses(account):
        page.goto(address)
        assert page.locator("main img").count() == 0, address
    assert asked == []


def test_pictures_of_the_guide(account: Account, enter: Enter) -> None:
    page = enter(account.customer)
    photo(page, "espace-client-accueil", height=860)
    page.goto(f"{reverse('portal:line', args=[account.line.pk])}?mois=2026-10")
    expect(page.get_by_text("10 min sur 10 min")).to_be_visible()
    photo(page, "espace-client-ligne", height=860)
    page.goto(reverse("portal:invoices"))
    photo(page, "espace-client-factures", height=520)
    page.goto(reverse("portal:calls", args=[account.customer.invoices.get().pk]))
    photo(page, "espace-client-communications", height=760)
    page.goto(reverse("portal:account"))
    photo(page, "espace-client-compte", height=760)
    page.goto(reverse("portal:home"))
    photo(page, "espace-client-telephone", width=400, height=900)
