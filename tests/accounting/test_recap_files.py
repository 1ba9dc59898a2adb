"""The files of the recap, their journal, and the command that writes them."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from apps.accounting.choices import RecapFormat
from apps.accounting.models import RecapExport
from apps.accounting.recap import Recap, recap_of
from apps.accounting.services import as_xlsx, export_recap
from apps.core.progress import Interrupted
from apps.documents.choices import PaymentMode
from tests.accounting.runs import ISSUED_ON, a_customer, issue
from tests.commands import run_command
from tests.factories import (
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]


# --- Files


@pytest.mark.usefixtures("company")
def test_the_xlsx_says_the_same_in_numbers_and_dates() -> None:
    a_customer("C1", name="=1+1")
    recap = recap_of(issue())
    sheet = load_workbook(BytesIO(as_xlsx(recap))).worksheets[0]
    header, shown = (dict(zip(recap.header, row, strict=True)) for row in (recap.header, sheet[2]))
    assert [cell.value for cell in sheet[1]] == list(header)
    assert shown["RAISON_SOCIALE"].value == "'=1+1"
    assert (shown["DATE_FACTURE"].value.date(), shown["DATE_FACTURE"].is_date) == (ISSUED_ON, True)
    assert (shown["TTC"].value, shown["TTC"].data_type) == (37.2, "n")
    assert sheet.max_row == 2


@pytest.mark.usefixtures("company")
def test_an_export_is_written_down() -> None:
    a_customer("C1")
    clerk = UserFactory()
    made = export_recap(run=issue(), format=RecapFormat.CSV, actor=clerk)
    export = RecapExport.objects.get()
    assert (export.exported_by, export.invoice_count, export.gross) == (clerk, 1, Decimal("37.20"))
    assert made.name.startswith("recapitulatif_2026-10_")


@pytest.mark.usefixtures("company")
def test_progress_is_told_by_chunks_and_may_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.accounting.recap.ROWS_PER_CHUNK", 2)
    for number in ("C1", "C2", "C3"):
        a_customer(number)
    run = issue()
    told: list[tuple[int, int | None]] = []

    def watch(*, done: int, total: int | None = None) -> None:
        told.append((done, total))

    recap_of(run, progress=watch)
    assert told == [(2, 3), (3, 3)]

    def stop(*, done: int, total: int | None = None) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        export_recap(run=run, format=RecapFormat.CSV, actor=None, progress=stop)
    assert not RecapExport.objects.exists()


@pytest.mark.usefixtures("company")
def test_queries_do_not_grow_with_the_invoices(django_assert_num_queries: Any) -> None:
    for number in range(3):
        a_customer(f"C{number}", payment_mode=PaymentMode.DIRECT_DEBIT)
    run = issue()
    with django_assert_num_queries(9):
        assert len(recap_of(run).rows) == 3


def test_an_empty_recap_adds_up_to_nothing() -> None:
    assert (Recap().net, Recap().gross, Recap().rates) == (Decimal("0.00"), Decimal("0.00"), [])


# --- The command


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_command_writes_the_file_and_reports(tmp_path: Path, format: str) -> None:
    a_customer("C1")
    run, file = issue(), tmp_path / "recap"
    ended = run_command("export_invoices", "--run", str(run.pk), "--format", format, "-o", str(file), "--json")
    said = json.loads(ended.out)
    assert (ended.code, said["invoices"], said["net"], said["gross"]) == (0, 1, "31.00", "37.20")
    assert file.read_bytes()[:2] == (b"PK" if format == "xlsx" else b"\xef\xbb")
    assert RecapExport.objects.get().sha256 == said["sha256"]


@pytest.mark.usefixtures("company")
def test_the_command_refuses_an_unknown_run_and_a_place_that_is_not_there(tmp_path: Path) -> None:
    a_customer("C1")
    run = issue()
    unknown = run_command("export_invoices", "--run", "999999", "--format", "csv", "-o", str(tmp_path / "x"))
    assert (unknown.code, "999999" in unknown.err) == (1, True)
    nowhere = run_command("export_invoices", "--run", str(run.pk), "--format", "csv", "-o", str(tmp_path / "no" / "x"))
    assert nowhere.code == 1
    assert not RecapExport.objects.exists()
