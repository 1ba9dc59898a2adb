"""What only a browser can tell: dialogs open, ask, answer; tabs and menus unfold."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from apps.jobs.choices import Queue
from apps.jobs.worker import WorkerProcess
from apps.usage.choices import FileState
from apps.usage.models import CdrFile
from tests.admin import rows
from tests.factories import CustomerFactory, LineFactory, SimCardFactory

pytestmark = pytest.mark.django_db(transaction=True)


def work_off() -> None:
    WorkerProcess(list(Queue), until_idle=True).run()


def test_a_line_is_found_and_its_past_unfolded(page: Page) -> None:
    line = LineFactory(msisdn="33639981234", customer=CustomerFactory(name="ATELIER DURAND"))
    page.get_by_role("link", name="Parc mobile").first.click()
    page.get_by_placeholder("Numéro, derniers chiffres").fill("+33 6 39 98 12 34")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="06 39 98 12 34").click()
    expect(page.locator("body")).to_contain_text("ATELIER DURAND")
    expect(page.get_by_text(line.sims.get().sim.iccid).last).to_be_hidden()
    page.get_by_role("link", name="Périodes").first.click()
    expect(page.get_by_role("link", name=line.sims.get().sim.iccid)).to_be_visible()


def test_the_days_of_a_filter_ask_for_days_and_warn_of_nothing(page: Page) -> None:
    page.goto("/admin/billing/invoice/")
    page.locator("body").get_by_text("Filtres").first.click()
    expect(page.get_by_placeholder("De", exact=True)).to_be_visible()
    assert not [sign for sign in page.locator(".timezonewarning").all() if sign.is_visible()]


def test_codes_are_shown_in_their_dialog_when_asked_for(page: Page) -> None:
    card = SimCardFactory(pin1="4711", puk1="98765432")
    page.goto(f"/admin/sims/simcard/{card.pk}/change/")
    page.get_by_role("link", name="Voir les codes").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("inscrite dans son historique")
    expect(page.locator("body")).not_to_contain_text("98765432")
    dialog.get_by_role("button", name="Voir les codes").click()
    expect(dialog).to_contain_text("98765432")


def test_a_file_is_backed_out_after_its_effects_were_read(page: Page) -> None:
    file = rows.a_file(1)
    page.goto(f"/admin/usage/cdrfile/{file.pk}/change/")
    page.get_by_role("link", name="Annuler le chargement").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("92 CDRs valorisés")
    assert CdrFile.objects.get().state == FileState.LOADED
    dialog.get_by_role("button", name="Annuler le chargement").click()
    expect(page.get_by_text("L’annulation du chargement est lancée.")).to_be_visible()
    work_off()
    expect(page.locator(".job").get_by_text("Terminée")).to_be_visible()
    assert CdrFile.objects.get().state == FileState.BACKED_OUT


def test_a_dialog_whose_post_breaks_says_so(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(**kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("apps.usage.services.request_backing_out", break_down)
    file = rows.a_file(1)
    page.goto(f"/admin/usage/cdrfile/{file.pk}/change/")
    page.get_by_role("link", name="Annuler le chargement").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("alert")).to_be_hidden()
    dialog.get_by_role("button", name="Annuler le chargement").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Le serveur a rencontré une erreur")


def test_nothing_is_wider_than_a_telephone(page: Page) -> None:
    rows.make(1)
    page.set_viewport_size({"width": 400, "height": 800})
    for address in ("", "customers/customer/", "lines/line/", "billing/invoice/", "branding/integrator/1/change/"):
        page.goto(f"/admin/{address}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 400, f"/admin/{address} is {width} px wide"


def test_every_label_of_the_menu_is_french(page: Page) -> None:
    page.goto("/admin/")
    menu = page.locator("#nav-sidebar-apps").inner_text()
    assert not re.search(r"\b(of|the|and|Customers|Invoices|Lines|Users)\b", menu)
