"""Files as they come out of mailboxes, spreadsheets and editors: sound ones with something done to them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO

import time_machine
from hypothesis import strategies as st
from openpyxl import Workbook

Table = list[list[str]]

# What spreadsheets and people leave in cells.
RUINED = (
    "8.93E+18",
    "8,93322E+18",
    "1,23E+05",
    "1E3",
    "639980001",
    "0639980001",
    "+33 6 39 98 00 01",
    "33639980001.0",
    "01-févr",
    "1-Feb",
    "31/10/2026",
    "2026-02-30",
    "2026-10-31T00:00:00",
    "#N/A",
    "#REF!",
    "########",
    "=A1+1",
    "'=A1+1",
    "1 234,50",
    "1\xa0234,50",
    "12,90 €",
    "-0",
    "1" * 30,
    "0,000001",
    "١٢٣",
    "\xa0",
    "\u200b",
    "L’ÉTÉ",
    "NULL",
    "ILLIMITE",
    "+",
    "%",
    "%d %s",
    '"',
    'a"b',
    "a;b",
    "a\nb",
    "\x00",
    "\x1f",
    "\ufffd",
    "\ufdd0=1",
    "é",
    "x" * 50_000,
)
ALPHABET = st.text(st.characters(codec="utf-8"), max_size=12)


def _row(draw: st.DrawFn, table: Table) -> list[str]:
    return table[draw(st.integers(0, len(table) - 1))]


def _columns(table: Table) -> int:
    return min(map(len, table))


def drop_column(draw: st.DrawFn, table: Table) -> None:
    if _columns(table) > 1:
        place = draw(st.integers(0, _columns(table) - 1))
        for row in table:
            del row[place]


def double_column(draw: st.DrawFn, table: Table) -> None:
    place = draw(st.integers(0, _columns(table) - 1))
    for row in table:
        row.append(row[place])


def swap_columns(draw: st.DrawFn, table: Table) -> None:
    """Titles and cells together: the order of columns is free."""
    one, other = (draw(st.integers(0, _columns(table) - 1)) for _ in range(2))
    for row in table:
        row[one], row[other] = row[other], row[one]


def shuffle_header(draw: st.DrawFn, table: Table) -> None:
    """Titles without their cells."""
    one, other = (draw(st.integers(0, _columns(table) - 1)) for _ in range(2))
    table[0][one], table[0][other] = table[0][other], table[0][one]


def change_case(draw: st.DrawFn, table: Table) -> None:
    row = _row(draw, table)
    row[:] = [draw(st.sampled_from([str.lower, str.title]))(cell) for cell in row]


def rename_column(draw: st.DrawFn, table: Table) -> None:
    table[0][draw(st.integers(0, len(table[0]) - 1))] = draw(ALPHABET)


def repeat_line(draw: st.DrawFn, table: Table) -> None:
    table.insert(draw(st.integers(1, len(table))), list(_row(draw, table)))


def drop_line(draw: st.DrawFn, table: Table) -> None:
    if len(table) > 1:
        del table[draw(st.integers(0, len(table) - 1))]


def blank_line(draw: st.DrawFn, table: Table) -> None:
    table.insert(draw(st.integers(0, len(table))), [""] * _columns(table))


def shorten_line(draw: st.DrawFn, table: Table) -> None:
    row = _row(draw, table)
    if len(row) > 1:
        row.pop()


def lengthen_line(draw: st.DrawFn, table: Table) -> None:
    _row(draw, table).append(draw(st.sampled_from(["", "x"])))


def ruin_cell(draw: st.DrawFn, table: Table) -> None:
    row = _row(draw, table)
    row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(RUINED))


def empty_cell(draw: st.DrawFn, table: Table) -> None:
    row = _row(draw, table)
    row[draw(st.integers(0, len(row) - 1))] = ""


def invent_cell(draw: st.DrawFn, table: Table) -> None:
    row = _row(draw, table)
    row[draw(st.integers(0, len(row) - 1))] = draw(ALPHABET)


def copy_cell(draw: st.DrawFn, table: Table) -> None:
    """The same value on two lines."""
    place = draw(st.integers(0, _columns(table) - 1))
    _row(draw, table)[place] = _row(draw, table)[place]


def swap_decimal_signs(draw: st.DrawFn, table: Table) -> None:
    row = _row(draw, table)
    row[:] = [cell.replace(",", ".") if "," in cell else cell.replace(".", ",") for cell in row]


ON_TABLES: tuple[Callable[[st.DrawFn, Table], None], ...] = (
    drop_column,
    double_column,
    swap_columns,
    shuffle_header,
    change_case,
    rename_column,
    repeat_line,
    drop_line,
    blank_line,
    shorten_line,
    lengthen_line,
    ruin_cell,
    ruin_cell,
    ruin_cell,
    empty_cell,
    invent_cell,
    copy_cell,
    swap_decimal_signs,
)


def flip_byte(draw: st.DrawFn, data: bytes) -> bytes:
    if not data:
        return data
    place = draw(st.integers(0, len(data) - 1))
    return data[:place] + bytes([data[place] ^ draw(st.integers(1, 255))]) + data[place + 1 :]


def cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data)))]


def cut_beginning(draw: st.DrawFn, data: bytes) -> bytes:
    return data[draw(st.integers(0, min(40, len(data)))) :]


def insert(draw: st.DrawFn, data: bytes) -> bytes:
    """A NUL, a byte order mark in the middle, a quotation mark, a bare CR, a byte of another encoding."""
    place = draw(st.integers(0, len(data)))
    what = draw(st.sampled_from([b"\0", b"\xef\xbb\xbf", b'"', b"\r", b"\n", b"\xe9", b"\x1a", b";", b"\xc3", b"'"]))
    return data[:place] + what + data[place:]


ON_BYTES: tuple[Callable[[st.DrawFn, bytes], bytes], ...] = (flip_byte, cut, cut_beginning, insert, insert)

ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.encode("utf-8-sig"),
    lambda text: text.encode("cp1252", "replace"),
    lambda text: text.encode("cp850", "replace"),
    lambda text: text.encode("utf-16"),
    lambda text: text.encode("utf-16-le"),
    lambda text: text.encode("utf-16-be"),
    lambda text: text.encode().decode("latin-1").encode(),
    lambda text: text.encode("utf-8-sig").decode("cp1252", "replace").encode(),
)


@st.composite
def tables(draw: st.DrawFn, sound: Table, most: int = 2) -> Table:
    table = [list(row) for row in sound]
    for mutation in draw(st.lists(st.sampled_from(ON_TABLES), max_size=most)):
        mutation(draw, table)
    return table


@st.composite
def csv_files(draw: st.DrawFn, sound: Table) -> bytes:
    table = draw(tables(sound))
    file = StringIO(newline="")
    quoting = csv.QUOTE_ALL if draw(st.booleans()) and draw(st.booleans()) else csv.QUOTE_MINIMAL
    delimiter = draw(st.sampled_from(";;;;,\t|"))
    csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerows(table)
    ends = draw(st.sampled_from(["\n", "\r\n", "\r", "mixed"]))
    text = file.getvalue()
    if ends == "mixed":
        parts = text.split("\n")
        text = "".join(part + ["\n", "\r\n", "\r"][place % 3] for place, part in enumerate(parts))
    else:
        text = text.replace("\n", ends)
    encode = draw(st.sampled_from(ENCODINGS)) if draw(st.integers(0, 4)) == 4 else str.encode
    data = encode(text)
    for mutation in draw(st.lists(st.sampled_from(ON_BYTES), max_size=1)):
        data = mutation(draw, data)
    return data


@st.composite
def workbooks(draw: st.DrawFn, sound: Table) -> bytes:
    data = _workbook(
        draw(tables(sound)),
        numbers=draw(st.booleans()),
        note=draw(st.sampled_from([None, "", "Note", 1])) if draw(st.integers(0, 9)) == 9 else None,
    )
    if draw(st.integers(0, 2)) == 2:
        for mutation in draw(st.lists(st.sampled_from(ON_BYTES), max_size=2)):
            data = mutation(draw, data)
    return data


@time_machine.travel(date(2026, 11, 24), tick=False)
def _workbook(table: Table, *, numbers: bool, note: str | int | None) -> bytes:
    """The same bytes every time: a workbook holds the moment at which it was made."""
    book, file = Workbook(), BytesIO()
    for row in table:
        book.worksheets[0].append([_in_a_workbook(cell, numbers) for cell in row])
    book.create_sheet("Notes")["A1"] = note
    book.save(file)
    return file.getvalue()


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _in_a_workbook(cell: str, numbers: bool) -> str | float | None:
    """The cell as text or, as a spreadsheet does with what is typed, as a number."""
    text = _NO_XML.sub("", cell)[:30_000]
    if numbers and re.fullmatch(r"[0-9]{1,14}([.,][0-9]{1,6})?", text):
        return float(text.replace(",", ".")) if "," in text or "." in text else int(text)
    return text or None


def last_line(data: bytes) -> int:
    """How many lines a file has, however they end."""
    return len(re.split(rb"\r\n|\n|\r", data))
