"""Every page of the back office in Chromium: no script that breaks or is forbidden, no word that is not French."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.admin import rows
from tests.admin.addresses import every_address, example
from tests.factories import CustomerFactory, LineFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.screens]

# What is on a page, seen or not yet: its texts, and what is read aloud or shown in an empty field.
TEXTS = """() => {
    const texts = [document.title];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        // Icons are drawn by a font from their English names; source code, a diff or a placeholder is no prose.
        if (!parent.closest("script, style, noscript, .material-symbols-outlined, [translate=no]")) {
            texts.push(walk.currentNode.textContent);
        }
    }
    for (const name of ["placeholder", "title", "aria-label", "alt"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
    }
    return texts.map((text) => text.trim()).filter(Boolean);
}"""
# Words of Django, unfold, select2 and our own messages that no French text holds (but «ne change», «lettre de change»).
ENGLISH = re.compile(
    r"\b(the|of|and|with|your|you|this|that|from|for|search|searching|select|add|save|delete|history|log ?(in|out)|"
    r"home|filters?|results?|yes|view|show|user|users|password|name|value|clear|cancel|close|open|reset|today|next|"
    r"previous|apply|choose|loading|found|available|shortcuts?|toggle|welcome|please|must|enter|none|unknown|"
    r"between|empty|download|upload|remove|sort|hide|now|noon|midnight|records?|selected|back|field|hidden|"
    r"changed|(?<!ne )(?<!de )change|dark|light|system|invoices?|customers?|lines|cards?|rates?|tasks?|waiting|sent|"
    r"failed|refused)\b",
    re.IGNORECASE,
)
# A file to keep, and the pages that only send somewhere else.
NO_PAGE = {"file", "logo", "favicon", "home", "job_progress", "admin:jsi18n", "admin:autocomplete", "admin:logout"}


def pages() -> Iterator[str]:
    """Every address that answers a superuser's GET with a page."""
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    for address in every_address():
        if str(address) in NO_PAGE or str(address).startswith("admin:view_on_site"):
            continue
        answer = client.get(example(address))
        # Dialogs are parts of a page.
        if answer.status_code == 200 and not answer.streaming and b"<!DOCTYPE html>" in answer.content:
            yield example(address)


def english_on(page: Page) -> list[str]:
    return [text for text in page.evaluate(TEXTS) if ENGLISH.search(text)]


def test_every_page_is_quiet_and_french(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.make(1)
    monkeypatch.setattr("apps.billing.services.invoice_pdf", lambda invoice: b"%PDF-1.7")
    noise: list[str] = []
    page.on("console", lambda said: noise.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(f"{page.url}: {error}"))
    visited, english = list(pages()), {}
    assert len(visited) > 50
    for address in visited:
        page.goto(address)
        if said := english_on(page):
            english[address] = said
    assert noise == []
    assert english == {}


def test_what_opens_on_a_page_is_french_too(page: Page) -> None:
    rows.make(1)
    page.goto("/admin/billing/invoice/")
    page.locator("body").get_by_text("Filtres").first.click()
    page.locator(".select2-selection").first.click()
    expect(page.locator(".select2-results__option").first).to_be_visible()
    page.locator(".select2-search__field").last.fill("zzzz")
    expect(page.get_by_text("Aucun résultat trouvé")).to_be_visible()
    assert english_on(page) == []
    page.goto("/admin/")
    page.keyboard.press("Shift+?")
    expect(page.get_by_text("Raccourcis disponibles")).to_be_visible()
    assert english_on(page) == []


def test_the_search_box_answers_as_one_types_and_enter_opens_the_answer(page: Page) -> None:
    line = LineFactory(msisdn="33639981234", customer=CustomerFactory(name='"><img src=x onerror=alert(1)>'[:30]))
    LineFactory(msisdn="33639981299")
    page.goto("/admin/")
    page.keyboard.press("Control+k")
    box = page.get_by_placeholder(re.compile(r"numéro, carte SIM, client, facture"))
    expect(box).to_be_focused()
    box.fill("+33 6 39 98 12")
    expect(page.locator("#command-results-list li")).to_have_count(2)
    assert page.locator("#command-results-list img").count() == 0
    box.fill("06.39.98.12.34")
    expect(page.locator("#command-results-list li")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/lines/line/{line.pk}/change/")


def test_the_search_box_is_at_hand_on_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/admin/lines/line/")
    page.locator(".header-search").click()
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type("zzzz")
    expect(page.get_by_text(re.compile(r"Aucun résultat pour «\s*zzzz\s*»"))).to_be_visible()


def test_the_identity_is_previewed_as_it_is_typed(page: Page) -> None:
    company = rows.integrator()
    page.goto("/admin/branding/integrator/1/change/")
    preview = page.locator("#branding-preview")
    page.fill("[name=trade_name]", '"><img src=x onerror=alert(1)>')
    page.fill("[name=welcome_message]", "Bonjour à tous.")
    page.fill("[name=environment_name]", "Préproduction")
    page.set_input_files(
        "[name=new_logo]", {"name": "logo.png", "mimeType": "image/png", "buffer": rows.an_image("PNG", 90, 30)}
    )
    expect(preview).to_contain_text('ISM "><img src=x onerror=alert(1)>')
    expect(preview).to_contain_text("Bonjour à tous.")
    expect(preview.locator(".preview-badge").first).to_have_text("Préproduction")
    shown = preview.locator("[data-image=logo]").first
    expect(shown).to_have_attribute("src", re.compile("^blob:"))
    expect(shown).to_have_js_property("naturalWidth", 90)
    expect(preview.locator("[data-darkened]")).to_be_hidden()
    page.fill("[name=primary_colour]", "#ffee88")
    expect(preview.locator("[data-darkened]")).to_be_visible()
    company.refresh_from_db()
    assert company.welcome_message == ""
