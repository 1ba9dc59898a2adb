"""What a spreadsheet has made of a value is refused where it stands, with what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook

from apps.catalog.imports import OfferImporter
from apps.core.commands import REFUSED
from apps.core.imports import Importer
from apps.core.spreadsheets import as_xlsx
from apps.core.wording import sentence
from apps.customers.imports import CustomerImporter
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from apps.tariffs.imports import TariffImporter
from tests.commands import run_command
from tests.customers.client_files import BY_DEBIT
from tests.factories import iccid

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
SIM = {"ICCID": iccid(1), "IMSI": "208220700000001", "MSISDN": "0639980001", "PIN1": "0123", "PUK1": "01234567"}
SIM |= {"RESEAU": "ISM", "LOT": "LOT1"}
RATE = {
    "PREFIXE": "33",
    "DESTINATION": "France",
    "TYPE": "VOIX",
    "SENS": "MO",
    "ZONE_ORIGINE": "FR",
    "ZONE_DESTINATION": "FR",
    "PRIX_MINUTE_HT": "0,035",
    "PRIX_UNITE_HT": "",
    "PRIX_MO_HT": "",
    "FRAIS_CONNEXION_HT": "0",
    "PREMIER_PALIER_S": "1",
    "PALIER_S": "1",
    "SECONDES_GRATUITES": "0",
    "INCLUS_FORFAIT": "OUI",
}
OFFER = {"CODE": "PRO", "LIBELLE": "Forfait", "NATURE": "ABONNEMENT", "PRIX_HT": "19,90", "TVA": "20"}

FILES: Mapping[str, tuple[Callable[[], Importer[Any]], dict[str, str]]] = {
    "sims": (lambda: SimImporter(today=TODAY), SIM),
    "rates": (lambda: TariffImporter(today=TODAY, table="STANDARD"), RATE),
    "offers": (lambda: OfferImporter(today=TODAY), OFFER),
    "customers": (lambda: CustomerImporter(today=TODAY), BY_DEBIT),
}


def faults(file: str, **cells: str) -> list[tuple[int, str, str]]:
    importer, line = FILES[file]
    data = "\n".join([";".join(line), ";".join((line | cells).values())]).encode()
    plan = importer().plan(data)
    with translation.override("fr"):
        assert all(map(sentence, plan.faults))
    return [(fault.line, fault.column, fault.reason_code) for fault in plan.faults]


@pytest.mark.parametrize("file", FILES)
def test_the_files_are_sound_otherwise(file: str) -> None:
    assert faults(file) == []


@pytest.mark.parametrize(
    ("file", "column", "cell", "reason"),
    [
        # Long numbers, rounded
        ("sims", "ICCID", "8.93E+18", "spreadsheet_number"),
        ("sims", "ICCID", "8,93322E+18", "spreadsheet_number"),
        ("sims", "IMSI", "2,0822E+14", "spreadsheet_number"),
        ("sims", "MSISDN", "3,36E+10", "spreadsheet_number"),
        ("rates", "PREFIXE", "1,23E+05", "spreadsheet_number"),
        ("rates", "PRIX_MINUTE_HT", "3,5E-02", "number_exponent"),
        ("offers", "CODE", "1,23E+05", "spreadsheet_number"),
        ("offers", "LIBELLE", "1,23E+05", "spreadsheet_number"),
        ("sims", "LOT", "1,2E+05", "spreadsheet_number"),
        ("customers", "NUM_CLIENT", "1,2E+05", "spreadsheet_number"),
        ("customers", "SIREN", "1,23E+08", "spreadsheet_number"),
        ("customers", "IBAN", "7,63E+25", "spreadsheet_number"),
        # Zeros at the beginning, lost
        ("sims", "MSISDN", "639980001", "msisdn_zero_lost"),
        ("sims", "MSISDN", "700123456789", "msisdn_foreign"),
        ("sims", "PIN1", "123", "zeros_lost"),
        ("sims", "PUK1", "1234567", "zeros_lost"),
        ("customers", "SIREN", "81889990", "zeros_lost"),
        ("customers", "CODE_POSTAL", "1000", "zeros_lost"),
        # Codes made days
        ("sims", "LOT", "01-févr", "spreadsheet_day"),
        ("sims", "RESEAU", "Feb-04", "spreadsheet_day"),
        ("offers", "CODE", "1-Feb", "spreadsheet_day"),
        ("offers", "PRIX_HT", "01-févr.", "spreadsheet_day"),
        ("customers", "NUM_CLIENT", "02-janv.", "spreadsheet_day"),
        # Formulas that failed, columns that were too narrow
        ("sims", "ICCID", "#N/A", "spreadsheet_failure"),
        ("sims", "LOT", "#REF!", "spreadsheet_failure"),
        ("rates", "DESTINATION", "#NOM?", "spreadsheet_failure"),
        ("rates", "PRIX_MINUTE_HT", "#VALEUR!", "spreadsheet_failure"),
        ("offers", "LIBELLE", "#VALEUR !", "spreadsheet_failure"),
        ("customers", "NOM_LEGAL", "########", "spreadsheet_failure"),
        ("customers", "DATE_MANDAT", "#N/D", "spreadsheet_failure"),
        # Spaces of any width, units, signs of a word processor
        ("offers", "PRIX_HT", "1\xa0234,50", "number_thousands"),
        ("offers", "PRIX_HT", "1\u202f234,50", "number_thousands"),
        ("offers", "PRIX_HT", "19,90\xa0€", "number_unit"),
        ("offers", "TVA", "20 %", "number_unit"),
        ("offers", "PRIX_HT", "19’90", "number_expected"),
        ("customers", "RAISON_SOCIALE", "L’ATELIER", "charset_character"),
        ("customers", "RAISON_SOCIALE", "L\xa0ATELIER", "charset_character"),
        ("customers", "EMAIL_FACTURATION", "a\xa0b@example.org", "email_format"),
        ("customers", "DATE_MANDAT", "15/01/2026", "date_format"),
    ],
)
def test_a_ruined_value_is_named_once_with_its_reason(file: str, column: str, cell: str, reason: str) -> None:
    assert faults(file, **{column: cell}) == [(2, column, reason)]


@pytest.mark.parametrize(
    ("file", "column", "cell"),
    [
        ("sims", "MSISDN", "33639980001"),
        ("sims", "MSISDN", "0639980001"),
        ("sims", "MSISDN", "+33 6 39 98 00 01"),
        ("sims", "MSISDN", "06\xa039\u202f98 00 01"),
        ("sims", "LOT", "12E4"),
        ("sims", "LOT", "1-2"),
        ("offers", "LIBELLE", "L’été – 5\xa0Go, #1"),
        ("offers", "PRIX_HT", "19,90\xa0"),
    ],
)
def test_what_only_resembles_it_is_taken(file: str, column: str, cell: str) -> None:
    assert faults(file, **{column: cell}) == []


def test_the_same_comes_out_of_a_workbook() -> None:
    book, file = Workbook(), BytesIO()
    sheet = book.worksheets[0]
    sheet.append(list(SIM))
    sheet.append([iccid(1), "208220700000001", 639980001, 123, 1234567, "ISM", date(2026, 2, 1)])
    sheet.append([8933220000000000015, 208220700000002, 33639980002, "0123", "01234567", "=A1", "#N/A"])
    sheet.append([iccid(3), "208220700000003", None, 123, 1234567, None, 12])
    sheet["D4"].number_format, sheet["E4"].number_format = "0000", "00000000"
    book.save(file)
    plan = SimImporter(today=TODAY).plan(file.getvalue(), name="cartes.xlsx")
    assert [(fault.line, fault.column, fault.reason_code) for fault in plan.faults] == [
        (2, "MSISDN", "msisdn_zero_lost"),
        (2, "PIN1", "zeros_lost"),
        (2, "PUK1", "zeros_lost"),
        (3, "ICCID", "cell_digits"),
        (3, "RESEAU", "cell_formula"),
        (3, "LOT", "spreadsheet_failure"),
    ]
    assert [plan.records[2].get(name) for name in ("pin1", "puk1", "batch")] == ["0123", "01234567", "12"]


def test_the_command_takes_a_workbook_under_its_own_name_only(tmp_path: Path) -> None:
    data = as_xlsx("Cartes", list(SIM), [list(SIM.values())])
    told = {}
    for name in ("cartes.xlsx", "cartes.csv"):
        (tmp_path / name).write_bytes(data)
        ended = run_command("import_sims", str(tmp_path / name), "--json")
        told[name] = (ended.code, json.loads(ended.out)["new"])
    assert told == {"cartes.xlsx": (0, 1), "cartes.csv": (REFUSED, 0)}
    assert SimCard.objects.get().pin1 == "0123"
