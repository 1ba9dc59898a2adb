"""The invoice template with the mouse, in the order of the training outline (SPEC C), and its pictures in the guide."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from apps.billing.demo.identity import installed_integrator
from apps.core.roles import Role
from apps.documents import apart
from apps.documents.models import NumberSeries, PaymentMethod
from apps.documents.services import layout_in_force
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import MENU, confirm, dialog_of, press, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(window: Callable[..., BrowserContext], monkeypatch: pytest.MonkeyPatch) -> Page:
    """The home page of the Administrateur of an integrator that has said who it is."""
    # On a busy machine the previews of pages that were left hold both places for longer than a person should wait.
    monkeypatch.setattr(apart, "QUEUE_SECONDS", 60)
    installed_integrator(reseller="template")
    somebody(Role.ADMINISTRATOR, username="camille", first_name="Camille", last_name="Martin")
    page = window().new_page()
    sign_in_on(page, "camille")
    return page


# --- What people do


def enter(page: Page, entry: str, tab: str = "") -> None:
    page.locator(MENU).get_by_role("link", name=re.compile(rf"{entry}$")).click()
    expect(page).to_have_title(re.compile(entry))
    if tab:
        page.locator("#content, main").get_by_role("link", name=tab, exact=True).first.click()
        expect(page).to_have_title(re.compile(tab))


def save(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer", exact=True).click()


# --- The story


def test_texts_and_layout_become_the_next_version(desk: Page) -> None:
    enter(desk, "Modèle de facture")
    desk.locator("[name=footer]").fill("Merci de votre confiance. Service clients : 01 99 00 00 00.")
    desk.locator("[name=note]").fill("Pied de page")
    with desk.expect_response(re.compile("/preview/")) as answered:
        desk.get_by_role("button", name="Aperçu de la saisie").click()
    assert answered.value.headers["content-type"] == "application/pdf"
    if os.environ.get("UPDATE_GUIDE"):
        desk.wait_for_timeout(6_000)  # the browser's own viewer does not say when it has drawn
    photo(desk, "facture-textes", height=1000)
    save(desk)
    expect(desk.locator("body")).to_contain_text("La version 2 est enregistrée")
    assert layout_in_force().footer.startswith("Merci de votre confiance")

    editor = desk.locator("[name=html]")
    kept = editor.input_value()
    editor.fill("\n".join(line for line in kept.splitlines() if "invoice.gross" not in line))
    save(desk)
    expect(desk.locator("#content-main")).to_contain_text("ne se lit pas sur la page")
    assert "invoice.gross" not in editor.input_value()
    photo(desk, "facture-refus", height=900)

    editor.fill(kept.replace("<body>", "<body>\n{{ invoice.nummer }}"))
    save(desk)
    faulty = desk.locator(".document-faults [data-of=id_html][data-line]").first
    line = int(faulty.get_attribute("data-line") or 0)
    faulty.click()
    chosen = editor.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == "{{ invoice.nummer }}" == editor.input_value().splitlines()[line - 1]
    assert layout_in_force().version == 2


def test_versions_are_compared_and_restored(desk: Page) -> None:
    enter(desk, "Modèle de facture")
    desk.locator("[name=footer]").fill("Premier pied de page")
    save(desk)
    expect(desk.locator("body")).to_contain_text("La version 2 est enregistrée")
    press(desk, "Versions")
    photo(desk, "facture-versions", height=500)
    desk.get_by_role("link", name="Voir les différences").click()
    expect(desk.locator(".differences tr.added")).to_contain_text("Premier pied de page")
    photo(desk, "facture-differences", height=600)
    desk.go_back()
    desk.get_by_role("link", name="version 1", exact=True).click()
    dialog = dialog_of(desk, "Restaurer cette version")
    with desk.expect_response(re.compile("/restore/"), timeout=60_000) as answered:
        confirm(dialog, "Restaurer cette version")
    assert answered.value.headers.get("hx-redirect"), answered.value.text()
    expect(desk.locator("body")).to_contain_text("La version est restaurée")
    restored = layout_in_force()
    assert (restored.version, restored.footer) == (3, "")


def test_the_numbering_says_the_next_numbers_as_one_types(desk: Page) -> None:
    enter(desk, "Modèle de facture", "Numérotation")
    desk.get_by_role("link", name="Facture", exact=True).click()
    dialog = dialog_of(desk, "Changer la numérotation")
    pattern = dialog.locator("[name=pattern]")
    pattern.fill("FA-")
    expect(dialog.locator("#next-numbers")).to_contain_text("Il manque le compteur")
    for part in ("{YY}", "{MM}"):
        dialog.locator(f"[data-insert='{part}']").click()
    pattern.press_sequentially("-")
    dialog.locator("[data-insert='{N:5}']").click()
    assert pattern.input_value() == "FA-{YY}{MM}-{N:5}"
    expect(dialog.locator("#next-numbers")).to_contain_text("-00003")
    photo(desk, "facture-numerotation", height=700)
    confirm(dialog, "Changer la numérotation")
    expect(dialog).to_contain_text("Les prochains numéros seront")
    confirm(dialog, "Changer la numérotation")
    expect(desk.locator("body")).to_contain_text("Les prochains documents seront numérotés ainsi")
    assert NumberSeries.objects.get(kind="invoice").pattern == "FA-{YY}{MM}-{N:5}"


def test_terms_and_texts_of_payment_say_what_they_give(desk: Page) -> None:
    enter(desk, "Modèle de facture", "Modalités de paiement")
    press(desk, "Créer des modalités de paiement")
    desk.locator("[name=label]").fill("15 jours, le 10")
    desk.locator("[name=code]").fill("15J10")
    desk.locator("[name=days]").fill("20")
    outcome = desk.locator(".document-live")
    expect(outcome).to_contain_text("20 jours s’écoulent")
    desk.locator("[name=day_of_month]").fill("10")
    expect(outcome).to_contain_text("la loi")
    desk.locator("[name=days]").fill("15")
    expect(outcome).not_to_contain_text("la loi")
    photo(desk, "facture-modalites", height=700)
    save(desk)
    expect(desk.locator("body")).to_contain_text("15 jours, le 10")

    enter(desk, "Modes de paiement")
    desk.get_by_role("link", name="Virement", exact=True).click()
    text = desk.locator("[name=text]")
    text.fill("Virement avant le ")
    desk.locator("[data-insert='{due_date}']").click()
    text.press_sequentially(" sur {ibna}")
    sentence = desk.locator(".document-paper")
    expect(sentence).to_contain_text("{ibna}")
    text.fill("Virement avant le {due_date} sur ")
    desk.locator("[data-insert='{iban}']").click()
    expect(sentence).to_contain_text(re.compile(r"Virement avant le \d\d/\d\d/\d{4} sur FR"))
    photo(desk, "facture-mode-de-paiement", height=800)
    save(desk)
    expect(desk.locator("body")).to_contain_text("avec succès")
    assert words(PaymentMethod.objects.get(mode="transfer").text) == "Virement avant le {due_date} sur {iban}"
