"""Coming in, being kept out, going away: what people see of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect
from time_machine import travel

from apps.core.roles import Role
from tests.admin import rows
from tests.e2e.conftest import PASSWORD, fill_in, sign_in_on, somebody

pytestmark = pytest.mark.django_db(transaction=True)

MENU = "#nav-sidebar-apps"


@pytest.fixture
def entrance(window: Callable[..., BrowserContext]) -> Page:
    rows.integrator()
    return window().new_page()


def test_an_administrator_comes_in_and_goes_away(entrance: Page) -> None:
    somebody(Role.ADMINISTRATOR, username="camille")
    entrance.goto("/")
    sign_in_on(entrance, "camille")
    expect(entrance.locator(MENU)).to_contain_text("Utilisateurs & rôles")
    entrance.get_by_text("camille").first.click()
    entrance.get_by_role("button", name="Déconnexion").click()
    entrance.goto("/admin/billing/invoice/")
    expect(entrance.get_by_label("Mot de passe")).to_be_visible()


def test_a_wrong_password_is_told_and_five_lock(entrance: Page) -> None:
    somebody(Role.BILLING, username="farida")
    for _attempt in range(settings.AXES_FAILURE_LIMIT - 1):
        sign_in_on(entrance, "farida", "not this one")
        expect(entrance.get_by_text("Veuillez compléter correctement")).to_be_visible()
    sign_in_on(entrance, "farida", "not this one")
    expect(entrance.get_by_text("Réessayez dans 15 minutes")).to_be_visible()
    sign_in_on(entrance, "farida", PASSWORD)
    expect(entrance.get_by_text("Réessayez dans 15 minutes")).to_be_visible()
    with travel(settings.AXES_COOLOFF_TIME + timedelta(minutes=1)):
        sign_in_on(entrance, "farida", PASSWORD)
        expect(entrance.locator(MENU)).to_be_visible()


def test_whoever_was_away_too_long_is_told_why_he_must_sign_in_again(entrance: Page) -> None:
    somebody(Role.READER, username="lea")
    sign_in_on(entrance, "lea")
    expect(entrance.locator(MENU)).to_be_visible()
    with travel(settings.SESSION_IDLE + timedelta(minutes=1)):
        entrance.get_by_role("link", name="Clients").first.click()
        expect(entrance.get_by_text("Votre session est terminée. Veuillez vous reconnecter.")).to_be_visible()
        fill_in(entrance, "lea")
        expect(entrance).to_have_title(re.compile("Clients"))
