"""The strict reader of CSV files, and the parsers of cells."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import cells, csvfiles
from apps.core.csvfiles import HIDDEN, Fault, Row, Table, in_file_order, read_table
from apps.core.identifiers import check_iccid, check_puk

COLUMNS = {"CODE": ("REF",), "LABEL": (), "PRICE": ("PRIX", "PRIX_HT")}


def read(text: str | bytes, *, required: tuple[str, ...] = ("CODE",), secret: tuple[str, ...] = ()) -> Table:
    data = text if isinstance(text, bytes) else text.encode()
    return read_table(data, columns=COLUMNS, required=required, secret=secret)


def values(table: Table) -> list[tuple[int, str, str, str]]:
    return [(row.line_number, row.values["CODE"], row.values["LABEL"], row.values["PRICE"]) for row in table.rows]


def faults(table: Table) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.column, fault.reason_code) for fault in table.faults]


# --- Sound files


@pytest.mark.parametrize(
    "text",
    [
        "CODE;LABEL;PRICE\nA;Été;1,5\nB;;2\n",
        'CODE,LABEL,PRICE\nA,Été,"1,5"\nB,,2\n',
        "CODE\tLABEL\tPRICE\nA\tÉté\t1,5\nB\t\t2\n",
        "CODE;LABEL;PRICE\r\nA;Été;1,5\r\nB;;2\r\n",
        "CODE;LABEL;PRICE\rA;Été;1,5\rB;;2\r",
        "CODE;LABEL;PRICE\nA;Été;1,5\nB;;2",
        "\ufeffCODE;LABEL;PRICE\nA;Été;1,5\nB;;2\n",
        " price ;Code;LABEL\n1,5;A;Été\n2;B;\n",
        "prix_ht;LABEL;ref\n1,5;Été;A\n2;;B\n",
        '"CODE";"LABEL";"PRICE"\n"A";"Été";"1,5"\n"B";"";"2"\n',
        "CODE;LABEL;PRICE\n A ; Été\u00a0;1,5 \nB;  ;2\n",
    ],
)
def test_delimiter_order_case_and_line_ends_are_the_writers_choice(text: str) -> None:
    table = read(text)
    assert table.faults == []
    assert values(table) == [(2, "A", "Été", "1,5"), (3, "B", "", "2")]


def test_the_header_says_which_columns_the_file_has() -> None:
    table = read("ref,PRIX\nA,1\n")
    assert table.header == ("CODE", "PRICE")
    assert table.delimiter == ","
    assert values(table) == [(2, "A", "", "1")]


def test_one_column_needs_no_delimiter() -> None:
    assert values(read("CODE\nA\nB\n")) == [(2, "A", "", ""), (3, "B", "", "")]


def test_blank_lines_are_skipped_and_counted() -> None:
    table = read("\n ; ; \nCODE;LABEL\n\nA;a\n;;;\n   \nB;b\n\n")
    assert table.faults == []
    assert values(table) == [(5, "A", "a", ""), (8, "B", "b", "")]


def test_a_quoted_cell_may_hold_anything_and_lines_stay_physical() -> None:
    table = read('CODE;LABEL\nA;"one; ""two""\r\n\nthree"\nB;b\n')
    assert table.faults == []
    assert values(table) == [(2, "A", 'one; "two"\n\nthree', ""), (5, "B", "b", "")]


def test_a_file_of_more_lines_than_any_is_refused_without_naming_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfiles, "MOST_LINES", 3)
    assert len(read("CODE\nA\n\n\nB\nC\n\n").rows) == 3
    for more in ("CODE\nA\nB\nC\nD\n", "CODE\n" + "A;a\n" * 4, "CODE\n" + '"A"B\n' * 4):
        assert faults(read(more)) == [(1, "", "file_too_long")]


def test_a_million_blank_lines_are_skipped_and_more_are_refused() -> None:
    assert len(read("CODE\nA\n" + ";\r\n" * 1_048_576).rows) == 1
    assert faults(read("CODE\nA\n" + "\n" * 2_000_001)) == [(1, "", "file_too_long")]


@pytest.mark.parametrize("delimiter", ";,\t")
def test_a_header_of_more_columns_than_any_is_refused_without_naming_each(delimiter: str) -> None:
    assert faults(read(delimiter.join(["CODE"] * 500_000))) == [(1, "", "columns_too_many")]


def test_a_file_without_rows_is_sound() -> None:
    assert read("CODE;LABEL\n") == Table(("CODE", "LABEL"), [], [], ";")


cell_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cn"), exclude_characters="\ufffdÂÃÅâ")
    | st.sampled_from('";,\t\n')
)
records = st.lists(st.tuples(cell_texts, cell_texts, cell_texts).map(list), max_size=5)


@settings(max_examples=30)
@given(records, st.sampled_from(";,\t"), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_what_a_csv_library_writes_is_read_back(
    rows: list[list[str]], delimiter: str, line_end: str, everything_quoted: bool
) -> None:
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if everything_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    # The cell in front keeps a line from being blank.
    writer.writerows([["CODE", "LABEL", "PRICE"], *(["x" + row[0], *row[1:]] for row in rows)])
    table = read(file.getvalue())
    assert table.faults == []
    assert [list(row.values.values()) for row in table.rows] == [
        [("x" + row[0]).strip(), row[1].strip(), row[2].strip()] for row in rows
    ]


@settings(max_examples=30)
@given(st.binary(max_size=200) | st.text('CODE;,"\n\r\t éA1').map(str.encode))
def test_any_bytes_are_read_or_refused_and_every_fault_has_its_line(data: bytes) -> None:
    table = read(b"CODE;LABEL\n" + data)
    last_line = 2 + data.count(b"\n") + data.count(b"\r")
    assert all(1 <= fault.line <= last_line for fault in table.faults)
    assert [fault.line for fault in table.faults] == sorted(fault.line for fault in table.faults)
    assert all(len(row.values) == len(COLUMNS) for row in table.rows)


# --- Headers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CODE;COLOUR\nA;red\n", [(1, "COLOUR", "column_unknown")]),
        ("CODE;Ki;OPc\nA;1;2\n", [(1, "Ki", "column_unknown"), (1, "OPc", "column_unknown")]),
        ("LABEL\na\n", [(1, "CODE", "column_missing")]),
        ("CODE;LABEL;code\nA;a;B\n", [(1, "CODE", "column_twice")]),
        ("CODE;LABEL;ref\nA;a;B\n", [(1, "CODE", "column_twice")]),
        ("CODE;;LABEL\nA;;a\n", [(1, "", "column_unnamed")]),
        ("COLOUR;SIZE\nred;1\n", [(1, "", "columns_of_another_file")]),
        ("\n\nLABEL;COLOUR\na;b\n", [(3, "COLOUR", "column_unknown"), (3, "CODE", "column_missing")]),
        ('CODE;"LABEL\nA;a\n', [(1, "", "quote_open")]),
    ],
)
def test_a_faulty_header_is_refused_whole(text: str, expected: list[tuple[int, str, str]]) -> None:
    table = read(text)
    assert faults(table) == expected
    assert table.rows == []


def test_faults_of_lines_are_told_along_with_those_of_the_header() -> None:
    table = read("CODE;COLOUR\nA\nB;b\nC;c;c\n")
    assert faults(table) == [(1, "COLOUR", "column_unknown"), (2, "", "field_count"), (4, "", "field_count")]


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", " ; ; \n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert faults(read(text)) == [(1, "", "file_empty")]


# --- Lines


def test_every_line_with_the_wrong_number_of_fields_is_named() -> None:
    table = read("CODE;LABEL;PRICE\nA;a\nB;b;1\nC;c;1;2\n")
    assert table.faults == [
        Fault(2, "", "A", "field_count", {"found": 2, "expected": 3}),
        Fault(4, "", "C", "field_count", {"found": 4, "expected": 3}),
    ]
    assert values(table) == [(3, "B", "b", "1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('CODE;LABEL\nA;"a\nB;b\n', [(2, "quote_open", 3)]),
        ('CODE;LABEL\nA;a\nB;"b', [(3, "quote_open", 3)]),
        ('CODE;LABEL\n"A;a\nB;"b\n', [(2, "quote_open", 1), (3, "quote_open", 3)]),
        ('CODE;LABEL\nA;5" screen\nB;b\n', [(2, "quote_stray", 4)]),
        ('CODE;LABEL\nA;"a"b\nB;b\n', [(2, "quote_stray", 5)]),
        ('CODE;LABEL\nA; "a"\nB;b\n', [(2, "quote_stray", 4)]),
        # The quote that was never closed is named, not the sound one that seems to close it further down.
        ('CODE;LABEL\nA;"a\nB;b\nC;"c"\n', [(2, "quote_open", 3)]),
    ],
)
def test_broken_quotation_is_named_where_it_begins(text: str, expected: list[tuple[int, str, int]]) -> None:
    table = read(text)
    assert [(fault.line, fault.reason_code, fault.params["position"]) for fault in table.faults] == expected
    broken = {line for line, _, _ in expected}
    assert all(row.line_number not in broken for row in table.rows)


def test_lines_after_a_broken_quotation_are_still_read() -> None:
    table = read('CODE;LABEL\nA;"a\nB;b;b\nC;c\n')
    assert faults(table) == [(2, "", "quote_open"), (3, "", "field_count")]
    assert values(table) == [(4, "C", "c", "")]


# --- Encodings


def test_every_cell_that_is_not_utf8_is_named_with_what_the_file_looks_like() -> None:
    table = read("CODE;LABEL;PRICE\nA;Réunion é;1\nB;b;2\nÇ;Été;3\n".encode("cp1252"))
    assert table.faults == [
        Fault(2, "LABEL", "Réunion é", "text_encoding", {"position": 2, "encoding": "CP1252"}),
        Fault(4, "CODE", "Ç", "text_encoding", {"position": 1, "encoding": "CP1252"}),
        Fault(4, "LABEL", "Été", "text_encoding", {"position": 1, "encoding": "CP1252"}),
    ]
    # Their other cells can be checked all the same, so that all faults are told at once.
    assert [row.values["PRICE"] for row in table.rows] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("codec", "name"),
    [("cp1252", "CP1252"), ("iso-8859-1", "CP1252"), ("cp850", "CP850"), ("mac_roman", "Mac Roman")],
)
def test_the_encodings_of_french_spreadsheets_are_told_apart(codec: str, name: str) -> None:
    table = read("CODE;LABEL\nA;Électricité générale à façon, hôtel\n".encode(codec))
    assert [fault.params["encoding"] for fault in table.faults] == [name]
    assert table.faults[0].value == "Électricité générale à façon, hôtel"


def test_one_foreign_line_in_a_sound_file_is_named_alone() -> None:
    table = read("CODE;LABEL\nA;Été\n".encode() + "B;Été\n".encode("cp1252"))
    assert faults(table) == [(3, "LABEL", "text_encoding")]
    assert table.rows[0].values["LABEL"] == "Été"


def test_a_foreign_character_is_named_in_the_header_and_in_broken_lines_too() -> None:
    table = read('CODE;LABEL;ÉTÉ\nA;a;"é\nB;é\n'.encode("cp1252"))
    assert faults(table) == [
        (1, "ÉTÉ", "text_encoding"),
        (1, "ÉTÉ", "column_unknown"),
        (2, "", "quote_open"),
        (2, "", "text_encoding"),
        (3, "", "field_count"),
        (3, "", "text_encoding"),
    ]


def test_lost_and_invisible_characters_are_named() -> None:
    table = read("CODE;LABEL\nA;\0\nB;\ufffdt\ufffd\nC;c\x1a\nD;\x7f\n")
    assert faults(table) == [
        (2, "LABEL", "text_control"),
        (3, "LABEL", "text_replaced"),
        (4, "LABEL", "text_control"),
        (5, "LABEL", "text_control"),
    ]


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "CODE;LABEL\n")
    return file.getvalue()


@pytest.mark.parametrize("text", ["Réunion", "l’été", "12 €", "NOËL", "Œuvre", "« ÇA »"])
def test_text_that_was_encoded_twice_is_named_with_what_was_meant(text: str) -> None:
    twice = f"CODE;LABEL\nA;{text}\nB;b\n".encode().decode("cp1252").encode()
    [fault] = read(twice).faults
    assert (fault.line, fault.column, fault.reason_code) == (2, "LABEL", "text_twice")
    assert str(fault.params["meant"]) in text
    assert read(f"CODE;LABEL\nA;{text}\n").faults == []


def test_a_cell_that_cannot_be_read_is_known_to_be_so() -> None:
    table = read("CODE;LABEL;PRICE\nA;é;1\nB;b;2\n".encode("cp1252"))
    assert [row.unreadable for row in table.rows] == [("LABEL",), ()]


def test_the_line_of_the_header_is_known() -> None:
    assert read("\n;\nCODE;LABEL\nA;a\n").header_line == 3


SOUND = "CODE;LABEL\nA;a\nB;b\n"


@pytest.mark.parametrize(
    ("data", "code", "name"),
    [
        (SOUND.encode("utf-16"), "file_encoding", "UTF-16"),
        (SOUND.encode("utf-16-le"), "file_encoding", "UTF-16"),
        (SOUND.encode("utf-16-be"), "file_encoding", "UTF-16"),
        (SOUND.encode("utf-32"), "file_encoding", "UTF-32"),
        (gzip.compress(SOUND.encode()), "file_archive", "GZIP"),
        (zipped("sims.csv"), "file_archive", "ZIP"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "file_spreadsheet", "XLSX"),
        (b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "file_spreadsheet", "ODS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "file_spreadsheet", "XLS"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_its_name(data: bytes, code: str, name: str) -> None:
    table = read(data)
    assert table.faults == [Fault(1, "", "", code, {"format": name})]
    assert table.rows == []


# --- Cells of a row


def test_a_row_gathers_the_refusals_of_its_cells() -> None:
    row = Row(7, {"CODE": "8,93322E+18", "LABEL": "", "PRICE": "1,5"})
    found: list[Fault] = []
    assert row.parse("PRICE", lambda text: cells.parse_decimal(text, 2), found) == Decimal("1.5")
    assert row.parse("CODE", check_iccid, found) is None
    assert row.parse("LABEL", cells.parse_text, found) is None
    assert row.parse_optional("LABEL", cells.parse_date, found) is None
    assert row.parse_optional("CODE", cells.parse_date, found) is None
    found.append(row.fault("CODE", "unheard_of", first=3))
    assert found == [
        Fault(7, "CODE", "8,93322E+18", "spreadsheet_number", {"value": "8,93322E+18"}),
        Fault(7, "LABEL", "", "value_missing"),
        Fault(7, "CODE", "8,93322E+18", "date_format"),
        Fault(7, "CODE", "8,93322E+18", "unheard_of", {"first": 3}),
    ]


def test_a_secret_never_shows_in_a_fault() -> None:
    table = read(
        "CODE;LABEL\n1234567;a\n12345678\n12345678;é\n".encode() + '12345678é;b\nx;"12345678é\n'.encode("cp1252"),
        secret=("CODE",),
    )
    for row in table.rows:
        row.parse("CODE", check_puk, table.faults)
    assert {fault.reason_code for fault in table.faults} >= {"zeros_lost", "field_count", "text_encoding"}
    assert HIDDEN in {fault.value for fault in table.faults}
    assert "1234567" not in repr(table.faults)


def test_faults_are_listed_from_the_top() -> None:
    late, early, same = Fault(9, "A", "", "x"), Fault(2, "B", "", "x"), Fault(9, "0", "", "y")
    assert in_file_order([late, early, same]) == [early, late, same]
