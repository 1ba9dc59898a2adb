"""The document a customer and an accountant read: what stands on it, and where."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdf
import pytest

from apps.documents.presentation import ITEMS_ON_FRONT
from apps.documents.rendering import render_invoice
from apps.documents.snapshot import Citation, DocumentKind, ItemKind, Mentions, Party, VatTotal
from tests.documents.samples import BUYER, MENTIONS, SELLER, fleet, invoice, item, logo, pages, text

MM = 72 / 25.4


def mentions_of(snapshot_mentions: Mentions) -> list[str]:
    return [getattr(snapshot_mentions, name) for name in Mentions.__dataclass_fields__]


@pytest.mark.parametrize("items", [(item(),), fleet(8)], ids=["one page", "with detail apart"])
def test_every_mention_the_law_asks_for_is_there(items: tuple) -> None:
    snapshot = invoice(*items, purchase_order="BC-4512", cost_center="DSI-07")
    shown = text(render_invoice(snapshot))
    for mention in (
        # CGI ann. II 242 nonies A: who sells to whom, when, under which number, for which period.
        "FACTURE N° F2026-000001",
        "Date d’émission : 02/11/2026",
        "Date d’échéance : 02/12/2026",
        "Période du 01/10/2026 au 31/10/2026",
        "Télécom Intégration Démo – SAS au capital de 50 000 € – RCS Lyon 123 456 782 – SIRET 12345678200010 "
        "– TVA FR32123456782",
        "12 quai de la Fiction 69002 Lyon",
        "L'Atelier Durand 28 RUE DES ACACIAS 66805 VILLENEUVE",
        "N° de client C070001",
        "SIREN 122 829 856",
        "N° de TVA FR63122829856",
        "Bon de commande BC-4512",
        "Centre de coût DSI-07",
        "Règlement : Virement À régler avant le 02/12/2026.",
        "IBAN FR76 3000 4500 1908 5996 5184 296 BIC BNPAFRPP",
        "Votre interlocuteur Camille Exemple 04 99 99 00 01",
        "Merci de votre confiance.",
        *mentions_of(MENTIONS),
    ):
        assert mention in shown


def test_the_amounts_of_a_small_invoice_stand_on_one_page() -> None:
    items = (
        item("Forfait 2 h", net="12.90", detail="31/31 jours"),
        item("Remise 10 %", net="-1.29", kind=ItemKind.DISCOUNT, position=2),
        item(
            "SMS vers l'Europe",
            net="0.42",
            kind=ItemKind.USAGE,
            position=3,
            quantity=Decimal(6),
            unit_price=Decimal("0.07"),
        ),
    )
    (page,) = pages(render_invoice(invoice(*items)))
    assert "06 39 98 00 01 ALICE MOREAU 12,03 €" in page
    assert "Forfait 2 h 31/31 jours 01/10 – 31/10/2026 1 12,90 € 20 % 12,90 €" in page
    assert "Remise 10 % 01/10 – 31/10/2026 1 -1,29 € 20 % -1,29 €" in page
    assert "SMS vers l'Europe 01/10 – 31/10/2026 6 0,07 € 20 % 0,42 €" in page
    assert "20 % 12,03 € 2,41 €" in page
    assert "Net à payer TTC 14,44 €" in page


def test_a_fleet_gets_a_summary_then_its_lines() -> None:
    items = (
        *fleet(12),
        item("Routeur", net="89.00", kind=ItemKind.ONE_OFF, msisdn="", user_name="", position=99),
    )
    front, *detail = pages(render_invoice(invoice(*items)))
    assert "L’essentiel · 12 lignes mobiles" in front
    assert "Abonnements et options 238,80 €" in front
    assert "Services et matériel 89,00 €" in front
    assert "Consommations 27,36 €" in front
    assert "Remises -23,88 €" in front
    assert "Le détail par ligne mobile figure dans les pages suivantes." in front
    assert "Forfait Pro" not in front
    detailed = " ".join(detail)
    assert "06 39 98 00 11 UTILISATEUR 11 19,90 2,28 -1,99 20,19" in detailed
    assert "Hors lignes mobiles 89,00 €" in detailed
    assert "Total 238,80 89,00 27,36 -23,88 331,28" in detailed
    assert detailed.count("Forfait Pro 01/10 – 31/10/2026 1 19,90 € 20 % 19,90 €") == 12


def test_the_layout_shows_the_items_itself_up_to_a_number_of_them() -> None:
    few = [item(f"Service {rank}", position=rank) for rank in range(ITEMS_ON_FRONT)]
    assert "Service 0" in pages(render_invoice(invoice(*few)))[0]
    front, detail = pages(render_invoice(invoice(*few, item("Service de trop", position=99))))
    assert "Service 0" not in front
    assert "Service 0" in detail


def test_three_hundred_items_are_all_there_on_numbered_pages() -> None:
    items = fleet(100)
    shown = pages(render_invoice(invoice(*items)))
    assert len(shown) > 5
    for number, page in enumerate(shown, start=1):
        assert page.count(f"N° F2026-000001 · page {number}/{len(shown)}") == 1
        assert len(re.findall(r"page \d+/\d+", page)) == 1
    assert " ".join(shown).count("Appels vers le Royaume-Uni") == 100
    assert all(page.count("Désignation Période Qté P.U. HT TVA Montant HT") == 1 for page in shown[4:])


def test_a_line_that_goes_on_to_another_page_says_whose_it_is() -> None:
    _front, *detail = pages(render_invoice(invoice(*(item(f"Option {rank}", position=rank) for rank in range(120)))))
    assert len(detail) > 2
    assert "(suite)" not in detail[0]
    assert all("06 39 98 00 01 ALICE MOREAU (suite)" in page for page in detail[1:])


@pytest.mark.parametrize("lines", [0, 8], ids=["on the front", "in the detail"])
def test_services_of_third_parties_stand_apart(lines: int) -> None:
    special = item("Appels 0899", net="4.80", kind=ItemKind.USAGE, third_party=True, position=50, detail="2 appels")
    shown = text(render_invoice(invoice(item(), special, *fleet(lines))))
    assert "Services de tiers (numéros spéciaux, SMS surtaxés) 4,80 €" in shown
    apart = shown[shown.rindex("Services de tiers") :]
    assert "Appels 0899" in apart
    assert "Forfait" not in apart


def test_a_draft_cannot_be_taken_for_an_invoice() -> None:
    shown = pages(render_invoice(invoice(*fleet(20), number=None)))
    assert "BROUILLON – sans valeur comptable" in shown[0]
    for number, page in enumerate(shown, start=1):
        assert f"Brouillon · page {number}/{len(shown)}" in page
        assert "BROUILLON" in page
        assert "N° F" not in page


def test_an_issued_invoice_says_nowhere_that_it_is_a_draft() -> None:
    assert "brouillon" not in text(render_invoice(invoice())).lower()


def test_an_invoice_of_reunion_shows_its_own_rate() -> None:
    vat = VatTotal(category="S", rate=Decimal("8.5"), base=Decimal("100.00"), amount=Decimal("8.50"))
    shown = text(render_invoice(invoice(item(net="100.00", vat_rate=Decimal("8.5")), vat=[vat])))
    assert "8,5 % 100,00 € 8,50 €" in shown
    assert "Net à payer TTC 108,50 €" in shown


def test_reverse_charge_shows_its_reason_and_no_tax() -> None:
    vat = VatTotal(
        category="AE",
        rate=Decimal(0),
        base=Decimal("12.90"),
        amount=Decimal("0.00"),
        reason="Autoliquidation",
    )
    belgian = replace(BUYER, vat_number="BE0123456749", siren="", country="BE", country_name="BELGIQUE")
    shown = text(render_invoice(invoice(item(vat_rate=Decimal(0), vat_category="AE"), vat=[vat], buyer=belgian)))
    assert "0 % – Autoliquidation 12,90 € 0,00 €" in shown
    assert "66805 VILLENEUVE BELGIQUE" in shown
    assert "N° de TVA BE0123456749" in shown
    assert "Net à payer TTC 12,90 €" in shown


def test_two_rates_have_a_row_each() -> None:
    vat = [
        VatTotal(category="S", rate=Decimal(20), base=Decimal("10.00"), amount=Decimal("2.00")),
        VatTotal(category="S", rate=Decimal("5.5"), base=Decimal("20.00"), amount=Decimal("1.10")),
    ]
    shown = text(render_invoice(invoice(item(net="10.00"), item(net="20.00", vat_rate=Decimal("5.5")), vat=vat)))
    assert "20 % 10,00 € 2,00 €" in shown
    assert "5,5 % 20,00 € 1,10 €" in shown
    assert "Total 30,00 € 3,10 €" in shown


def test_a_credit_note_names_the_invoice_and_asks_for_no_money() -> None:
    snapshot = invoice(
        item(net="-12.90"),
        kind=DocumentKind.CREDIT_NOTE,
        number="A2026-000001",
        cites=Citation(number="F2026-000001", issue_date=date(2026, 11, 2)),
    )
    shown = text(render_invoice(snapshot))
    assert "AVOIR N° A2026-000001" in shown
    assert "Rectifie la facture n° F2026-000001 du 02/11/2026" in shown
    assert "Avoir TTC -15,48 €" in shown
    assert "Net à payer" not in shown
    assert "échéance" not in shown
    assert "Règlement" not in shown
    assert "IBAN" not in shown
    assert "Votre interlocuteur" in shown
    without_contact = replace(snapshot, branding=replace(snapshot.branding, contact=""))
    assert "Votre interlocuteur" not in text(render_invoice(without_contact))


def test_an_invoice_below_zero_is_in_the_customers_favour() -> None:
    shown = text(render_invoice(invoice(item(net="-10.00"))))
    assert "En votre faveur TTC -12,00 €" in shown
    assert "Net à payer" not in shown


def test_an_individual_reads_neither_indemnity_nor_company_numbers() -> None:
    person = Party(legal_name="Jeanne Exemple", address_lines=("1 RUE X",), postal_code="75001", city="PARIS")
    shown = text(render_invoice(invoice(buyer=person, mentions=replace(MENTIONS, recovery_indemnity=""))))
    buyer_side = shown.replace(text_of_seller(), "")
    assert "40 €" not in shown
    assert "N° de TVA" not in buyer_side
    assert "SIREN" not in buyer_side
    assert "N° de client" not in shown


def text_of_seller() -> str:
    return f"TVA {SELLER.vat_number}"


def test_without_bank_or_contact_their_places_are_not_printed() -> None:
    snapshot = invoice(bank=None)
    shown = text(render_invoice(replace(snapshot, branding=replace(snapshot.branding, contact="", footer=""))))
    for absent in ("IBAN", "BIC", "interlocuteur", "créancier", "Adresse de livraison"):
        assert absent not in shown


def test_another_place_of_delivery_is_named() -> None:
    delivery = replace(BUYER, legal_name="Entrepôt Durand", address_lines=("ZI NORD",), city="PERPIGNAN")
    shown = text(render_invoice(invoice(delivery=delivery)))
    assert "Adresse de livraison : Entrepôt Durand, ZI NORD, 66805 PERPIGNAN" in shown


HOSTILE = "O'Neil '; <b>{{ invoice.net }} & fils</b> <img src=x>"


@pytest.mark.parametrize("lines", [0, 8], ids=["on the front", "in the detail"])
def test_whatever_a_name_holds_is_printed_as_it_is(lines: int) -> None:
    named = replace(BUYER, legal_name=HOSTILE, address_lines=(HOSTILE,))
    snapshot = invoice(item(HOSTILE, user_name=HOSTILE, detail=HOSTILE), *fleet(lines), buyer=named)
    shown = text(render_invoice(snapshot))
    assert shown.count(HOSTILE) >= 4


def positions(document: bytes) -> list[tuple[float, float, str]]:
    """Every piece of text of the first page with its place, in millimetres from the top left corner."""
    found: list[tuple[float, float, str]] = []

    def visit(piece: str, matrix: list[float], text_matrix: list[float], *_font: object) -> None:
        if piece.strip():
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            found.append((x / MM, 297 - y / MM, piece.strip()))

    pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize(
    "address",
    [
        ("28 RUE DES ACACIAS",),
        (
            "SERVICE COMPTABILITE FOURNISSEURS",
            "28 RUE DES ACACIAS",
            "BATIMENT B ESCALIER 4",
            "ZI NORD",
            "CS 12345",
        ),
    ],
    ids=["short", "long"],
)
def test_the_buyers_address_is_in_the_window_of_the_envelope(address: tuple[str, ...]) -> None:
    name = "Société d'exploitation des établissements Durand-Lemaître et associés internationaux"
    named = replace(BUYER, legal_name=name, address_lines=address)
    placed = positions(render_invoice(invoice(buyer=named)))
    places = [(x, y) for x, y, piece in placed if any(line in piece for line in (*address, "66805 VILLENEUVE"))]
    assert len(places) == len(address) + 1
    assert all(x >= 107 and 50 <= y <= 90 for x, y in places), places


def test_nothing_is_printed_where_the_page_number_goes() -> None:
    long_footer = replace(invoice().branding, footer="Un pied de page qui n'en finit pas. " * 20)
    lowest = sorted(positions(render_invoice(invoice(branding=long_footer))), key=lambda place: place[1])
    *others, (_x, y, piece) = lowest
    assert "page 1/1" in piece
    assert max(place[1] for place in others) < y - 2


@pytest.mark.parametrize("colour", ["#1f3a5f", "#ffd23f", "#FFFFFF", "#000000"])
def test_any_colour_gives_a_document(colour: str) -> None:
    snapshot = invoice(*fleet(4))
    assert render_invoice(replace(snapshot, branding=replace(snapshot.branding, colour=colour)))


def test_the_logo_is_printed_and_the_name_stays() -> None:
    document = render_invoice(invoice(), logo=logo())
    reader = pypdf.PdfReader(io.BytesIO(document))
    assert len(reader.pages[0].images) == 1
    assert "Télécom Intégration Démo 12 quai de la Fiction" in text(document)


@pytest.mark.parametrize("size", [(820, 200), (100, 300)])
def test_the_logo_keeps_its_proportions_on_the_page(size: tuple[int, int]) -> None:
    page = pypdf.PdfReader(io.BytesIO(render_invoice(invoice(), logo=logo(size=size)))).pages[0]
    drawn = re.search(rb"([\d.]+) 0 0 ([\d.]+) [\d.]+ [\d.]+ cm\s+/\S+ Do", page.get_contents().get_data())
    width, height = map(float, drawn.groups())
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)
