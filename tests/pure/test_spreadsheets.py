"""Cells that a spreadsheet shows and never calculates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.core.spreadsheets import as_csv, as_meant, as_xlsx, harmless

FORMULA = '=HYPERLINK("http://x";"y")'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("DUPONT", "DUPONT"),
        ("A=B", "A=B"),
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("l'=", "l'="),
        # Telephone numbers and signed numbers calculate nothing.
        ("+33639980001", "+33639980001"),
        ("+33 6 39 98 00 01", "+33 6 39 98 00 01"),
        ("-12,50", "-12,50"),
        ("-1 234.5", "-1 234.5"),
        ("'-12", "'-12"),
        ("+33-6-39", "'+33-6-39"),
        ("-1+2", "'-1+2"),
        ("+A1", "'+A1"),
        ("+", "'+"),
        ("-12,50;=A1", "'-12,50;=A1"),
        ("-DUPONT", "'-DUPONT"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("\r\n=1+1", "'=1+1"),
        ("\x00=1+1", "'=1+1"),
        ("  =1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("RUE\x00DU\tLAC", "RUE DU LAC"),
        ("", ""),
    ],
)
def test_text_never_begins_as_a_formula(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text("'=+-@1, A\uff1d").map(str.strip))
def test_an_import_takes_off_what_an_export_has_put_in_front(text: str) -> None:
    assert as_meant(harmless(text)) == text


@given(st.text() | st.text("'=+-@1, A"))
def test_whatever_the_text_both_files_can_be_written_and_hold_no_formula(text: str) -> None:
    shown = harmless(text)
    if not re.fullmatch("[+-][0-9][0-9 \xa0\u202f]*([.,][0-9]+)?", shown):
        assert shown[:1] not in {*"=+-@\t\r\0"} | {*"\uff1d\uff0b\uff0d\uff20"}
    as_csv(["A"], [[text]])
    sheet = load_workbook(BytesIO(as_xlsx("X", ["A"], [[text]]))).worksheets[0]
    assert sheet["A2"].data_type != "f"


def test_a_csv_is_what_french_excel_opens() -> None:
    data = as_csv(["NOM", "HT", "LE"], [["CAFÉ; BAR", Decimal("-1234.50"), date(2026, 10, 31)], [FORMULA, None, None]])
    assert data == (
        b"\xef\xbb\xbf"
        + 'NOM;HT;LE\r\n"CAFÉ; BAR";-1234,50;31/10/2026\r\n"\'=HYPERLINK(""http://x"";""y"")";;\r\n'.encode()
    )


def test_an_xlsx_holds_numbers_and_dates() -> None:
    data = as_xlsx(
        "Un [titre]: trop long pour une feuille", ["NOM", "HT", "LE"], [[FORMULA, Decimal("-0.10"), date(2026, 10, 31)]]
    )
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["NOM", "HT", "LE"]
    name, net, day = sheet[2]
    assert (name.value, name.data_type) == (f"'{FORMULA}", "s")
    assert (net.value, net.data_type, net.number_format) == (-0.1, "n", "#,##0.00")
    assert (day.value.date(), day.is_date, day.number_format) == (date(2026, 10, 31), True, "dd/mm/yyyy")
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


def test_a_title_that_a_sheet_cannot_have_is_adapted() -> None:
    sheet = load_workbook(BytesIO(as_xlsx("Factures [10/2026]: tout ce qui est émis", ["A"], []))).worksheets[0]
    assert sheet.title == "Factures -10-2026-- tout ce qui"
