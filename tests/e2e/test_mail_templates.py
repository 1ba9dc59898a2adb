"""«Concevoir ses modèles d'email» with the mouse (SPEC B), and the pictures of its guide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from apps.accounts.models import User
from apps.billing.demo.identity import installed_integrator
from apps.core.roles import Role
from apps.messaging.models import Delivery, EmailTemplate
from tests.e2e.conftest import sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import confirm, dialog_of, menu
from tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(window: Callable[..., BrowserContext]) -> Page:
    installed_integrator(reseller="mails")
    somebody(Role.ADMINISTRATOR, username="camille", first_name="Camille", last_name="Martin")
    User.objects.filter(username="camille").update(email="camille@example.org")
    page = window().new_page()
    sign_in_on(page, "camille")
    return page


def mail_of(page: Page) -> str:
    """The text of the preview, as the frame shows it."""
    return page.frame_locator("#mail-html").locator("body").inner_text()


def test_the_invoice_mail_is_customised_tried_corrected_saved_and_restored(desk: Page) -> None:
    menu(desk, "Modèles d’e-mail")
    photo(desk, "modeles-email")
    row = desk.get_by_role("row").filter(has_text="Envoi d’une facture").first
    row.get_by_role("button", name="Personnaliser").click()
    expect(desk.locator("#mail-subject")).to_contain_text("Votre facture F2026-000001")
    assert "Atelier Durand" in mail_of(desk)

    # A placeholder goes where one was writing.
    desk.locator("#id_subject").fill("Facture ")
    desk.get_by_role("button", name="invoice.number", exact=True).click()
    expect(desk.locator("#id_subject")).to_have_value("Facture {{ invoice.number }}")
    expect(desk.locator("#mail-subject")).to_have_text("Facture F2026-000001")
    photo(desk, "modele-editeur", height=1900)

    # A mistake is told with its line, which a click leads to.
    html = desk.locator("#id_html")
    good = html.input_value()
    html.fill(f"<p>Bonjour,</p>\n<p>{{{{ invoice.nmber }}}}</p>\n{good}")
    fault = desk.locator("#mail-faults").get_by_role("button")
    expect(fault).to_contain_text("ligne 2")
    photo(desk, "modele-erreur", height=1900)
    fault.click()
    expect(html).to_be_focused()
    assert (
        html.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
        == "<p>{{ invoice.nmber }}</p>"
    )
    press_save(desk)
    expect(desk.locator("#id_html")).to_have_value(f"<p>Bonjour,</p>\n<p>{{{{ invoice.nmber }}}}</p>\n{good}")
    assert EmailTemplate.objects.get().versions.count() == 1

    desk.locator("#id_html").fill(f"<p>Bonjour et merci.</p>\n{good}")
    desk.locator("#id_note").fill("Un mot d’accueil")
    expect(desk.locator("#mail-faults")).to_be_hidden()
    desk.get_by_role("button", name="M’envoyer un test").click()
    expect(desk.locator("#mail-said")).to_contain_text("camille@example.org")
    trial = Delivery.objects.get()
    assert trial.email.to == ["camille@example.org"]
    assert trial.email.subject == "[Essai] Facture F2026-000001"
    press_save(desk)
    expect(desk.locator("body")).to_contain_text("La version 2 est enregistrée.")

    dialog = dialog_of(desk, "Mettre en service")
    confirm(dialog, "Mettre en service")
    expect(desk.locator("body")).to_contain_text("Le modèle est en service.")

    desk.get_by_role("link", name="Versions", exact=True).click()
    photo(desk, "modele-versions", height=500)
    desk.get_by_role("link", name="Différences").click()
    expect(desk.locator("tr.added").filter(has_text="Bonjour et merci.")).to_be_visible()
    photo(desk, "modele-differences", height=700)
    desk.go_back()
    desk.get_by_role("link", name="Versions", exact=True).click()
    desk.get_by_role("link", name="Restaurer", exact=True).click()
    dialog = desk.locator("#dialog")
    confirm(dialog, "Restaurer une version")
    expect(dialog.get_by_role("status")).to_contain_text("C’est la version 3")
    confirm(dialog, "Restaurer une version")
    expect(desk.locator("body")).to_contain_text("La version est restaurée.")
    assert EmailTemplate.objects.get().versions.first().html == good  # type: ignore[union-attr]


def test_a_letter_is_written_and_prepared_for_all_customers(desk: Page) -> None:
    customer = CustomerFactory(number="C000123", name="ATELIER DURAND")
    if not customer.contacts.filter(role="billing").exists():
        ContactFactory(customer=customer, role="billing", email="compta@example.org")
    menu(desk, "Modèles d’e-mail")
    dialog = dialog_of(desk, "Créer un modèle")
    dialog.get_by_label("Nom").fill("Travaux de maintenance")
    confirm(dialog, "Créer un modèle")
    expect(desk.locator("#mail-sample")).to_contain_text("C000123")
    desk.locator("#mail-search").fill("atelier")
    expect(desk.locator("#mail-sample")).to_have_value(str(customer.pk))
    # No letter is offered before somebody has written it.
    for name in ("html", "text"):
        desk.locator(f"[name={name}]").fill("Travaux dans la nuit du 3 au 4 décembre.")
    press_save(desk)
    expect(desk.locator("body")).to_contain_text("La version 2 est enregistrée.")
    dialog = dialog_of(desk, "Mettre en service")
    confirm(dialog, "Mettre en service")
    expect(desk.locator("body")).to_contain_text("Le modèle est en service.")
    dialog = dialog_of(desk, "Envoyer")
    dialog.locator("[name=everyone]").check(force=True)
    photo(desk, "courrier-envoyer")
    confirm(dialog, "Envoyer")
    expect(desk.get_by_text("Confirmer l’opération").first).to_be_visible()
    expect(desk.locator("body")).to_contain_text("Travaux de maintenance")
    photo(desk, "courrier-apercu", height=700)
    assert not Delivery.objects.exists()


def press_save(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer", exact=True).click()
