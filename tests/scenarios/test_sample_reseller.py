"""The packaged reseller, from its files to its invoices, against amounts computed apart from this product."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from apps.billing.models import Invoice, InvoiceDocument
from apps.usage.models import CdrFile
from tests.commands import run_command
from tests.factories import IntegratorFactory

FILES = Path(__file__).parents[2] / "fixtures" / "demo"
RECORDS = FILES / "CDR_MOBILE_DEMO_202610_01.csv"
EXPECTED = json.loads((FILES / "expected_2026-10.json").read_text())
COUNTS = EXPECTED["counts"].keys()
TAKE_OVER = {
    "import_offers": ("offres.csv",),
    "import_tariff": ("grille_minutes.csv", "--table", "STANDARD"),
    "import_sims": ("cartes_sim.csv",),
    "import_customers": ("clients.csv",),
    "import_lines": ("lignes.csv",),
}


def run(command: str, *arguments: str) -> dict[str, Any]:
    ended = run_command(command, *arguments, "--json")
    assert (ended.code, ended.err) == (0, "")
    said: dict[str, Any] = json.loads(ended.out)
    return said


@pytest.fixture
def reseller(db: None) -> None:
    IntegratorFactory()
    for command, (file, *arguments) in TAKE_OVER.items():
        run(command, str(FILES / file), *arguments)


def cut(parts: int, folder: Path) -> list[Path]:
    """The records dealt out over files, so that every line's allowance is taken from all of them."""
    header, *records = RECORDS.read_bytes().splitlines(keepends=True)
    paths = [folder / f"CDR_MOBILE_DEMO_202610_{part:02d}.csv" for part in range(1, parts + 1)]
    for part, path in enumerate(paths):
        path.write_bytes(header + b"".join(records[part::parts]))
    return paths


def invoices() -> dict[str, dict[str, str]]:
    """Issue October; what the customers' invoices say, in the words of the expected file."""
    said = run("billing_run", "--period", "2026-10", "--issue", "--date", "2026-11-02")
    assert (said["state"], said["errors"]) == ("done", [])
    assert [one["number"] for one in said["invoices"]] == [f"F2026-{n:06d}" for n in range(1, 41)]
    return {one["customer"]: dict(amounts(one)) for one in said["invoices"]}


def amounts(invoice: dict[str, Any]) -> Iterator[tuple[str, str]]:
    sums: defaultdict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for line in invoice["lines"]:
        sums["usage" if line["kind"] == "usage" else "recurring"] += Decimal(line["net"])
    for part in invoice["vat"]:
        sums["vat"] += Decimal(part["amount"])
    yield from ((name, str(amount)) for name, amount in sums.items())
    yield from ((name, invoice[name]) for name in ("net", "gross"))


def test_one_file_gives_the_expected_invoices_and_a_sound_ledger(reseller: None) -> None:
    loaded = run("load_cdrs", str(RECORDS))
    assert {name: loaded[name] for name in COUNTS} == EXPECTED["counts"]
    assert (loaded["amount"], loaded["cost"]) == (EXPECTED["rated_amount"], EXPECTED["cost"])

    assert invoices() == EXPECTED["customers"]
    totals = Invoice.objects.issued().aggregate(total_net=Sum("net"), total_gross=Sum("gross"))
    assert {name: str(amount) for name, amount in totals.items()} == {name: EXPECTED[name] for name in totals}
    again = run("billing_run", "--period", "2026-10", "--issue", "--date", "2026-11-20")
    assert [one["number"] for one in again["invoices"]][-1] == "F2026-000040"

    ledger = run("verify_ledger")
    assert (ledger["ok"], ledger["invoices"], ledger["faults"]) == (True, 40, [])
    # Six customers want no call detail.
    assert ledger["documents"] == InvoiceDocument.objects.count() == 40 + 34


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (3, 1, 4, 0, 2)], ids=["in order", "in disorder"])
def test_five_files_give_the_same_in_any_order(
    reseller: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: Sequence[int]
) -> None:
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)  # drawn above
    paths = cut(5, tmp_path)
    loaded = [run("load_cdrs", str(paths[part])) for part in order]
    assert {name: sum(one[name] for one in loaded) for name in COUNTS} == EXPECTED["counts"]
    # What an earlier file took from an allowance may be a later file's: their sums follow.
    files = CdrFile.objects.values_list("amount", "cost")
    assert [str(sum(column)) for column in zip(*files, strict=True)] == [EXPECTED["rated_amount"], EXPECTED["cost"]]

    assert invoices() == EXPECTED["customers"]


def test_five_files_in_one_command_are_reported_as_one(reseller: None, tmp_path: Path) -> None:
    loaded = run("load_cdrs", *map(str, cut(5, tmp_path)))
    assert {name: loaded[name] for name in COUNTS} == EXPECTED["counts"]
    assert loaded["files"] == 5
    assert (loaded["amount"], loaded["cost"]) == (EXPECTED["rated_amount"], EXPECTED["cost"])
