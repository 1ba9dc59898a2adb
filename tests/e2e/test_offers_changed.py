"""«Modifier les offres» and «SIM SWAP» in a browser: fields follow one another, money is shown before it is done."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.catalog.choices import RuleKind, SaleMode, UsageKind
from apps.catalog.models import OfferRule
from apps.core.roles import Role
from apps.lines.models import Line
from tests.factories import (
    AllowanceFactory,
    HandsetFactory,
    HandsetPriceFactory,
    LineFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

Signed = Callable[..., Page]


@pytest.fixture
def line() -> Line:
    """A line on a plan at 31.00, beside another plan with data, an option that does not go with that, a handset."""
    plan = PlanFactory(code="PRO_A", label="Forfait Pro A", swap_fee=Decimal("8.00"))
    other = PlanFactory(code="PRO_B", label="Forfait Pro B", catalogue_price=None, throughput="5G")
    OfferPriceFactory(offer=other, amount=Decimal("27.40"))
    AllowanceFactory(offer=other, kind=UsageKind.DATA, quantity=10**9)
    option = OptionFactory(code="OPT_A", label="Option Europe")
    OfferRule.objects.create(offer=other, kind=RuleKind.EXCLUDES, other=option)
    OptionFactory(code="OPT_B", label="Option Monde")
    HandsetPriceFactory(handset=HandsetFactory(model="6"), mode=SaleMode.RENTAL, amount=Decimal("12.00"))
    return LineFactory(msisdn="33639980001", plan=plan, price=Decimal("31.00"))


def shot(page: Page, name: str) -> None:
    """Kept where somebody wants to look at it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_offers_of_a_line_are_changed_in_a_dialog(line: Line, page_of: Signed) -> None:
    page = page_of(Role.SUPPORT)
    page.goto(f"/admin/lines/line/{line.pk}/change/")
    page.get_by_role("button", name="Action").or_(page.get_by_text("Action", exact=True)).first.click()
    page.get_by_text("Modifier les offres").first.click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("[name=plan_price]")).to_have_value("31,00")
    expect(dialog.locator("[name=plan_throughput]")).to_be_hidden()
    expect(dialog.locator("[name=handset]")).to_be_hidden()
    expect(dialog.get_by_role("button", name="Changer")).to_be_in_viewport()
    shot(page, "offres-1")
    dialog.locator("[name=plan]").select_option(label="PRO_B – Forfait Pro B")
    expect(dialog.locator("[name=plan_price]")).to_have_value("27,40")
    expect(dialog.locator("[name=plan_throughput]")).to_have_value("5G")
    expect(dialog.get_by_label("Option Europe")).to_be_disabled()
    dialog.get_by_label("Option Monde").check()
    dialog.locator("[name=handset_change]").select_option("new")
    dialog.locator("[name=handset]").select_option(label="Fairphone 6")
    dialog.locator("[name=sale_mode]").select_option("rental")
    expect(dialog.locator("[name=handset_price]")).to_have_value("12,00")
    dialog.locator("[name=handset_months]").fill("24")
    dialog.locator("[name=purchase_mode]").select_option("stock")
    dialog.get_by_role("button", name="Changer").click()
    expect(dialog.get_by_text("pour cette ligne")).to_be_visible()
    expect(dialog.locator("[name=plan_throughput]")).to_be_visible()
    shot(page, "offres-2")
    dialog.locator("[name=reason]").scroll_into_view_if_needed()
    expect(dialog.get_by_role("button", name="Changer")).to_be_in_viewport()
    shot(page, "offres-3")
    dialog.get_by_role("button", name="Changer").click()
    expect(page.get_by_text("Les offres sont modifiées.")).to_be_visible()
    assert line.operations.get().after["plan"] == "PRO_B"


def test_a_sim_card_is_replaced_from_the_menu(line: Line, page_of: Signed) -> None:
    card = SimCardFactory()
    page = page_of(Role.SUPPORT)
    page.goto("/admin/")
    page.get_by_role("link", name="SIM SWAP").first.click()
    expect(page.get_by_role("link", name="SIM SWAP").first).to_have_class(re.compile(r"\bactive\b"))
    expect(page.get_by_role("link", name="Parc mobile").first).not_to_have_class(re.compile(r"\bactive\b"))
    page.locator("[name=msisdn]").fill("+33 6 39 98 00 01")
    page.locator("[name=sim]").press_sequentially(card.iccid[-6:])
    expect(page.locator(f"#cards-in-stock option[value='{card.iccid}']")).to_be_attached()
    page.locator("[name=cause]").select_option("lost")
    page.get_by_role("button", name="Voir ce qui va se passer").click()
    expect(page.get_by_text("Des frais de 8,00")).to_be_visible()
    shot(page, "swap")
    page.get_by_role("button", name="Valider le SIM SWAP").click()
    expect(page.get_by_text("La carte SIM est remplacée.")).to_be_visible()
    assert line.sims.order_by("start").last().sim == card
