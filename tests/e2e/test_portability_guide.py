"""«Portabilités» with the mouse, and its pictures in the guide (SPEC G)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from time_machine import travel

from apps.billing.demo.identity import installed_integrator
from apps.core.identifiers import national
from apps.core.roles import Role
from apps.orders.choices import PortState
from apps.orders.models import PortIn
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import MENU, confirm, dialog_of, press
from tests.factories import CustomerFactory
from tests.orders.arrivals import MONDAY, a_port_in, rio_of

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 20)


@pytest.fixture
def monday() -> Iterator[None]:
    with travel(f"{MONDAY} 10:00 +0100"):
        yield


@pytest.fixture
def sent(monday: None) -> PortIn:
    """One that waits for its answer, among others in every state."""
    installed_integrator(reseller="portability")
    port_in = a_port_in(PortState.SENT, customer=CustomerFactory(name="ATELIER DURAND"))
    hotel = CustomerFactory(name="HOTEL DU PORT")
    a_port_in(customer=hotel)
    a_port_in(PortState.ELIGIBLE, customer=hotel, next_on=FRIDAY)
    a_port_in(PortState.SCHEDULED, customer=CustomerFactory(name="GARAGE NOEL"), port_on=TUESDAY, next_on=TUESDAY)
    a_port_in(PortState.PORTED, customer=CustomerFactory(name="MENUISERIE ROUX"), port_on=FRIDAY, next_on=None)
    return port_in


@pytest.fixture
def desk(sent: PortIn, window: Callable[..., BrowserContext]) -> Page:
    """The home page of somebody of the support."""
    somebody(Role.SUPPORT, username="camille", first_name="Camille", last_name="Martin")
    page = window().new_page()
    sign_in_on(page, "camille")
    return page


def do(page: Page, button: str, **answers: str) -> None:
    """Press the button, answer, look at what will happen, confirm it."""
    dialog = dialog_of(page, button)
    for name, answer in answers.items():
        field = dialog.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)
    if answers:
        confirm(dialog, button)
        expect(dialog.get_by_role("status")).to_be_visible()
        photo(page, f"portabilite-{button.split()[0].lower().replace('é', 'e')}")
    confirm(dialog, button)


def test_a_refused_number_is_corrected_sent_again_and_scheduled(desk: Page, sent: PortIn) -> None:
    desk.locator(MENU).get_by_role("link", name=re.compile("Portabilités$")).click()
    expect(desk.locator("#result_list")).to_contain_text("20/11/2026, en retard")
    photo(desk, "portabilites")
    press(desk, "À faire aujourd’hui")
    expect(desk.locator("#result_list tbody tr")).to_have_count(3)
    desk.get_by_role("link", name=national(sent.msisdn).replace(" ", "\N{NO-BREAK SPACE}")).click()

    do(desk, "Refusée", code="rio", remark="Le RIO est celui d’une autre ligne")
    expect(desk.locator("body")).to_contain_text("Le refus est noté.")
    right = rio_of(sent.msisdn, "03P123456")
    dialog = dialog_of(desk, "Corriger et renvoyer")
    dialog.locator("[name=rio]").fill(right.replace("0", "O", 1))
    dialog.locator("[name=day]").fill("2026-12-06")
    confirm(dialog, "Corriger et renvoyer")
    expect(dialog).to_contain_text(f"le RIO de ce numéro est {right}")
    expect(dialog).to_contain_text("est un dimanche")
    photo(desk, "portabilite-erreur")
    dialog.locator("[name=rio]").fill(right)
    dialog.locator("[name=day]").fill("2026-12-10")
    confirm(dialog, "Corriger et renvoyer")
    expect(dialog.get_by_role("status")).to_contain_text("10/12/2026")
    confirm(dialog, "Corriger et renvoyer")
    expect(desk.locator("body")).to_contain_text("La demande est corrigée")
    do(desk, "Envoyée")
    expect(desk.locator("body")).to_contain_text("La demande est notée envoyée.")
    do(desk, "Éligible")
    expect(desk.locator("body")).to_contain_text("Le numéro est éligible")
    do(desk, "Fixer le jour", day="2026-12-10")
    expect(desk.locator("body")).to_contain_text("Le jour est fixé.")
    photo(desk, "portabilite")
    sent.refresh_from_db()
    assert (sent.state, sent.rio, sent.port_on) == ("scheduled", right, date(2026, 12, 10))


def test_the_board_is_read_on_a_telephone(desk: Page) -> None:
    desk.set_viewport_size({"width": 400, "height": 860})
    desk.goto("/admin/orders/portin/?due=today")
    expect(desk.locator("#result_list")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
