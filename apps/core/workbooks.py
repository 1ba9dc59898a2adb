"""Excel workbooks (XLSX) read as the strict CSV that :mod:`apps.core.csvfiles` takes.

Row n of the sheet becomes line n of the CSV, so that every fault names a row that its author finds again. What a cell
shows is what it becomes: whole numbers without decimals, decimals exactly, days as 2026-10-31, OUI and NON. What a
spreadsheet has calculated or rounded is no value of a file: it is marked, and the reader refuses it where it stands.
"""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from apps.core.csvfiles import Fault
from apps.core.encodings import DIGITS_LOST, FORMULA

# What a workbook may come to once it is unpacked: 100,000 rows of a dozen cells fit, a decompression bomb does not.
MOST_BYTES = 200 * 1024**2
MOST_TAGS = 10_000_000
MOST_CELLS = 20_000_000
# One text may stand in any number of cells: what they come to together is counted as well.
MOST_CHARACTERS = 50 * 1024**2
# Parts that openpyxl reads whole; it goes through sheets and their texts piece by piece.
_MOST_BYTES_OF_A_PART = 10 * 1024**2
_IN_PIECES = re.compile(r"xl/(worksheets/.+|sharedStrings)\.xml", re.IGNORECASE)

# A spreadsheet keeps so many digits of a number and makes zeros of the rest.
_DIGITS_KEPT = 15
_LINE_END = re.compile(r"(?:_x000[AD]_|[\r\n])+")
_LEADING_ZEROS = re.compile("0+")
_IN_QUOTES = re.compile(r'"[^"]*"|\\.')


class _TooLarge(Exception):
    pass


class _Room:
    """What is left for all the sheets of a workbook together."""

    def __init__(self) -> None:
        self.cells, self.characters = MOST_CELLS, MOST_CHARACTERS

    def take_cells(self, count: int) -> None:
        self.cells -= count
        if self.cells < 0:
            raise _TooLarge

    def take_text(self, text: str) -> str:
        self.characters -= len(text)
        if self.characters < 0:
            raise _TooLarge
        return text


def sheet_as_csv(data: bytes) -> bytes | Fault:
    """The only sheet of the workbook ``data`` that has cells, as CSV; nothing at all if there is none."""
    room = _Room()
    try:
        _unpackable(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drawings and validations, which no import needs
            filled = {title: text for title, rows in _sheets(data) if (text := _as_csv(rows, room))}
    except _TooLarge:
        return Fault(1, "", "", "workbook_too_large")
    except Exception:  # noqa: BLE001  # openpyxl trusts what it reads: a damaged book makes it raise anything
        return Fault(1, "", "", "workbook_damaged")
    if len(filled) > 1:
        return Fault(1, "", "", "workbook_sheets", {"sheets": ", ".join(filled)})
    return next(iter(filled.values()), b"")


def _unpackable(data: bytes) -> None:
    """Raise unless every part of the archive is sound, and all of them together are of a size to be read."""
    with ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise _TooLarge
        tags = 0
        for part in parts:
            if part.file_size > _MOST_BYTES_OF_A_PART and not _IN_PIECES.fullmatch(part.filename):
                raise _TooLarge
            with archive.open(part) as file:
                while piece := file.read(1 << 20):
                    tags += piece.count(b"<")
            if tags > MOST_TAGS:
                raise _TooLarge


def _sheets(data: bytes) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
    """Title and rows of each sheet."""
    # Half a second to load, and only workbooks need it.
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write wrong ones, and cells beyond them would be lost
        yield sheet.title, sheet.iter_rows()


def _as_csv(rows: Iterable[tuple[Any, ...]], room: _Room) -> bytes:
    """Rows as lines, each at least as wide as the first that is not blank; nothing for a sheet without cells."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\n")
    width = 0
    for row in rows:
        room.take_cells(len(row) + 1)  # one in the last column of the last row makes openpyxl fill up all before it
        texts = [room.take_text(_text(cell)) for cell in row]
        while texts and not texts[-1].strip():
            texts.pop()
        width = width or len(texts)
        if texts:
            writer.writerow(texts + [""] * (width - len(texts)))
        else:
            file.write("\n")
    return file.getvalue().encode() if width else b""


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return f"{FORMULA}{value}"
    match value:
        case bool():
            return "OUI" if value else "NON"
        case int() | float():
            return _number(value, _IN_QUOTES.sub("", cell.number_format))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
    return _LINE_END.sub(" ", str(value))


def _number(value: float, shape: str) -> str:
    """A number in digits, in the least that say what the spreadsheet holds; ``shape`` is the format of its cell."""
    # Of what it has reckoned it shows no more: 0,035 plus 10 % is 0,0385 there, and 0.03850000000000001 in the file.
    number = Decimal(f"{value:.{_DIGITS_KEPT}g}") if isinstance(value, float) else Decimal(value)
    if abs(number) >= 10**_DIGITS_KEPT:
        return f"{DIGITS_LOST}{value}"
    if "%" in shape:
        return f"{_plain(number * 100)}%"
    text = _plain(number)
    if _LEADING_ZEROS.fullmatch(shape) and text.isdecimal():
        return text.zfill(len(shape))
    return text


def _plain(number: Decimal) -> str:
    if number == number.to_integral_value():
        return str(int(number))
    return format(number, "f").rstrip("0")
