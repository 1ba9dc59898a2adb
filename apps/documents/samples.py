"""Made-up documents: a version of the layout is tried on all of them before it is written, and previewed on one.

Between them they hold what an invoice can hold. No figure, name or date of a sample reads as part of another, so that
what a layout leaves out is found to be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.money import percentage, round_half_up, total
from apps.documents.snapshot import (
    Bank,
    Branding,
    Citation,
    DocumentKind,
    InvoiceSnapshot,
    Item,
    ItemKind,
    Mentions,
    Party,
    Payment,
    VatTotal,
)

SELLER: Final = Party(
    legal_name="Réseau Vendeur Mobile",
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
BANK: Final = Bank(
    holder="Réseau Vendeur Mobile",
    iban="FR7630004500190859965184296",
    bic="BNPAFRPP",
    bank="Banque de Démonstration",
    creditor_id="FR12ZZZ123456",
)
BUYER: Final = Party(
    legal_name="L’Atelier Durand",
    name="ATELIER DURAND",
    siren="732829320",
    vat_number="FR44732829320",
    address_lines=("28 RUE DES ACACIAS", "BATIMENT SEPT"),
    postal_code="66805",
    city="VILLENEUVE",
    customer_number="C070001",
)
MENTIONS: Final = Mentions(
    penalties="Pénalités de retard au taux de 15 %.",
    recovery_indemnity="Indemnité forfaitaire pour frais de recouvrement : 40 €.",
    early_payment="Pas d’escompte pour paiement anticipé.",
    operation_category="Catégorie d’opération : prestation de services",
    vat_on_debits="Option pour le paiement de la taxe d’après les débits",
)
OCTOBER: Final[Mapping[str, Any]] = {"period_start": date(2026, 10, 1), "period_end": date(2026, 11, 1)}


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up document; ``individual``: of a customer who is no professional."""

    code: str
    label: str | Promise
    make: Callable[[], InvoiceSnapshot]
    individual: bool = False


def _item(position: int, label: str, net: str, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "position": position,
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


def _document(items: Sequence[Item], *, vat: Sequence[VatTotal] = (), **changes: Any) -> InvoiceSnapshot:
    net = total(item.net for item in items)
    vat = tuple(vat) or _vat_of(items)
    tax = total(part.amount for part in vat)
    values: dict[str, Any] = {
        "number": "F2026-004217",
        "issue_date": date(2026, 11, 3),
        "due_date": date(2026, 12, 8),
        "seller": SELLER,
        "buyer": BUYER,
        "bank": BANK,
        "items": tuple(items),
        "vat_totals": vat,
        "net": net,
        "vat": tax,
        "gross": net + tax,
        "payment": Payment(code="30", label="Virement", text="Virement à effectuer en rappelant le numéro ci-dessus."),
        "mentions": MENTIONS,
        "branding": Branding(contact="Camille Exemple\n04 99 99 00 01"),
        **OCTOBER,
    }
    return InvoiceSnapshot(**{**values, **changes})


def _vat_of(items: Sequence[Item]) -> tuple[VatTotal, ...]:
    found = []
    for rate in sorted({item.vat_rate for item in items}, reverse=True):
        base = total(item.net for item in items if item.vat_rate == rate)
        found.append(VatTotal(category="S", rate=rate, base=base, amount=round_half_up(percentage(base, rate))))
    return tuple(found)


def few() -> InvoiceSnapshot:
    """One mobile line: each item on the first page."""
    return _document(
        [
            _item(1, "Forfait Sérénité", "41.90"),
            _item(2, "Remise fidélité", "-6.18", kind=ItemKind.DISCOUNT),
            _item(
                3,
                "Appels vers le Royaume-Uni",
                "96.59",
                kind=ItemKind.USAGE,
                quantity=Decimal(713),
                unit_price=Decimal("0.135469"),
                detail="hors forfait",
            ),
            _item(4, "Guide de l’utilisateur", "8.07", kind=ItemKind.ONE_OFF, vat_rate=Decimal("5.5"), msisdn=""),
        ]
    )


def fleet() -> InvoiceSnapshot:
    """Many mobile lines: the first page has the sums, pages of their own the items."""
    return _document(
        [
            _item(3 * line + rank, label, net, kind=kind, msisdn=f"3363998{line:04d}", user_name=f"SALARIE {line}")
            for line in range(1, 9)
            for rank, (kind, label, net) in enumerate(
                [
                    (ItemKind.SUBSCRIPTION, "Forfait Sérénité", "41.90"),
                    (ItemKind.DISCOUNT, "Remise fidélité", "-6.18"),
                    (ItemKind.USAGE, "Appels vers le Royaume-Uni", "9.65"),
                ]
            )
        ]
    )


def delivered() -> InvoiceSnapshot:
    """Names and addresses as long as they get, goods sent elsewhere, third-party services, a direct debit."""
    long = "Société Coopérative de Production et de Distribution des Artisans Réunis du Haut-Languedoc"
    elsewhere = Party(
        legal_name="Entrepôt Central",
        address_lines=("9 CHEMIN DU DEPOT",),
        postal_code="34075",
        city="MONTPELLIER",
        country="BE",
        country_name="BELGIQUE",
    )
    return _document(
        [
            _item(1, "Téléphone professionnel renforcé avec étui et second chargeur de voyage", "517.38", msisdn=""),
            _item(2, "Jeux par SMS surtaxé", "3.64", kind=ItemKind.USAGE, third_party=True),
        ],
        buyer=replace(
            BUYER,
            legal_name=long,
            address_lines=("IMMEUBLE LES GRANDS HORIZONS ESCALIER B", "187 BOULEVARD DU MARECHAL DE LATTRE"),
            city="SAINT-BARTHELEMY-DE-BELLEGARDE",
        ),
        delivery=elsewhere,
        purchase_order="BC-88213",
        cost_center="CC-4471",
        payment=Payment(code="59", label="Prélèvement SEPA", text="Prélèvement sur le compte FR76 XXXX XXXX 0185."),
    )


def individual() -> InvoiceSnapshot:
    """Somebody without SIREN, who owes no recovery indemnity."""
    return _document(
        [_item(1, "Forfait Sérénité", "41.90")],
        buyer=Party(
            legal_name="Mme Jeanne Martin",
            address_lines=("3 PLACE DU MARCHE",),
            postal_code="31098",
            city="TOULOUSE",
            customer_number="C070002",
        ),
        mentions=replace(MENTIONS, recovery_indemnity=""),
        payment=Payment(code="48", label="Carte bancaire", text="Paiement par carte bancaire à réception."),
    )


def credit_note() -> InvoiceSnapshot:
    return _document(
        [_item(1, "Forfait Sérénité", "41.90")],
        kind=DocumentKind.CREDIT_NOTE,
        number="A2026-000318",
        cites=Citation(number="F2026-003976", issue_date=date(2026, 9, 5)),
    )


def reverse_charge() -> InvoiceSnapshot:
    """A business of another country of the Union, which pays the tax itself."""
    net = Decimal("41.90")
    return _document(
        [_item(1, "Forfait Sérénité", "41.90", vat_rate=Decimal(0), vat_category="AE")],
        vat=(
            VatTotal(
                category="AE", rate=Decimal(0), base=net, amount=Decimal("0.00"), reason="Autoliquidation (CGI 283-2)"
            ),
        ),
        buyer=Party(
            legal_name="Fabrik Sieben GmbH",
            vat_number="DE136695976",
            address_lines=("LINDENALLEE 5",),
            postal_code="50667",
            city="KOELN",
            country="DE",
            country_name="ALLEMAGNE",
            customer_number="C070003",
        ),
    )


def draft() -> InvoiceSnapshot:
    """Not numbered yet, and in the customer's favour."""
    return _document([_item(1, "Remise exceptionnelle", "-17.25", kind=ItemKind.DISCOUNT)], number=None, bank=None)


SAMPLES: Final = (
    Sample("few", _("an invoice for one mobile line"), few),
    Sample("fleet", _("an invoice for a fleet, with its detail apart"), fleet),
    Sample("delivered", _("long names, a delivery address, a direct debit"), delivered),
    Sample("individual", _("an invoice for an individual"), individual, individual=True),
    Sample("credit_note", _("a credit note"), credit_note),
    Sample("reverse_charge", _("an invoice abroad, VAT due by the customer"), reverse_charge),
    Sample("draft", _("a draft in the customer’s favour"), draft),
)
