"""Offers with the mouse, in the order of the training outline (SPEC D), and their pictures in the guide."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import BrowserContext, Page, expect

from apps.billing.demo.identity import installed_integrator
from apps.billing.demo.reseller import packaged
from apps.catalog.imports import OfferImporter
from apps.catalog.models import Handset, Offer
from apps.catalog.services.ruling import rules_of
from apps.core.roles import Role
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import DIALOG, MENU, confirm, dialog_of, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(window: Callable[..., BrowserContext]) -> Page:
    """The home page of the Administrateur of a reseller that has its offers, and nothing else yet."""
    installed_integrator(reseller="offers")
    OfferImporter(today=localdate()).run(packaged().offers.read_bytes(), source="offres.csv")
    somebody(Role.ADMINISTRATOR, username="camille", first_name="Camille", last_name="Martin")
    page = window().new_page()
    sign_in_on(page, "camille")
    return page


# --- What people do


def open_list(page: Page, entry: str) -> None:
    """«Administration / gestion des offres de vente», then one of its four lists."""
    link = page.locator(MENU).get_by_role("link", name=re.compile(rf"{entry}$"))
    if not link.is_visible():
        page.locator(MENU).get_by_text("Gestion des offres de vente").click()
    link.click()
    expect(page).to_have_title(re.compile(entry))


def save(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("body")).to_contain_text("avec succès")


def fill_in(page: Page, answers: dict[str, str]) -> None:
    for name, typed in answers.items():
        page.locator(f"[name={name}]").fill(typed)


def test_a_plan_is_created_then_changed(desk: Page) -> None:
    open_list(desk, "Offres mobiles")
    photo(desk, "offres-mobiles")
    press(desk, "Créer une nouvelle offre d’abonnement")
    fill_in(desk, {"code": "forfait_equipe", "label": "Forfait Équipe", "price": "24,90", "voice": "illimité"})
    fill_in(desk, {"voice_ceiling": "40 h", "sms": "illimité", "data": "50 Go", "activation_fee": "25"})
    desk.locator("[name=throughput]").select_option("5G")
    desk.locator("[name=data_shared]").check()
    photo(desk, "offre-nouvelle", height=1500)
    save(desk)
    desk.get_by_role("link", name="FORFAIT_EQUIPE", exact=True).click()
    expect(desk.get_by_text("50 Go, partagé entre les lignes du client")).to_be_visible()

    dialog = dialog_of(desk, "Changer le prix")
    dialog.get_by_label("Nouveau prix HT").fill("27,90")
    tomorrow = localdate() + timedelta(days=1)
    dialog.get_by_label("À partir du").fill(tomorrow.isoformat())
    confirm(dialog, "Changer le prix")
    expect(dialog.get_by_role("status")).to_contain_text(re.compile(r"24,90\s€ → 27,90\s€"))
    photo(desk, "offre-prix")
    confirm(dialog, "Changer le prix")
    expect(desk.get_by_role("row", name=re.compile(r"27,90"))).to_contain_text("prévu")

    # The dialog is longer than the window: what will happen comes into sight by itself.
    dialog = dialog_of(desk, "Changer ce qui est inclus")
    dialog.get_by_label("Data incluse chaque mois").fill("80 Go")
    confirm(dialog, "Changer ce qui est inclus")
    expect(dialog.get_by_role("status")).to_be_in_viewport()
    photo(desk, "offre-inclus")
    confirm(dialog, "Changer ce qui est inclus")
    expect(desk.get_by_text("80 Go, partagé entre les lignes du client", exact=True)).to_be_visible()
    expect(desk.locator(DIALOG)).to_be_hidden()

    plan = Offer.objects.get(code="FORFAIT_EQUIPE")
    assert (plan.price_on(localdate()), plan.price_on(tomorrow)) == (Decimal("24.90"), Decimal("27.90"))
    assert plan.allowances.get(kind="data").quantity == 80 * 1024**3


def test_an_option_goes_with_a_plan_and_is_copied_then_withdrawn(desk: Page) -> None:
    open_list(desk, "Options mobiles")
    press(desk, "OPT_DATA_1G")
    page_of_option = desk.url
    desk.get_by_text("Autres actions").click()
    dialog = dialog_of(desk, "Changer les règles")
    dialog.locator("[name=requires]").and_(dialog.get_by_label(re.compile("FORFAIT_2H"))).check()
    confirm(dialog, "Changer les règles")
    expect(dialog.get_by_role("status")).to_contain_text("FORFAIT_2H")
    photo(desk, "option-regles")
    confirm(dialog, "Changer les règles")
    expect(desk.locator("body")).to_contain_text("Les règles sont changées.")

    desk.get_by_text("Autres actions").click()
    dialog = dialog_of(desk, "Copier")
    dialog.locator("[name=code]").fill("opt_data_5g")
    dialog.locator("[name=label]").fill("Option data 5 Go")
    confirm(dialog, "Copier")
    expect(desk).not_to_have_url(page_of_option)
    expect(desk.locator("#id_code")).to_have_value("OPT_DATA_5G")

    desk.goto(page_of_option)
    desk.get_by_text("Autres actions").click()
    dialog = dialog_of(desk, "Retirer de la vente")
    confirm(dialog, "Retirer de la vente")
    expect(dialog.get_by_role("status")).to_be_visible()
    confirm(dialog, "Retirer de la vente")
    expect(desk.get_by_text(re.compile("hors vente depuis le", re.IGNORECASE)).first).to_be_visible()

    old, new = (Offer.objects.get(code=code) for code in ("OPT_DATA_1G", "OPT_DATA_5G"))
    assert [one.code for one in rules_of(new)[0]] == ["FORFAIT_2H"]
    assert (old.is_on_sale(localdate()), new.is_on_sale(localdate())) == (False, True)


def test_a_service_and_a_handset_are_created(desk: Page) -> None:
    open_list(desk, "Matériels & services")
    press(desk, "Créer un nouveau service ou matériel")
    desk.locator("[name=kind]").select_option("service")
    fill_in(desk, {"code": "acces_vpn", "label": "Accès VPN", "price": "12,50"})
    desk.get_by_label("Oui : facturé chaque mois").check()
    photo(desk, "service-nouveau")
    save(desk)
    open_list(desk, "Terminaux")
    press(desk, "Créer un nouveau terminal")
    fill_in(desk, {"brand": "Fairphone", "model": "6", "outright": "599", "instalments": "27,50", "months": "24"})
    photo(desk, "terminal-nouveau")
    save(desk)
    expect(desk.get_by_role("row", name=re.compile("Fairphone"))).to_contain_text(re.compile(r"24 × 27,50\s€"))
    photo(desk, "terminaux")

    service = Offer.objects.get(code="ACCES_VPN")
    assert (service.kind, service.recurring, service.price_on(localdate())) == ("service", True, Decimal("12.50"))
    assert Handset.objects.get().prices.count() == 2
