"""Parsers of cells: one notation for each kind of value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import cells
from apps.core.cells import CellRefused


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("12,90", "12.90"),
        ("12.90", "12.90"),
        ("0,000001", "0.000001"),
        ("-3,5", "-3.5"),
        ("007", "7"),
        ("999999999999", "999999999999"),
    ],
)
def test_a_decimal_has_a_point_or_a_comma(text: str, number: str) -> None:
    assert str(cells.parse_decimal(text, 6)) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "value_missing"),
        ("abc", "number_expected"),
        ("1,", "number_expected"),
        (",5", "number_expected"),
        ("1,2,3", "number_expected"),
        ("12 €", "number_unit"),
        ("1 234,50 €", "number_unit"),
        ("20%", "number_unit"),
        ("01-févr", "spreadsheet_day"),
        ("#N/A", "number_expected"),
        ("NaN", "number_expected"),
        ("1_000", "number_expected"),
        ("٣", "number_expected"),
        ("1,5E-05", "number_exponent"),
        ("1e3", "number_exponent"),
        ("1 234,50", "number_thousands"),
        ("1\u202f234", "number_thousands"),
        ("1.234,50", "number_thousands"),
        ("1,234.50", "number_thousands"),
        ("1,234,567", "number_thousands"),
        ("1,234", "number_scale"),
        ("0,0000001", "number_scale"),
        ("1000000000000", "number_too_big"),
        ("-0,01", "number_too_small"),
    ],
)
def test_a_doubtful_decimal_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        cells.parse_decimal(text, 2, minimum=Decimal(0))
    assert refused.value.code == code


@settings(max_examples=30)
@given(st.decimals(-(10**9), 10**9, places=6), st.sampled_from(".,"))
def test_a_decimal_is_read_exactly(number: Decimal, sign: str) -> None:
    assert cells.parse_decimal(str(number).replace(".", sign), 6) == number


def test_a_whole_number_is_read() -> None:
    assert cells.parse_int("21474836480") == 21474836480
    assert cells.parse_int("-3") == -3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "value_missing"),
        ("1,5", "number_not_whole"),
        ("1.0", "number_not_whole"),
        ("1,07E+09", "number_exponent"),
        ("1 000", "number_thousands"),
        ("x", "number_expected"),
        ("٣", "number_expected"),
        ("0", "number_too_small"),
        (str(2**63), "number_too_big"),
    ],
)
def test_a_doubtful_whole_number_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        cells.parse_int(text, minimum=1)
    assert refused.value.code == code


def test_a_date_is_read() -> None:
    assert cells.parse_date("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "value_missing"),
        ("31/10/2026", "date_format"),
        ("20261031", "date_format"),
        ("2026-W44-6", "date_format"),
        ("2026-10-31 00:00", "date_format"),
        ("2026-1-3", "date_format"),
        ("2026-02-29", "date_unknown"),
        ("0000-01-01", "date_unknown"),
    ],
)
def test_a_doubtful_date_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        cells.parse_date(text)
    assert refused.value.code == code


@pytest.mark.parametrize(("text", "answer"), [("OUI", True), ("non", False), ("Oui", True)])
def test_yes_and_no_are_french(text: str, answer: bool) -> None:
    assert cells.parse_yes_no(text) is answer


@pytest.mark.parametrize(
    ("parser", "code"), [(cells.parse_yes_no, "choice_expected"), (cells.parse_text, "value_missing")]
)
def test_other_answers_are_refused(parser: Callable[[str], object], code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        parser("YES" if code == "choice_expected" else "")
    assert refused.value.code == code


def test_a_choice_is_read_in_any_case_or_lists_what_is_allowed() -> None:
    formats = {"MINI": 2, "NANO": 4}
    assert cells.parse_choice("nano", formats) == 4
    with pytest.raises(CellRefused) as refused:
        cells.parse_choice("MAXI", formats)
    assert (refused.value.code, refused.value.params) == ("choice_expected", {"choices": "MINI, NANO"})
