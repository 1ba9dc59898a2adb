"""Grids and SIM cards with the mouse, in the order of the training outline (SPEC E), and the guide's pictures."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import BrowserContext, Page, expect
from time_machine import travel

from apps.billing.demo.identity import installed_integrator
from apps.core.roles import Role
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate, Tariff
from apps.usage.services import load_file
from tests.e2e.conftest import Works, sign_in_on, somebody
from tests.e2e.guide import photo
from tests.e2e.hands import (
    DIALOG,
    MENU,
    cells,
    confirm,
    counts,
    dialog_of,
    look_before_writing,
    menu,
    press,
    row_of,
    search,
    send,
    words,
    write,
)
from tests.e2e.reseller import CDRS, take_over
from tests.factories import CustomerFactory, LineFactory, SimCardFactory, iccid

pytestmark = pytest.mark.django_db(transaction=True)

DECEMBER = date(2026, 12, 1)
RATES = 2408  # of the grid of the demonstration
BATCH = "LOT-2026-11"
DELIVERED = [iccid(330_000_000_000 + number) for number in range(12)]
IN_SERVICE = iccid(290_000_000_000)
PUK = "48120973"


@pytest.fixture
def november() -> Iterator[None]:
    with travel("2026-11-12 09:00 +0100"):
        yield


@pytest.fixture
def stock(november: None) -> None:
    """One card, which is in service; those of a delivery are to come."""
    installed_integrator(reseller="files")
    card = SimCardFactory(iccid=IN_SERVICE, batch="LOT-2026-03", status=SimStatus.ACTIVE)
    LineFactory(customer=CustomerFactory(name="ATELIER DURAND"), sim=card)


@pytest.fixture
def calls(november: None, tmp_path: Path) -> None:
    """A reseller, his grid and his calls of October: those to France were sold for less than they were bought for."""
    take_over(tmp_path)
    Tariff.objects.update(label="Grille standard")
    Rate.objects.filter(prefix="33", kind="voice", origin_zone="FR").update(price_minute=Decimal("0.012"))
    load_file(path=tmp_path / CDRS, actor=None)


@pytest.fixture
def desk_of(window: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """The home page of somebody of a role, who has signed in."""

    def opened(role: Role, username: str, **names: str) -> Page:
        somebody(role, username=username, **names)
        page = window(accept_downloads=True).new_page()
        sign_in_on(page, username)
        return page

    return opened


# --- Grids


def see_what_is_sold_too_cheap(page: Page) -> None:
    menu(page, "Grilles minutes")
    press(page, "STANDARD")
    page.get_by_role("link", name=re.compile("sous le prix d’achat")).click()
    france = row_of(page, "33 France fixe")
    expect(france).to_contain_text(re.compile("sous le prix d’achat", re.IGNORECASE))
    photo(page, "grille-sous-le-prix-d-achat")
    # Calls were priced by it: another price is for calls to come.
    france.locator("[hx-get]").click()
    dialog = page.locator(DIALOG)
    expect(dialog).to_contain_text("314 appels ont été valorisés par ce tarif et gardent leur prix")
    expect(dialog.get_by_label("En vigueur à partir du")).to_have_value(DECEMBER.isoformat())
    dialog.get_by_role("link", name="Fermer").click()


def december(folder: Path) -> Path:
    """The grid of December: France dearer, the United Kingdom cheaper, and one of its prefixes in place of another."""
    text = (folder / "grille_minutes.csv").read_text()
    for old, new in (
        ("\n33;France fixe;VOIX;MO;FR;FR;0,035;", "\n33;France fixe;VOIX;MO;FR;FR;0,025;"),
        ("\n44;Royaume-Uni fixe;VOIX;MO;FR;EUROPE;0,19;", "\n44;Royaume-Uni fixe;VOIX;MO;FR;EUROPE;0,15;"),
        ("\n44796;Royaume-Uni mobile;", "\n447;Royaume-Uni mobile;"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = folder / "grille_decembre.csv"
    file.write_text(text)
    return file


def send_december(page: Page, folder: Path) -> None:
    menu(page, "Grilles minutes")
    dialog = send(page, december(folder), grid="STANDARD", valid_from=DECEMBER.isoformat())
    photo(page, "grille-choix")
    look_before_writing(page, dialog)
    assert counts(page) == {
        "Lignes nouvelles": "1",
        "Lignes modifiées": "2",
        "Lignes supprimées": "1",
        "Lignes inchangées": str(RATES - 3),
    }
    france, kingdom, added = cells(page)
    assert france[1:] == ["33 · VOIX · MO · FR", "PRIX_MINUTE_HT", "0,012", "0,025"]
    assert kingdom[1:] == ["44 · VOIX · MO · FR", "PRIX_MINUTE_HT", "0,19", "0,15"]
    assert added[1:3] == ["447", "Royaume-Uni mobile"]
    expect(page.locator(".import-list")).to_have_text("44796 Royaume-Uni mobile")
    photo(page, "grille-a-confirmer", height=1150)
    assert not Rate.objects.filter(version__valid_from=DECEMBER).exists()
    write(page)
    assert Rate.objects.filter(version__valid_from=DECEMBER).count() == RATES


def compare(page: Page) -> None:
    page.get_by_role("link", name="Voir le résultat").first.click()
    press(page, "Comparer")
    tabs = page.locator(".tariff-tabs")
    for said in ("2 Modifiés", "1 Plus chers", "1 Moins chers", "1 Nouveaux", "1 Supprimés", "2 405 Inchangés"):
        expect(tabs).to_contain_text(said)
    france, kingdom = cells(page)
    assert france[-1] == "Prix HT : 0,012 €/min → 0,025 €/min +108,3 %"
    assert kingdom[-1] == "Prix HT : 0,19 €/min → 0,15 €/min −21,1 %"
    photo(page, "grille-comparer")
    press(tabs, "1 Supprimés")
    expect(page.locator(".panel-table")).to_contain_text("44796")


def change_one_rate(page: Page) -> None:
    menu(page, "Grilles minutes")
    press(page, "STANDARD")
    page.get_by_role("link", name="À partir du 01/12/2026").click()
    search(page, "France mobile")
    row_of(page, "336 France mobile").locator("[hx-get]").click()
    dialog = page.locator(DIALOG)
    dialog.get_by_label("Prix HT").fill("0,085")
    confirm(dialog, "Changer le prix")
    expect(dialog.get_by_role("status")).to_contain_text(re.compile(r"0,09\s€/min → 0,085\s€/min"))
    confirm(dialog, "Changer le prix")
    expect(row_of(page, "336 France mobile")).to_contain_text("0,085")
    mobile = Rate.objects.filter(prefix="336", kind="voice", origin_zone="FR").order_by("version__valid_from")
    assert {rate.version.valid_from: rate.price_minute for rate in mobile} == {
        None: Decimal("0.09"),
        DECEMBER: Decimal("0.085"),
    }


def simulate(page: Page, *, on: date, at: str) -> str:
    """What 32 seconds to London cost at that moment in Paris."""
    menu(page, "Grilles minutes")
    press(page, "Simuler un appel")
    page.get_by_label("Numéro appelé ou appelant").fill("+44 20 7946 0018")
    page.get_by_label("Durée, nombre ou volume").fill("32 s")
    page.get_by_label("Jour").fill(on.isoformat())
    page.get_by_label("Heure").fill(at)
    page.get_by_role("button", name="Simuler").click()
    return words(page.locator(".tariff-price").inner_text())


def export(page: Page) -> None:
    """The version of December as a file, which says nothing that is not known."""
    menu(page, "Grilles minutes")
    press(page, "STANDARD")
    with page.expect_download() as arriving:
        page.get_by_role("row", name="À partir du 01/12/2026").get_by_role("link", name="CSV").click()
    assert arriving.value.suggested_filename == "grille_STANDARD_2026-12-01.csv"
    data = Path(arriving.value.path()).read_bytes()
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == RATES
    assert {row["PRIX_MINUTE_HT"] for row in rows if (row["PREFIXE"], row["TYPE"]) == ("336", "VOIX")} >= {"0,085"}
    plan = TariffImporter(today=localdate(), table="STANDARD", valid_from=DECEMBER).plan(data)
    assert (plan.faults, plan.new, plan.changed, plan.removed) == ([], [], [], [])


def test_billing_sends_the_grid_of_december(
    calls: None, desk_of: Callable[..., Page], works: Works, tmp_path: Path
) -> None:
    works()
    desk = desk_of(Role.BILLING, "farida", first_name="Farida", last_name="Morel")
    expect(desk.locator(MENU)).not_to_contain_text("Import cartes SIM")
    see_what_is_sold_too_cheap(desk)
    send_december(desk, tmp_path)
    compare(desk)
    change_one_rate(desk)
    assert simulate(desk, on=date(2026, 11, 30), at="23:59:59") == "0,114 € HT"
    assert simulate(desk, on=DECEMBER, at="00:00:00") == "0,09 € HT"
    photo(desk, "simuler-un-appel")
    export(desk)


# --- SIM cards


def delivery(folder: Path, *, is_ruined: bool = False) -> Path:
    """Twelve cards of a batch, an eSIM first, and one that is known already; a spreadsheet and a hand may ruin some."""
    rows = [f"{card};20822033{place:07d};{4100 + place};{PUK};NANO" for place, card in enumerate(DELIVERED)]
    rows = [f"{row};{BATCH};Opérateur A;" for row in rows]
    rows[0] = rows[0].replace("NANO", "ESIM") + "LPA:1$smdp.exemple.fr$4F2A-77B1"
    rows.append(f"{IN_SERVICE};;;;;{BATCH};Opérateur A;")
    if is_ruined:
        rows[1] = rows[1].replace(DELIVERED[1], "8,93322E+18")
        rows[3] = rows[3].replace(DELIVERED[3], f"{DELIVERED[3][:-1]}{(int(DELIVERED[3][-1]) + 1) % 10}")
        rows[5] = rows[5].replace(";4105;", ";41O5;")
        rows[8] = rows[7]
    file = folder / "livraison_novembre.csv"
    file.write_text("\n".join(["ICCID;IMSI;PIN1;PUK1;FORMAT;LOT;FOURNISSEUR;CODE_ESIM", *rows]) + "\n")
    return file


def read_what_is_wrong(page: Page, folder: Path) -> None:
    menu(page, "Import cartes SIM")
    confirm(send(page, delivery(folder, is_ruined=True)), "Importer un fichier")
    expect(page.get_by_text("Le fichier est refusé")).to_be_visible()
    assert counts(page) == {"Anomalies": "5", "Lignes du fichier": "13"}
    assert [(line, column) for line, column, _value, _reason in cells(page)] == [
        ("3", "ICCID"),
        ("5", "ICCID"),
        ("7", "PIN1"),
        ("10", "ICCID"),
        ("10", "IMSI"),
    ]
    expect(page.locator("body")).not_to_contain_text("41O5")
    photo(page, "cartes-sim-anomalies", height=960)
    assert SimCard.objects.get().iccid == IN_SERVICE


def take_the_cards(page: Page, folder: Path) -> None:
    menu(page, "Import cartes SIM")
    look_before_writing(page, send(page, delivery(folder)))
    assert counts(page) == {
        "Lignes nouvelles": "12",
        "Lignes modifiées": "1",
        "Lignes supprimées": "0",
        "Lignes inchangées": "0",
    }
    expect(page.locator("body")).not_to_contain_text(PUK)
    assert SimCard.objects.get().iccid == IN_SERVICE
    write(page)
    assert SimCard.objects.filter(iccid__in=DELIVERED, batch=BATCH, status=SimStatus.IN_STOCK).count() == 12
    assert SimCard.objects.get(iccid=IN_SERVICE).status == SimStatus.ACTIVE


def answer(page: Page, *, status: str, reason: str) -> None:
    page.get_by_label(status).check()
    page.get_by_label("Motif").fill(reason)
    page.get_by_role("button", name="Voir ce que devient chaque ligne").click()
    expect(page.get_by_text("Rien n’a encore été fait.")).to_be_visible()


def declare_three_lost(page: Page) -> None:
    menu(page, "Gestion status SIM")
    search(page, BATCH)
    for card in (IN_SERVICE, *DELIVERED[:2]):
        row_of(page, card).locator("[name=_selected_action]").check()
    page.locator("select[name=action]").select_option(label="Déclarer perdue ou défectueuse")
    photo(page, "cartes-sim-cocher")
    page.get_by_role("button", name="Envoyer").click()
    answer(page, status="Perdue", reason="Inventaire du 12 novembre")
    assert counts(page) == {"Tous les éléments": "3", "Va changer": "2", "Refusé": "1"}
    expect(row_of(page, IN_SERVICE)).to_contain_text("remplacez-la d’abord (SIM SWAP)")
    photo(page, "cartes-sim-operation")
    assert lost() == set()
    confirm(dialog_of(page, "Confirmer l’opération"), "Confirmer l’opération")
    expect(page.get_by_text(re.compile("2 éléments sont modifiés"))).to_be_visible()
    assert counts(page) == {"Tous les éléments": "3", "Modifié": "2", "Refusé": "1"}
    assert lost() == set(DELIVERED[:2])


def undo(page: Page) -> None:
    confirm(dialog_of(page, "Annuler et rétablir"), "Annuler et rétablir")
    expect(row_of(page, DELIVERED[1])).to_contain_text(re.compile("Rétabli", re.IGNORECASE))
    assert lost() == set()


def look_at_the_codes(page: Page) -> None:
    menu(page, "Gestion status SIM")
    search(page, DELIVERED[0])
    press(page, DELIVERED[0])
    expect(page.get_by_text("Entrée en stock")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(PUK)
    dialog = dialog_of(page, "Voir les codes")
    confirm(dialog, "Voir les codes")
    expect(dialog).to_contain_text(PUK)
    expect(dialog.locator("svg.esim-square")).to_be_visible()
    page.reload()
    past = [re.sub(r"^\S+ \S+ ", "", words(text)) for text in page.locator(".timeline-event").all_inner_texts()]
    assert past == [
        "Codes consultés Sami Benali",
        "Perdue → En stock Sami Benali · Déclarée par erreur, rétablie",
        "En stock → Perdue Sami Benali · Inventaire du 12 novembre",
        "Entrée en stock Sami Benali · livraison_novembre.csv",
    ]
    photo(page, "carte-sim-vie")


def paste_numbers(page: Page) -> None:
    menu(page, "Gestion status SIM")
    dialog = dialog_of(page, "Coller des identifiants…")
    spaced = " ".join(re.findall(".{1,4}", DELIVERED[5]))
    dialog.get_by_label("Un par ligne").fill("\n".join([spaced, DELIVERED[6], DELIVERED[5], iccid(999)]))
    confirm(dialog, "Coller des identifiants…")
    answer(page, status="Défectueuse", reason="Mouillées à la livraison")
    assert counts(page) == {"Tous les éléments": "4", "Va changer": "2", "Introuvable": "1", "En double": "1"}
    confirm(dialog_of(page, "Confirmer l’opération"), "Confirmer l’opération")
    expect(page.get_by_text(re.compile("2 éléments sont modifiés"))).to_be_visible()
    faulty = SimCard.objects.filter(status=SimStatus.FAULTY).values_list("iccid", flat=True)
    assert set(faulty) == {DELIVERED[5], DELIVERED[6]}


def lost() -> set[str]:
    return set(SimCard.objects.filter(status=SimStatus.LOST).values_list("iccid", flat=True))


def test_support_takes_cards_over_and_declares_some_lost(
    stock: None, desk_of: Callable[..., Page], works: Works, tmp_path: Path
) -> None:
    works()
    desk = desk_of(Role.SUPPORT, "sami", first_name="Sami", last_name="Benali")
    read_what_is_wrong(desk, tmp_path)
    take_the_cards(desk, tmp_path)
    declare_three_lost(desk)
    undo(desk)
    look_at_the_codes(desk)
    paste_numbers(desk)
