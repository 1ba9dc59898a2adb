"""The first days of an installation: it gets its name and its people, by the screens for it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from apps.accounts.models import User
from apps.billing.demo.identity import installed_integrator
from apps.core.roles import Role
from tests.e2e.conftest import fill_in, sign_in_on, somebody
from tests.e2e.guide import photo

pytestmark = pytest.mark.django_db(transaction=True)

WELCOME = "Bienvenue chez Acacia Télécom. Assistance : 01 99 00 20 26."
MENU = "#nav-sidebar-apps"
GIVEN = "pass phrase of the first day"


@pytest.fixture
def administrator(window: Callable[..., BrowserContext]) -> Page:
    installed_integrator(reseller="first days")
    somebody(Role.ADMINISTRATOR, username="camille", first_name="Camille", last_name="Martin")
    page = window().new_page()
    sign_in_on(page, "camille")
    expect(page.locator(MENU)).to_be_visible()
    return page


def test_a_welcome_message_is_on_the_sign_in_page_at_once(
    administrator: Page, window: Callable[..., BrowserContext]
) -> None:
    administrator.locator(MENU).get_by_role("link", name=re.compile("Identité & logo$")).click()
    administrator.get_by_label("Message d’accueil").fill(WELCOME)
    photo(administrator, "identite-et-logo", height=1500)
    administrator.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(administrator.locator("body")).to_contain_text("avec succès")
    entrance = window().new_page()
    entrance.goto("/admin/")
    expect(entrance.get_by_text(WELCOME)).to_be_visible()
    photo(entrance, "connexion")


def test_somebody_is_admitted_and_sees_what_his_role_shows(
    administrator: Page, window: Callable[..., BrowserContext]
) -> None:
    administrator.locator(MENU).get_by_role("link", name=re.compile("Utilisateurs & rôles$")).click()
    photo(administrator, "utilisateurs")
    administrator.goto("/admin/accounts/user/add/")
    administrator.get_by_label("Nom d’utilisateur").fill("farida")
    administrator.locator("[name=password1]").fill(GIVEN)
    administrator.locator("[name=password2]").fill(GIVEN)
    administrator.get_by_label(re.compile(r"Facturation\s*:")).check()
    photo(administrator, "utilisateur-nouveau", height=1000)
    administrator.get_by_role("button", name=re.compile("^Enregistrer")).first.click()
    expect(administrator.locator("body")).to_contain_text("avec succès")
    administrator.goto("/admin/accounts/user/rights/")
    expect(administrator.get_by_role("heading", name=re.compile("Qui peut quoi")).first).to_be_visible()
    photo(administrator, "qui-peut-quoi", height=1300)

    newcomer = window().new_page()
    newcomer.goto("/admin/")
    fill_in(newcomer, "farida", GIVEN)
    menu = newcomer.locator(MENU)
    expect(menu).to_contain_text("Lancement des factures")
    expect(menu).not_to_contain_text("Utilisateurs & rôles")
    assert not User.objects.get(username="farida").is_superuser
