"""A small reseller for the screens: a few customers of the demonstration, their lines and their calls.

Its files are cut out of ``fixtures/demo``, so its amounts are those of ``expected_2026-10.json``.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from apps.billing.demo.identity import installed_integrator
from apps.billing.demo.playing import _take_over
from apps.billing.demo.reseller import FILES, INVOICED_ON, MONTH, Reseller, packaged
from tests.factories import UserFactory

# Direct debit, cheque, transfer; with and without call detail; one abroad in the Union.
CUSTOMERS = ("C070001", "C070003", "C070004", "C070005", "C070009", "C070010")
CDRS = "CDR_MOBILE_DEMO_202610_01.csv"
# Cards in stock, and calls of numbers that nobody has: the report has something to tell.
CARDS_IN_STOCK = 60
STRANGERS = 9


def cut(folder: Path) -> Reseller:
    """The files of the small reseller, written to ``folder``."""
    whole = packaged()
    _write(folder / whole.offers.name, *_read(whole.offers))
    _write(folder / whole.tariff.name, *_read(whole.tariff))
    header, customers = _read(whole.customers)
    _write(folder / whole.customers.name, header, [row for row in customers if row.split(";")[0] in CUSTOMERS])
    header, lines = _read(whole.lines)
    lines = [row for row in lines if row.split(";")[2] in CUSTOMERS]
    _write(folder / whole.lines.name, header, lines)
    everybody = {row.split(";")[0] for row in _read(whole.lines)[1]}
    ours = {row.split(";")[0] for row in lines}
    used = {row.split(";")[1] for row in lines}
    header, cards = _read(whole.sims)
    stock = [row for row in cards if row.split(";")[0] not in used][-CARDS_IN_STOCK:]
    _write(folder / whole.sims.name, header, [*(row for row in cards if row.split(";")[0] in used), *stock])
    header, calls = _read(FILES / CDRS)
    strangers = [row for row in calls if row.split(";")[1] not in everybody][:STRANGERS]
    _write(folder / CDRS, header, [*(row for row in calls if row.split(";")[1] in ours), *strangers])
    return Reseller.at(folder, name="small")


def take_over(folder: Path) -> Reseller:
    """The small reseller with its catalogue, grid, cards, customers and lines; no call is loaded yet."""
    reseller = cut(folder)
    installed_integrator(reseller=reseller.name)
    _take_over(reseller, INVOICED_ON, UserFactory(username="reprise"), lambda sentence: None)
    return reseller


def expected_totals() -> dict[str, Decimal]:
    """What each customer is to pay for October, all taxes included, by customer number."""
    known = json.loads((FILES / f"expected_{MONTH}.json").read_text())["customers"]
    return {number: Decimal(known[number]["gross"]) for number in CUSTOMERS}


def _read(path: Path) -> tuple[str, list[str]]:
    header, *rows = path.read_text().splitlines()
    return header, rows


def _write(path: Path, header: str, rows: list[str]) -> None:
    path.write_text("\n".join([header, *rows]) + "\n")
