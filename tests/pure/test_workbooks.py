"""Workbooks read as strict CSV: row n is line n, cells become what they show, and nothing is taken on a guess."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from apps.core import workbooks
from apps.core.csvfiles import Fault, read_table
from apps.core.encodings import DIGITS_LOST, FORMULA
from apps.core.workbooks import sheet_as_csv


def book(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    """A workbook whose only sheet has ``rows``; ``formats`` by coordinate."""
    made = Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    for coordinate, shape in (formats or {}).items():
        sheet[coordinate].number_format = shape
    return saved(made)


def saved(made: Workbook) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def lines(data: bytes) -> list[str]:
    read = sheet_as_csv(data)
    assert isinstance(read, bytes), read
    return read.decode().splitlines()


def refused(data: bytes) -> str:
    read = sheet_as_csv(data)
    assert isinstance(read, Fault), read
    return read.reason_code


# --- Cells


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        ("8933220700000000003", None, "8933220700000000003"),
        ("0639980001", None, "0639980001"),
        (33639980001, None, "33639980001"),
        (33639980001.0, None, "33639980001"),
        (208220700000000, None, "208220700000000"),
        (12.9, None, "12.9"),
        (12.9, "0.00 €", "12.9"),
        (12.90, "#,##0.00", "12.9"),
        (0.035, None, "0.035"),
        (0.035 * 1.1, None, "0.0385"),
        (1e-05, None, "0.00001"),
        (-0.5, None, "-0.5"),
        (-0.0, None, "0"),
        (0, None, "0"),
        (1000, "#,##0", "1000"),
        (123, "0000", "0123"),
        (7725663, "00000000", "07725663"),
        (-1, "0000", "-1"),
        (True, None, "OUI"),
        (False, None, "NON"),
        (date(2026, 10, 31), "dd/mm/yyyy", "2026-10-31"),
        (datetime.combine(date(2026, 10, 31), time()), None, "2026-10-31"),
        (datetime.combine(date(2026, 10, 31), time(12, 30)), None, "2026-10-31T12:30:00"),
        (time(12, 30), None, "12:30:00"),
        ("one\ntwo\r\n\r\nthree_x000D_", None, "one two three "),
        ('a;b"c', None, '"a;b""c"'),
        (None, None, ""),
        # The same as in a CSV: the reader refuses it with its unit.
        (0.2, "0%", "20%"),
        (0.055, "0.0%", "5.5%"),
        (20, '0" %"', "20"),
        # Neither is what a file should hold.
        (8933220700000000003, "0", f"{DIGITS_LOST}8.9332207e+18"),
        (999999999999999, None, "999999999999999"),
        (1000000000000000, None, f"{DIGITS_LOST}1000000000000000"),
        ("=A1+1", None, f"{FORMULA}=A1+1"),
        ("#N/A", None, "#N/A"),
    ],
)
def test_a_cell_becomes_what_it_shows(value: object, shape: str | None, text: str) -> None:
    data = book(["A", "B", "C"], ["a", value, "c"], formats={"B2": shape} if shape else None)
    assert lines(data) == ["A;B;C", f"a;{text};c"]


def test_text_that_looks_like_a_formula_is_text() -> None:
    made = Workbook()
    made.worksheets[0].append(["A"])
    made.worksheets[0]["A2"].value = "=6"
    made.worksheets[0]["A2"].data_type = "s"
    assert lines(saved(made)) == ["A", "=6"]


@settings(max_examples=40)
@given(st.decimals(-(10**9), 10**9, places=6))
def test_a_decimal_is_not_changed_by_its_way_through_a_double(number: Decimal) -> None:
    [_, text] = lines(book(["A"], [float(number)]))
    assert Decimal(text) == number


def test_the_reader_names_what_a_spreadsheet_has_calculated_or_rounded() -> None:
    data = book(["CODE", "PRICE"], [8933220700000000003, 1], ["A", "=1/0"], ["=A2", 3])
    read = sheet_as_csv(data)
    assert isinstance(read, bytes)
    table = read_table(read, columns={"CODE": (), "PRICE": ()}, required=("CODE",))
    assert [(fault.line, fault.column, fault.value, fault.reason_code) for fault in table.faults] == [
        (2, "CODE", "8.9332207e+18", "cell_digits"),
        (3, "PRICE", "=1/0", "cell_formula"),
        (4, "CODE", "=A2", "cell_formula"),
    ]
    assert [row.unreadable for row in table.rows] == [("CODE",), ("PRICE",), ("CODE",)]


# --- Rows


def test_row_n_is_line_n() -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    for coordinate, value in {"A3": "CODE", "B3": "LABEL", "A4": "A", "A7": "B", "B7": "b\nb", "B9": "c"}.items():
        sheet[coordinate] = value
    assert lines(saved(made)) == ["", "", "CODE;LABEL", "A;", "", "", "B;b b", "", ";c"]


def test_empty_cells_behind_the_last_column_are_no_cells() -> None:
    data = book(["CODE", "LABEL", None, " "], ["A", "a", None, None], ["B"], ["C", "c", None, "x"])
    assert lines(data) == ["CODE;LABEL", "A;a", "B;", "C;c;;x"]


def test_cells_outside_the_size_that_a_sheet_claims_are_not_lost() -> None:
    data = book(["CODE", "LABEL"], ["A", "a"], ["B", "b"])
    assert lines(rewritten(data, lambda xml: re.sub('<dimension ref="[^"]+"', '<dimension ref="A1:A2"', xml))) == [
        "CODE;LABEL",
        "A;a",
        "B;b",
    ]


# --- Sheets


def test_empty_sheets_are_passed_over() -> None:
    made = Workbook()
    made.worksheets[0].title = "Notes"
    made.create_sheet("Cartes").append(["CODE"])
    made.create_sheet("Feuil3")["B2"] = "  "
    assert lines(saved(made)) == ["CODE"]


def test_a_workbook_without_a_cell_is_an_empty_file() -> None:
    assert lines(book()) == []


def test_several_filled_sheets_are_refused_by_name() -> None:
    made = Workbook()
    made.worksheets[0].title = "Janvier"
    made.worksheets[0].append(["CODE"])
    made.create_sheet("Février").append(["CODE"])
    made.create_sheet("Vide")
    assert sheet_as_csv(saved(made)) == Fault(1, "", "", "workbook_sheets", {"sheets": "Janvier, Février"})


def test_a_hidden_sheet_is_a_sheet() -> None:
    made = Workbook()
    made.worksheets[0].append(["CODE"])
    hidden = made.create_sheet("Caché")
    hidden.append(["CODE"])
    hidden.sheet_state = "hidden"
    assert refused(saved(made)) == "workbook_sheets"


# --- Books that nobody should open


SHEET, STRINGS, TYPES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"


def parts_of(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def rewritten(data: bytes, change: Callable[[str], str], part: str = SHEET) -> bytes:
    """The workbook with one part changed."""
    parts = parts_of(data)
    return packed(parts | {part: change(parts[part])})


def as_excel_saves(data: bytes) -> bytes:
    """The workbook with its texts in a part of their own, where Excel keeps them."""
    parts, texts = parts_of(data), []

    def moved(found: re.Match[str]) -> str:
        texts.append(found[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    parts[SHEET] = re.sub(r't="inlineStr"><is><t>(.*?)</t></is>', moved, parts[SHEET])
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[STRINGS] = f'<sst xmlns="{main}">' + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    entry = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    parts[TYPES] = parts[TYPES].replace("</Types>", entry)
    return packed(parts)


SOUND = as_excel_saves(book(["CODE", "LABEL"], ["A", "a"], ["B", "b"]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace("<v>", "<v>x"),
        lambda xml: "",
        lambda xml: xml.replace('r="A1"', 'r="1A"'),
        lambda xml: xml.replace("<sheetData>", "<sheetData><row r='x'/>"),
    ],
)
def test_a_damaged_sheet_is_refused(damage: Callable[[str], str]) -> None:
    assert refused(rewritten(SOUND, damage)) == "workbook_damaged"


def test_a_part_that_is_missing_is_refused() -> None:
    for part in ("xl/workbook.xml", TYPES, STRINGS):
        assert refused(rewritten(SOUND, lambda xml: "", part)) == "workbook_damaged"


@settings(max_examples=60)
@given(st.integers(0, len(SOUND) - 1))
def test_a_workbook_cut_anywhere_is_refused(end: int) -> None:
    assert refused(SOUND[:end]) == "workbook_damaged"


@settings(max_examples=60)
@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_noticed_or_changes_nothing(place: int, flip: int) -> None:
    data = bytearray(SOUND)
    data[place] ^= flip
    assert sheet_as_csv(bytes(data)) in (
        b"CODE;LABEL\nA;a\nB;b\n",
        b"",  # a part that is no longer found under its name
        Fault(1, "", "", "workbook_damaged"),
        Fault(1, "", "", "workbook_too_large"),
    )


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "lolololololololol">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 20}">' for before, name in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
)


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml"])
def test_entities_that_multiply_are_refused(part: str) -> None:
    def swollen(xml: str) -> str:
        head, end, rest = xml.partition("?>")
        head, end, rest = (head, end, rest) if end else ("", "", xml)
        return head + end + ENTITIES + rest.replace("><", ">&h;<", 3)

    assert refused(rewritten(SOUND, swollen, part)) == "workbook_damaged"


def test_a_sheet_that_swells_when_it_is_unpacked_is_refused() -> None:
    bomb = rewritten(SOUND, lambda xml: xml + " " * (workbooks.MOST_BYTES + 1))
    assert len(bomb) < 1_000_000
    assert refused(bomb) == "workbook_too_large"


def test_a_workbook_of_too_many_pieces_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_TAGS", 1000)
    assert lines(SOUND) != []
    assert refused(book(*(["A", "B"] for _ in range(300)))) == "workbook_too_large"


@pytest.mark.parametrize("sheets", [1, 3])
def test_a_text_that_stands_in_many_cells_counts_each_time(sheets: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook of 21 kB, in which one long text stood in all cells, became 3 GB."""
    monkeypatch.setattr(workbooks, "MOST_CHARACTERS", 1_500_000)
    text, made = "x" * 30_000, Workbook()
    for number in range(sheets):
        sheet = made.worksheets[0] if number == 0 else made.create_sheet()
        for _row in range(60 // sheets):
            sheet.append([text])
    assert refused(saved(made)) == "workbook_too_large"


def test_a_cell_at_the_end_of_the_world_is_refused() -> None:
    far = "<row r='1048576'><c r='XFD1048576' t='b'><v>1</v></c></row></sheetData>"
    assert len(lines(rewritten(SOUND, lambda xml: xml.replace("</sheetData>", far)))) == 1_048_576
    beyond = far.replace("1048576", "99999999999")
    assert refused(rewritten(SOUND, lambda xml: xml.replace("</sheetData>", beyond))) == "workbook_too_large"
    wide = "".join(f"<row r='{row}'><c r='XFD{row}' t='b'><v>1</v></c></row>" for row in range(4, 2000))
    swollen = rewritten(SOUND, lambda xml: xml.replace("</sheetData>", f"{wide}</sheetData>"))
    assert refused(swollen) == "workbook_too_large"


def test_a_large_part_that_is_neither_sheet_nor_text_is_refused() -> None:
    large = rewritten(SOUND, lambda xml: xml + " " * (11 * 1024**2), "xl/styles.xml")
    assert refused(large) == "workbook_too_large"


def test_texts_are_found_wherever_the_spreadsheet_keeps_them() -> None:
    inline = book(["CODE", "LABEL"], ["A", "a"], ["B", "b"])
    assert STRINGS not in parts_of(inline)
    assert STRINGS in parts_of(SOUND)
    assert lines(inline) == lines(SOUND) == ["CODE;LABEL", "A;a", "B;b"]
