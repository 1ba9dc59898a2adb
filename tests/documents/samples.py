"""Documents to draw: complete by default, each part replaceable."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdf
from PIL import Image, ImageDraw

from apps.core.french import NBSP
from apps.core.money import percentage, round_half_up, total
from apps.documents.snapshot import (
    Bank,
    Branding,
    Call,
    CallKind,
    InvoiceSnapshot,
    Item,
    ItemKind,
    Mentions,
    Party,
    Payment,
    VatTotal,
)

OCTOBER = {"period_start": date(2026, 10, 1), "period_end": date(2026, 11, 1)}

SELLER = Party(
    legal_name="Télécom Intégration Démo",
    legal_form="SAS",
    capital="50 000 €",
    siren="123456782",
    siret="12345678200010",
    rcs="RCS Lyon 123 456 782",
    vat_number="FR32123456782",
    address_lines=("12 quai de la Fiction",),
    postal_code="69002",
    city="Lyon",
    email="facturation@example.org",
    phone="04 99 99 00 00",
)
BUYER = Party(
    legal_name="L'Atelier Durand",
    name="ATELIER DURAND",
    siren="122829856",
    vat_number="FR63122829856",
    address_lines=("28 RUE DES ACACIAS",),
    postal_code="66805",
    city="VILLENEUVE",
    customer_number="C070001",
)
MENTIONS = Mentions(
    penalties="Pénalités de retard : taux de la BCE majoré de 10 points, exigibles sans rappel.",
    recovery_indemnity="Indemnité forfaitaire pour frais de recouvrement : 40 €.",
    early_payment="Pas d'escompte pour paiement anticipé.",
    operation_category="Prestation de services",
    vat_on_debits="Option pour le paiement de la taxe d'après les débits",
)
BANK = Bank(
    holder="Télécom Intégration Démo",
    iban="FR7630004500190859965184296",
    bic="BNPAFRPP",
    bank="Banque de Démonstration",
    creditor_id="FR12ZZZ123456",
)


def item(label: str = "Forfait 2 h", *, net: str = "12.90", **changes: Any) -> Item:
    """One line; its unit price is its net amount unless told otherwise."""
    values: dict[str, Any] = {
        "position": 1,
        "kind": ItemKind.SUBSCRIPTION,
        "label": label,
        "msisdn": "33639980001",
        "user_name": "ALICE MOREAU",
        "unit_price": Decimal(net),
        "net": Decimal(net),
        "vat_rate": Decimal(20),
        **OCTOBER,
    }
    return Item(**{**values, **changes})


def invoice(*items: Item, vat: Sequence[VatTotal] = (), **changes: Any) -> InvoiceSnapshot:
    """An issued invoice of October 2026 for these items, taxed at 20 % unless ``vat`` says how."""
    items = items or (item(),)
    net = total(one.net for one in items)
    vat = tuple(vat) or (VatTotal(category="S", rate=Decimal(20), base=net, amount=round_half_up(percentage(net, 20))),)
    tax = total(part.amount for part in vat)
    values: dict[str, Any] = {
        "number": "F2026-000001",
        "issue_date": date(2026, 11, 2),
        "due_date": date(2026, 12, 2),
        "seller": SELLER,
        "buyer": BUYER,
        "bank": BANK,
        "items": items,
        "vat_totals": vat,
        "net": net,
        "vat": tax,
        "gross": net + tax,
        "payment": Payment(code="30", label="Virement", text="À régler avant le 02/12/2026."),
        "mentions": MENTIONS,
        "branding": Branding(footer="Merci de votre confiance.", contact="Camille Exemple\n04 99 99 00 01"),
        **OCTOBER,
    }
    return InvoiceSnapshot(**{**values, **changes})


def fleet(lines: int) -> tuple[Item, ...]:
    """Three items for each of so many mobile lines: plan, discount, usage."""
    return tuple(
        item(
            label,
            net=net,
            kind=kind,
            position=3 * line + rank,
            msisdn=f"3363998{line:04d}",
            user_name=f"UTILISATEUR {line}",
        )
        for line in range(lines)
        for rank, (kind, label, net) in enumerate(
            [
                (ItemKind.SUBSCRIPTION, "Forfait Pro", "19.90"),
                (ItemKind.DISCOUNT, "Remise 10 %", "-1.99"),
                (ItemKind.USAGE, "Appels vers le Royaume-Uni", "2.28"),
            ],
            start=1,
        )
    )


def call(number: str = "33639981234", **changes: Any) -> Call:
    values: dict[str, Any] = {
        "started_at": datetime(2026, 10, 5, 9, 30, 15),  # noqa: DTZ001 - as printed, Paris time
        "kind": CallKind.VOICE,
        "other_number": number,
        "destination": "France mobile",
        "quantity": 3725,
        "price": Decimal("0.0036"),
    }
    return Call(**{**values, **changes})


def calls(count: int) -> list[Call]:
    first = datetime(2026, 10, 1, 8)  # noqa: DTZ001 - as printed, Paris time
    return [call(started_at=first + timedelta(minutes=7 * index)) for index in range(count)]


def logo(colour: str = "#e07a1f", *, size: tuple[int, int] = (240, 80)) -> bytes:
    """A small PNG with a transparent ground, as logos are."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def pages(document: bytes) -> list[str]:
    """The text of each page on one line, its no-break spaces turned into plain ones."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    return [" ".join(page.extract_text().replace(NBSP, " ").split()) for page in reader.pages]


def text(document: bytes) -> str:
    return " ".join(pages(document))
