"""Tables for people who open them in a spreadsheet: CSV as French Excel reads it, and XLSX.

Whatever a customer is called, no cell becomes a formula: text that begins as one gets an apostrophe in front (which an
import takes off again), and control characters, which hide such a beginning and which XLSX does not allow, become
spaces. Telephone numbers and signed numbers begin with a sign and calculate nothing: they stay as they are. Amounts
are Decimals and days are dates until they are written: numbers and dates of the spreadsheet, never text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import batched

Cell = str | int | Decimal | date | None

#: With a byte order mark: Excel takes a CSV without one for CP1252.
CSV_ENCODING = "utf-8-sig"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The second four are the full-width forms, which some spreadsheets read as the first.
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
# -12,50 or +33 6 39 98 00 01. With more than one sign it would be a sum.
_NUMBER = re.compile("'*[+-][0-9][0-9 \xa0\u202f]*(?:[.,][0-9]+)?")
# Control characters, and what is no character at all: XML knows neither.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_WIDEST = 40
_ROWS_PER_PIECE = 500


def harmless(text: str) -> str:
    """``text`` as a cell that is read and never calculated: ``=1+1`` becomes ``'=1+1``."""
    shown = _UNWRITABLE.sub(" ", text).strip()
    return f"'{shown}" if _would_calculate(shown) else shown


def as_meant(cell: str) -> str:
    """The text of which :func:`harmless` has made ``cell``: only the apostrophe that it puts in front is taken off."""
    return cell[1:] if cell.startswith("'") and _would_calculate(cell[1:]) else cell


def _would_calculate(text: str) -> bool:
    # Text that has such apostrophes of its own gets one more, or an import would take them for ours.
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Semicolons, decimal commas, days as 31/10/2026."""
    return b"".join(csv_pieces(header, rows))


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same, some rows at a time: what is sent while it is made is never held whole."""
    yield _lines([[harmless(name) for name in header]]).encode(CSV_ENCODING)
    for some in batched(rows, _ROWS_PER_PIECE):
        yield _lines([_written(cell) for cell in row] for row in some).encode()


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return format(cell, "f").replace(".", ",")
        case date():
            return f"{cell:%d/%m/%Y}"
        case int():
            return str(cell)
    return harmless(cell)


def as_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet, its header bold and always in sight."""
    # Half a second to load, and only exports need it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.worksheet import Worksheet

    def cell(value: Cell) -> WriteOnlyCell:
        written = WriteOnlyCell(sheet, value=harmless(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            written.data_type = "s"  # and not the library's guess
        elif isinstance(value, Decimal):
            # Unit prices have up to six decimals, amounts always two.
            written.number_format = "#,##0.00" if round(value, 2) == value else "#,##0.00####"
        elif isinstance(value, date):
            written.number_format = "dd/mm/yyyy"
        return written

    def heading(name: str) -> WriteOnlyCell:
        written = cell(name)
        written.font = Font(bold=True)
        return written

    table = [list(row) for row in rows]
    book = Workbook(write_only=True)
    sheet: Worksheet = book.create_sheet(re.sub(r"[\\*?:/\[\]]", "-", title)[:31])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(zip(header, *table, strict=True), start=1):
        widest = max(len(_written(one)) for one in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(widest, _WIDEST) + 2
    sheet.append([heading(name) for name in header])
    for row in table:
        sheet.append([cell(value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()
