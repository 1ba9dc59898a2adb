"""What every import of a file has in common, on a small file of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import User
from apps.core.cells import parse_date, parse_yes_no
from apps.core.csvfiles import HIDDEN
from apps.core.imports import (
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Record,
    email,
    number,
    one_of,
    shown,
    text,
    whole_number,
)
from apps.core.refusals import Refusal

TODAY = date(2026, 11, 24)
THERE = {"A": {"code": "A", "label": "Un", "secret": "1234", "since": None, "login": "a"}}


class Importing(Importer[User]):
    """People known by a code; the database is a dictionary, and nothing is written."""

    columns = (
        Column(header="CODE", field="code", read=text(3)),
        Column(header="LIBELLE", field="label", read=text(10), empty=""),
        Column(header="SECRET", field="secret", read=text(8), empty="", required=False, secret=True),
        Column(header="DEPUIS", field="since", read=parse_date, empty=None, required=False),
        Column(header="LOGIN", field="login", read=text(9), empty=None, required=False),
        Column(header="CLE", field="key", read=str, forbidden=True, secret=True),
    )
    key = ("code",)
    unique = (("login",),)
    whole = True

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[User]]:
        return {(code,): Known(User(username=code), values) for code, values in THERE.items()}


def plan(*lines: str) -> Plan[User]:
    return Importing(today=TODAY).plan("\n".join(lines).encode())


def faults(*lines: str) -> list[tuple[int, str, str, str]]:
    return [(one.line, one.column, one.value, one.reason_code) for one in plan(*lines).faults]


def test_lines_are_new_changed_unchanged_or_gone() -> None:
    both = plan("CODE;LIBELLE", "A;Deux", "B;")
    assert both.counts() == {"new": 1, "changed": 1, "unchanged": 0, "removed": 0}
    assert [record.values for record in both.new] == [
        {"code": "B", "label": "", "secret": "", "since": None, "login": None}
    ]
    assert [list(change.described()) for change in both.changed] == [[("LIBELLE", "Un", "Deux")]]
    assert plan("CODE;LIBELLE", "A;Un").unchanged == 1
    assert [row.username for row in plan("CODE;LIBELLE", "B;").removed] == ["A"]


def test_a_column_that_the_file_does_not_have_changes_nothing() -> None:
    assert plan("CODE;LIBELLE", "A;Un").counts()["changed"] == 0
    [change] = plan("CODE;LIBELLE;LOGIN", "A;Un;").changed
    assert change.differences == {"login": ("a", None)}


def test_secrets_are_never_shown() -> None:
    [change] = plan("CODE;LIBELLE;SECRET", "A;Un;9999").changed
    assert list(change.described()) == [("SECRET", HIDDEN, HIDDEN)]
    assert faults("CODE;LIBELLE;SECRET", "A;Un;123456789") == [(2, "SECRET", HIDDEN, "text_length")]


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    refused = ("CODE;LIBELLE;DEPUIS;LOGIN", "ABCD;x;;", "B;12345678901;31/10/2026;b", ";;;", "C;x;;b", "B;x;;", ";;;c")
    assert faults(*refused) == [
        (2, "CODE", "ABCD", "text_length"),
        (3, "LIBELLE", "12345678901", "text_length"),
        (3, "DEPUIS", "31/10/2026", "date_format"),
        (5, "LOGIN", "b", "given_twice"),
        (6, "CODE", "B", "given_twice"),
        (7, "CODE", "", "value_missing"),
    ]
    assert set(plan(*refused).counts().values()) == {0}


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (("CODE",), (1, "LIBELLE", "", "column_missing")),
        (("CODE;LIBELLE",), (1, "", "", "file_without_lines")),
        (("CODE;LIBELLE;CLE", "A;Un;0011"), (1, "CLE", "", "column_forbidden")),
        (("",), (1, "", "", "file_empty")),
    ],
)
def test_files_that_cannot_be_taken_at_all(file: tuple[str, ...], fault: tuple[int, str, str, str]) -> None:
    assert faults(*file) == [fault]


def test_a_plan_names_the_file_that_it_was_made_for() -> None:
    one, same, other = plan("CODE;LIBELLE", "A;Un"), plan("CODE;LIBELLE", "A;Un"), plan("CODE;LIBELLE", "A;Deux")
    assert one.digest == same.digest != other.digest


def test_a_cell_that_cannot_be_read_has_one_fault() -> None:
    latin = "CODE;LIBELLE;DEPUIS\nA;Un;2026-10-é\né;Deux;\n".encode("cp1252")
    refused = Importing(today=TODAY).plan(latin)
    assert [(one.line, one.column, one.reason_code) for one in refused.faults] == [
        (2, "DEPUIS", "text_encoding"),
        (3, "CODE", "text_encoding"),
    ]


def test_faults_of_the_header_are_on_its_line() -> None:
    assert faults("", ";", "CODE;LIBELLE;CLE", "A;Un;0011") == [(3, "CLE", "", "column_forbidden")]
    assert faults("", "CODE;LIBELLE") == [(2, "", "", "file_without_lines")]


def test_what_our_export_has_put_before_a_formula_is_taken_off_again() -> None:
    [change] = plan("CODE;LIBELLE", "A;'=1+1").changed
    assert change.record["label"] == "=1+1"
    kept = ["'abc", "''abc", "+33 6 39", "'-1", "-12,50"]
    lines = [f"B{number};{cell}" for number, cell in enumerate(kept)]
    assert [record["label"] for record in plan("CODE;LIBELLE", *lines).new] == kept


@pytest.mark.parametrize(
    ("code", "position", "plain"), [("A\xa0B", 2, " "), ("A’B", 2, "'"), ("–1", 1, "-"), ("AB\u200b", 3, "")]
)
def test_a_key_that_is_not_what_it_seems_is_pointed_out(code: str, position: int, plain: str) -> None:
    seeming = plan("CODE;LIBELLE", f"{code};l’été\xa0!", "É;x")
    assert seeming.faults == []
    [warning] = seeming.warnings
    assert (warning.line, warning.column, warning.reason_code) == (2, "CODE", "key_lookalike")
    assert warning.params == {"position": position, "plain": plain}


# --- Cells


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (number(scale=2), "1,5", Decimal("1.5")),
        (number(scale=2, maximum=100), "100", Decimal(100)),
        (whole_number(minimum=1), "1", 1),
        (one_of({"OUI": 1}), "oui", 1),
        (email, "Anne@Example.org", "anne@example.org"),
        (text(2), "ab", "ab"),
        (text(9), "1E05", "1E05"),
        (text(9), "1-2", "1-2"),
        (text(9), "#1", "#1"),
    ],
)
def test_a_cell_is_read(read: Any, cell: str, value: object) -> None:
    assert read(cell) == value


@pytest.mark.parametrize(
    ("read", "cell", "code"),
    [
        (number(scale=2), "-1", "number_too_small"),
        (number(scale=2, maximum=100), "100,01", "number_too_large"),
        (whole_number(), str(2**31), "number_too_large"),
        (email, "anne", "email_format"),
        (email, f"{'a' * 300}@example.org", "text_length"),
        (text(2), "abc", "text_length"),
        (text(20), "1,23E+05", "spreadsheet_number"),
        (text(20), "01-févr.", "spreadsheet_day"),
        (text(20), "Mar-04", "spreadsheet_day"),
        (parse_yes_no, "", "value_missing"),
    ],
)
def test_a_cell_is_refused(read: Any, cell: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(cell)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "OUI"),
        (False, "NON"),
        (("A", "B"), "A+B"),
        (Decimal("1.50"), "1,50"),
        (Decimal("0.035000"), "0,035"),
        (date(2026, 10, 31), "2026-10-31"),
    ],
)
def test_a_value_is_shown_as_a_file_has_it(value: object, text: str) -> None:
    assert shown(value) == text
