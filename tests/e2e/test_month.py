"""The month with the mouse: from the operator's file to invoices in their customers' mailboxes (SPEC J)."""

from __future__ import annotations

import csv
import email
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from email.message import Message
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Download, Locator, Page, expect
from pypdf import PdfReader
from time_machine import travel

from apps.billing.models import BillingRun, Invoice
from apps.core.roles import Role
from apps.messaging.models import Delivery
from tests.e2e.conftest import Works, a_busy_worker, sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.reseller import CDRS, CUSTOMERS, expected_totals, take_over

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = [f"F2026-{number:06d}" for number in range(1, len(CUSTOMERS) + 1)]
DIALOG = "#dialog"


@pytest.fixture
def second_of_november() -> Iterator[None]:
    with travel("2026-11-02 09:00 +0100"):
        yield


@pytest.fixture
def desk(second_of_november: None, window: Callable[..., BrowserContext], tmp_path: Path) -> Page:
    """The home page of the Administrateur, with the small reseller taken over and its file of calls at hand."""
    take_over(tmp_path)
    somebody(Role.ADMINISTRATOR, username="camille", first_name="Camille", last_name="Martin")
    page = window(accept_downloads=True).new_page()
    sign_in_on(page, "camille")
    return page


# --- What a clerk does


def menu(page: Page, entry: str) -> None:
    page.locator("#nav-sidebar-apps").get_by_role("link", name=re.compile(rf"{entry}$")).click()
    expect(page).to_have_title(re.compile(entry))


def dialog_of(page: Page, title: str) -> Locator:
    """Press a button, which opens its dialog."""
    page.get_by_role("link", name=re.compile(rf"(^|\s){title}$")).and_(page.locator("[hx-get]")).first.click()
    dialog = page.locator(DIALOG)
    expect(dialog).to_contain_text(title)
    return dialog


def confirm(dialog: Locator, title: str) -> None:
    dialog.get_by_role("button", name=title).click()


def job(page: Page, title: str) -> Locator:
    return page.locator(".job").filter(has=page.get_by_role("link", name=title, exact=True)).first


def wait_for(page: Page, title: str) -> Locator:
    done = job(page, title)
    expect(done).to_contain_text("Terminée")
    return done


def download(page: Page, link: Locator) -> Download:
    with page.expect_download() as arriving:
        link.click()
    return arriving.value


# --- The month


def load_the_calls(page: Page, file: Path) -> None:
    menu(page, "Chargement CDRs mobile")
    dialog = dialog_of(page, "Chargement")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog).to_contain_text(CDRS)
    photo(page, "chargement-cdrs-choix")
    confirm(dialog, "Chargement")
    expect(page.locator(".job progress")).to_be_visible()
    expect(job(page, "Chargement de CDRs")).to_contain_text("Attend son tour")
    photo(page, "chargement-cdrs-en-cours")


def read_the_report(page: Page) -> None:
    done = wait_for(page, "Chargement de CDRs")
    expect(done).to_contain_text("CDRs bien chargés")
    photo(page, "chargement-cdrs-fait")
    page.get_by_role("link", name=CDRS).last.click()
    expect(page.get_by_role("row", name=re.compile("Numéro inconnu"))).to_contain_text("9")
    photo(page, "chargement-cdrs-bilan", height=1100)
    menu(page, "CDRs en attente")
    expect(page.get_by_role("link", name=re.compile("Numéro inconnu 9"))).to_be_visible()
    photo(page, "cdrs-en-attente")


def generate(page: Page) -> None:
    menu(page, "Lancement des factures")
    dialog = dialog_of(page, "Générer les factures")
    expect(dialog.get_by_label("Refaire la facturation")).not_to_be_checked()
    photo(page, "lancement-generer")
    confirm(dialog, "Générer les factures")
    expect(dialog).to_contain_text(f"Prochain numéro de facture : {NUMBERS[0]}")
    photo(page, "lancement-generer-verification")
    confirm(dialog, "Générer les factures")
    wait_for(page, "Génération des factures")
    expect(page.get_by_role("row", name=re.compile("Brouillon"))).to_have_count(len(CUSTOMERS))
    photo(page, "lancement-brouillons", height=1300)


def look_at_a_draft(page: Page) -> None:
    row = page.get_by_role("row", name=re.compile("ATELIER DURAND")).first
    with page.context.expect_event("response", lambda response: "/files/invoice/" in response.url) as seen:
        row.get_by_role("link", name="Voir").click()
    # The browser keeps the bytes to its own viewer: ask for them again, with the same cookies.
    text = pdf_text(page.request.get(seen.value.url).body())
    assert "L'Atelier Durand" in text
    assert NUMBERS[0] not in text
    page.bring_to_front()


def make_again(page: Page) -> None:
    dialog = dialog_of(page, "Refaire la facturation")
    expect(dialog).to_contain_text("Les brouillons déjà préparés sont remplacés.")
    confirm(dialog, "Refaire la facturation")
    expect(page.locator(".job").first).to_contain_text("Terminée")
    expect(page.get_by_role("row", name=re.compile("Brouillon"))).to_have_count(len(CUSTOMERS))


def number(page: Page) -> None:
    dialog = dialog_of(page, "Valider et numéroter")
    confirm(dialog, "Valider et numéroter")
    expect(dialog).to_contain_text(f"de {NUMBERS[0]} à {NUMBERS[-1]}")
    photo(page, "lancement-valider")
    confirm(dialog, "Valider et numéroter")
    wait_for(page, "Validation et numérotation des factures")
    wait_for(page, "Édition des PDF")
    for one in NUMBERS:
        expect(page.get_by_role("link", name=one, exact=True)).to_be_visible()
    photo(page, "lancement-numerotees", height=1300)


def download_all(page: Page) -> None:
    confirm(dialog_of(page, "Télécharger les factures"), "Télécharger les factures")
    done = wait_for(page, "Téléchargement des factures")
    kept = download(page, done.get_by_role("link", name=re.compile("Télécharger")))
    with zipfile.ZipFile(kept.path()) as archive:
        names = sorted(archive.namelist())
        assert [name[: len(NUMBERS[0])] for name in names] == NUMBERS
        assert NUMBERS[0] in pdf_text(archive.read(names[0]))
    photo(page, "lancement-telecharger", height=1300)


def export_the_recap(page: Page) -> None:
    dialog = dialog_of(page, "Exporter les factures")
    dialog.get_by_label("CSV").check()
    photo(page, "lancement-exporter")
    confirm(dialog, "Exporter les factures")
    done = wait_for(page, "Fichier récapitulatif (comptabilité)")
    kept = download(page, done.get_by_role("link", name=re.compile("Télécharger")))
    rows = list(csv.DictReader(StringIO(Path(kept.path()).read_text("utf-8-sig")), delimiter=";"))
    assert {row["NUM_CLIENT"]: Decimal(row["TTC"].replace(",", ".")) for row in rows} == expected_totals()


def send_all(page: Page) -> None:
    dialog = dialog_of(page, "Envoyer les factures")
    expect(dialog).to_contain_text(str(len(CUSTOMERS)))
    photo(page, "lancement-envoyer")
    confirm(dialog, "Envoyer les factures")
    wait_for(page, "Envoi des factures")


def read_the_outbox(page: Page) -> None:
    menu(page, "Boîte d’envoi")
    sent = page.get_by_role("row", name=re.compile("Envoyé"))

    def all_sent() -> bool:
        page.reload()
        return sent.count() == len(CUSTOMERS)

    until(page, all_sent)
    photo(page, "boite-d-envoi")
    page.get_by_role("link", name=re.compile(NUMBERS[0])).click()
    frame = page.frame_locator("iframe[sandbox]")
    expect(frame.locator("body")).to_contain_text(NUMBERS[0])
    photo(page, "boite-d-envoi-mail", height=1500)


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Ask again until ``condition`` holds: for what no page tells of by itself."""
    for _attempt in range(60):
        if condition():
            return
        page.wait_for_timeout(250)
    raise AssertionError("waited in vain")


def mails_of(folder: Path) -> list[Message]:
    return [email.message_from_bytes(file.read_bytes()) for file in sorted(folder.iterdir())]


def pdf_text(data: bytes) -> str:
    return "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(data)).pages)


def test_the_month_of_an_administrator(desk: Page, works: Works, tmp_path: Path) -> None:
    a_busy_worker()
    expect(desk.get_by_role("heading", name="Chiffres du mois")).to_be_visible()
    photo(desk, "tableau-de-bord", height=1150)
    load_the_calls(desk, tmp_path / CDRS)
    works()
    read_the_report(desk)
    generate(desk)
    look_at_a_draft(desk)
    make_again(desk)
    number(desk)
    download_all(desk)
    export_the_recap(desk)
    send_all(desk)
    read_the_outbox(desk)

    assert dict(Invoice.objects.values_list("customer__number", "gross")) == expected_totals()
    assert sorted(Invoice.objects.values_list("number", flat=True)) == NUMBERS
    assert BillingRun.objects.count() == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    mails = mails_of(Path(settings.PRIVATE_ROOT) / "mails")
    attached = [part.get_filename() for mail in mails for part in mail.walk() if part.get_filename()]
    assert sorted(name[: len(NUMBERS[0])] for name in attached if name.endswith(".pdf")) == NUMBERS
