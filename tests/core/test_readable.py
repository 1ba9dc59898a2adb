"""Which files are read at all: workbooks that call themselves so, and text."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook

from apps.core.csvfiles import Fault
from apps.core.imports import readable
from apps.core.wording import located_sentence

CSV = b"CODE;LABEL\nA;a\n"


def workbook(*rows: Sequence[Any]) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


XLSX = workbook(["CODE", "LABEL"], ["A", "a"])
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
LOCKED = OLD + "EncryptedPackage".encode("utf-16-le")


def archive(*names: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, CSV)
    return file.getvalue()


@pytest.mark.parametrize("name", ["", "cartes.csv", "cartes.txt", "CARTES", "xlsx"])
def test_text_is_read_under_any_name_but_a_workbooks(name: str) -> None:
    assert readable(CSV, name=name) == CSV


@pytest.mark.parametrize("name", ["cartes.xlsx", "CARTES.XLSX", "cartes.csv.xlsx"])
def test_a_workbook_is_read_under_its_name(name: str) -> None:
    assert readable(XLSX, name=name) == CSV


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (XLSX, "cartes.csv", "file_renamed"),
        (XLSX, "cartes.xls", "file_renamed"),
        (XLSX, "cartes", "file_renamed"),
        (XLSX, "", "file_renamed"),
        (CSV, "cartes.xlsx", "workbook_expected"),
        (b"", "cartes.xlsx", "workbook_expected"),
        (CSV.decode().encode("utf-16"), "cartes.xlsx", "workbook_expected"),
        (LOCKED, "cartes.xlsx", "workbook_protected"),
        (XLSX[:-30], "cartes.xlsx", "workbook_damaged"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(data: bytes, name: str, code: str) -> None:
    assert readable(data, name=name) == Fault(1, "", "", code)


@pytest.mark.parametrize("data", [OLD, archive("a.csv"), gzip.compress(CSV)])
def test_other_formats_are_left_to_the_reader_that_names_them(data: bytes) -> None:
    assert readable(data, name="cartes.csv") == readable(data, name="cartes.xlsx") == data


def test_the_refusal_says_what_to_do() -> None:
    fault = readable(XLSX, name="cartes.csv")
    assert isinstance(fault, Fault)
    with translation.override("fr"):
        assert located_sentence(fault) == (
            "Ligne 1\xa0: Ceci est un classeur XLSX sous un autre nom\xa0: donnez-lui un nom qui se termine par .xlsx."
        )
