"""No screen keeps out people who do not see it or use no mouse (axe-core: nothing serious, nothing critical)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from apps.accounts.models import User
from apps.core.roles import Role
from tests.admin import rows
from tests.e2e.axe import findings
from tests.e2e.conftest import somebody

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.screens]

DIALOGS = "[hx-target='#modal-content']"


@pytest.fixture
def reader(page_of: Callable[..., Page]) -> Page:
    """A superuser's page that lets axe in, with a month's work in every list."""
    rows.make(2)
    return page_of(None, bypass_csp=True, reduced_motion="reduce")


def lists() -> Iterator[str]:
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def rows_of_lists() -> Iterator[str]:
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])


def wrong_on(page: Page, addresses: Iterator[str]) -> dict[str, list[str]]:
    wrong = {}
    for address in addresses:
        page.goto(address)
        if found := findings(page):
            wrong[address] = found
    return wrong


def test_lists(reader: Page) -> None:
    assert wrong_on(reader, lists()) == {}


def test_pages_of_rows(reader: Page) -> None:
    assert wrong_on(reader, rows_of_lists()) == {}


def test_pages_of_the_site(reader: Page) -> None:
    others = ["admin:index", "admin:search", "admin:password_change", "admin:accounts_user_rights"]
    others += ["admin:tariffs_tariff_simulate", "admin:tariffs_tariff_compare"]
    addresses = [*map(reverse, others), reverse("admin:accounts_user_add"), "/admin/no/such/page/"]
    assert wrong_on(reader, iter(addresses)) == {}


def kind_of(address: str) -> str:
    """A dialog, whatever row it is about."""
    return re.sub(r"\d+", "n", address)


def test_dialogs(reader: Page, django_user_model: type[User]) -> None:
    client = Client()
    client.force_login(django_user_model.objects.get(username="camille"))
    wrong: dict[str, list[str]] = {}
    opened: set[str] = set()
    for address in [*lists(), *rows_of_lists()]:
        offered = {kind_of(one) for one in re.findall(r'hx-get="([^"]+)"', client.get(address).content.decode())}
        if offered <= opened:
            continue
        reader.goto(address)
        for place in range(reader.locator(DIALOGS).count()):
            link = reader.locator(DIALOGS).nth(place)
            kind = kind_of(link.get_attribute("hx-get") or "")
            if kind in opened or not link.is_visible():
                continue
            opened.add(kind)
            link.click()
            expect(reader.locator("#dialog")).to_be_visible()
            if found := findings(reader):
                wrong[kind] = found
            reader.goto(address)
    assert len(opened) > 8
    assert wrong == {}, wrong


def test_signing_in(window: Callable[..., BrowserContext]) -> None:
    rows.integrator()
    somebody(Role.READER, username="lea")
    page = window(bypass_csp=True).new_page()
    page.goto("/admin/login/")
    assert findings(page) == []
    page.fill("[name=username]", "lea")
    page.fill("[name=password]", "not this one")
    page.get_by_role("button", name="Connexion").click()
    expect(page.get_by_text("Veuillez compléter correctement")).to_be_visible()
    assert findings(page) == []


def test_on_a_telephone(page_of: Callable[..., Page]) -> None:
    rows.make(1)
    page = page_of(None, bypass_csp=True, viewport={"width": 400, "height": 800})
    some = ["index", "usage_cdrfile_changelist", "billing_billingrun_changelist", "messaging_delivery_changelist"]
    assert wrong_on(page, (reverse(f"admin:{name}") for name in some)) == {}
