"""Files of customers for tests, line by line, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from apps.core.imports import Plan
from apps.core.wording import located_sentence, sentence
from apps.customers.choices import ContactRole
from apps.customers.imports import CustomerImporter
from apps.customers.models import Address, Contact, Customer, Mandate

TODAY = date(2026, 11, 24)
IBAN = "FR7630004500190859965184296"
OTHER_IBAN = "FR7630004681149170840903402"

BY_TRANSFER = {
    "NUM_CLIENT": "C1",
    "RAISON_SOCIALE": "HOTEL BELLEVUE",
    "NOM_LEGAL": "Hôtel-Restaurant Bellevue",
    "SIREN": "000260299",
    "TVA_INTRA": "FR59000260299",
    "ADRESSE": "76 RUE DES ACACIAS",
    "CODE_POSTAL": "01000",
    "VILLE": "VILLENEUVE",
    "PAYS": "FR",
    "EMAIL_FACTURATION": "compta@example.org",
    "EMAIL_IDENTIFICATION": "acces@example.org",
    "IDENTIFIANT": "bellevue",
    "MODE_PAIEMENT": "VIREMENT",
    "IBAN": "",
    "BIC": "",
    "RUM": "",
    "DATE_MANDAT": "",
    "FACTURE_DETAILLEE": "OUI",
    "REGIME_TVA": "METROPOLE",
}
BY_DEBIT = BY_TRANSFER | {
    "MODE_PAIEMENT": "PRELEVEMENT",
    "IBAN": IBAN,
    "BIC": "BNPAFRPP",
    "RUM": "RUM-1",
    "DATE_MANDAT": "2026-01-15",
}


def other(number: int, **cells: str) -> dict[str, str]:
    """A customer who shares nothing with the others that only one may have."""
    return (
        BY_TRANSFER
        | {"NUM_CLIENT": f"C{number}", "IDENTIFIANT": ""}
        | {name: f"{name[6:].lower()}{number}@example.org" for name in BY_TRANSFER if name.startswith("EMAIL")}
        | cells
    )


def without(line: dict[str, str], *columns: str) -> dict[str, str]:
    return {name: cell for name, cell in line.items() if name not in columns}


def csv(*lines: dict[str, str]) -> bytes:
    return "\r\n".join(";".join(cells) for cells in (lines[0], *(line.values() for line in lines))).encode()


def run(*lines: dict[str, str], today: date = TODAY, **options: Any) -> Plan[Customer]:
    return CustomerImporter(today=today).run(csv(*lines), **options)


def taken(*lines: dict[str, str], **options: Any) -> Plan[Customer]:
    """The plan of a file that is taken over."""
    plan = run(*lines, **options)
    assert [(fault.column, sentence(fault)) for fault in plan.faults] == []
    return plan


def faults(*lines: dict[str, str]) -> list[tuple[int, str, str]]:
    """Line, column and reason of everything that is wrong with a file, after which nothing is written."""
    before = list(everything())
    plan = run(*lines)
    assert list(everything()) == before
    assert all(map(located_sentence, plan.faults))
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


def everything() -> Iterator[dict[str, Any]]:
    for model in (Customer, Address, Contact, Mandate):
        yield from model._default_manager.order_by("pk").values()
        yield from model.history.order_by("pk").values()  # type: ignore[attr-defined]


def email_of(customer: Customer, role: ContactRole) -> str:
    return customer.contacts.get(role=role).email
