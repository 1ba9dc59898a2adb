"""Every refusal of the pure modules can be told to a person."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext_noop

from apps.core import cells, identifiers, wording
from apps.core.charset import Charset
from apps.core.csvfiles import Fault, Table, read_table
from apps.core.refusals import Refusal
from apps.documents.numbering import NumberPattern, Reset
from apps.documents.terms import PaymentTerms
from apps.lines import rio
from apps.orders.porting import calendar

APPS = Path(__file__).parents[2] / "apps"
PURE = (
    "core/identifiers",
    "core/charset",
    "core/cells",
    "core/csvfiles",
    "documents/numbering",
    "documents/terms",
    "lines/rio",
    "orders/porting/calendar",
)


def refusal(refuse: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        refuse()
    return refused.value


def read(data: bytes) -> Table:
    return read_table(data, columns={"CODE": (), "LABEL": ()}, required=("CODE",))


def port_on(day: date) -> None:
    calendar.refuse_day(day, today=date(2026, 9, 1), earliest=6, latest=58)


REFUSED: list[Callable[[], object]] = [
    lambda: identifiers.check_pin(""),
    lambda: identifiers.check_pin("12a4"),
    lambda: identifiers.check_pin("123"),
    lambda: identifiers.check_puk("123"),
    lambda: identifiers.normalise_msisdn("3,3639980001E+10"),
    lambda: identifiers.normalise_msisdn("639980001"),
    lambda: identifiers.normalise_msisdn("+447911123456"),
    lambda: identifiers.normalise_msisdn("+590694123456"),
    lambda: identifiers.normalise_msisdn("06"),
    lambda: identifiers.normalise_msisdn("0700123456"),
    lambda: identifiers.normalise_msisdn("0123456789"),
    lambda: identifiers.check_iccid("12"),
    lambda: identifiers.check_iccid("89332"),
    lambda: identifiers.check_iccid("893322070000000000"),
    lambda: identifiers.check_iccid("8933220700000000004"),
    lambda: identifiers.check_imsi("208"),
    lambda: identifiers.check_imsi("310220700000000"),
    lambda: identifiers.check_siren("1"),
    lambda: identifiers.check_siren("122829857"),
    lambda: identifiers.check_siret("1"),
    lambda: identifiers.check_siret("73282932000079"),
    lambda: identifiers.check_vat_number("CHE123456788"),
    lambda: identifiers.check_vat_number("FR1"),
    lambda: identifiers.check_vat_number("FR64122829856"),
    lambda: identifiers.check_iban("XX7630004500190859965184296"),
    lambda: identifiers.check_iban("FR76300045"),
    lambda: identifiers.check_iban("FR76-3000"),
    lambda: identifiers.check_iban("FR7730004500190859965184296"),
    lambda: identifiers.check_iban("FR4930004500190859965184297"),
    lambda: identifiers.check_bic("BNPAXXPP"),
    lambda: identifiers.check_bic("BNP"),
    lambda: Charset().check("É"),
    lambda: Charset().check("A "),
    lambda: Charset().check("A" * 39),
    lambda: cells.parse_int("x"),
    lambda: cells.parse_int("1E+5"),
    lambda: cells.parse_int("1 000"),
    lambda: cells.parse_int("1,5"),
    lambda: cells.parse_decimal("1,55", 1),
    lambda: cells.parse_decimal("1" * 13, 2),
    lambda: cells.parse_decimal("-1", 2, minimum=Decimal(0)),
    lambda: cells.parse_date("31/10/2026"),
    lambda: cells.parse_date("2026-02-30"),
    lambda: cells.parse_yes_no("YES"),
    lambda: NumberPattern.parse("{"),
    lambda: NumberPattern.parse("{X}"),
    lambda: NumberPattern.parse("É"),
    lambda: NumberPattern.parse("F"),
    lambda: NumberPattern.parse("{N}{N}"),
    lambda: NumberPattern.parse("{N}", reset=Reset.YEARLY),
    lambda: NumberPattern.parse("{YY}{N}", reset=Reset.MONTHLY),
    lambda: NumberPattern.parse("{N:36}"),
    lambda: NumberPattern.parse("{N}").format(0, date(2026, 10, 31)),
    lambda: PaymentTerms(days=-1),
    lambda: PaymentTerms(day_of_month=0),
    lambda: rio.check_form(""),
    lambda: rio.check_form("01P12345éXTT"),
    lambda: rio.check_form("01P"),
    lambda: rio.check_form("01F123456XTT"),
    lambda: rio.check_form("FFP123456XTT"),
    lambda: rio.check("01P123456XTU", "0639980001"),
    lambda: rio.check("O1P123456XTT", "0639980001"),
    lambda: rio.check("01P123456XTT", "07001234567890"),
    lambda: port_on(date(2026, 8, 31)),
    lambda: port_on(date(2026, 9, 13)),
    lambda: port_on(date(2026, 11, 11)),
    lambda: port_on(date(2026, 9, 2)),
]
FAULTY_FILES = [
    b"",
    b"\xff\xfe",
    b"\x1f\x8b",
    b"PK\x03\x04 xl/workbook.xml",
    b"CODE\n\xe9\n",
    b"CODE\n\x01\n",
    b"CODE\n\xef\xbf\xbd\n",
    b"LABEL;;LABEL;X\n",
    b"CODE\nA;b\n",
    b'CODE\n"A\n',
    b'CODE\nA"\n',
]


def every_error() -> Iterator[Refusal | Fault]:
    yield from map(refusal, REFUSED)
    for data in FAULTY_FILES:
        yield from read(data).faults
    yield from identifiers.check_iccid("89442207000000000030").warnings
    yield refusal_of_terms()


def refusal_of_terms() -> Refusal:
    fault = PaymentTerms(60).legal_fault()
    assert fault is not None
    return fault


def code_of(error: Refusal | Fault) -> str:
    return error.code if isinstance(error, Refusal) else error.reason_code


def test_every_error_has_a_sentence_in_both_languages() -> None:
    for language in ("en", "fr"):
        with translation.override(language):
            for error in every_error():
                sentence = wording.sentence(error)
                assert sentence
                assert "%(" not in sentence


def test_every_sentence_is_the_one_of_an_error_that_happens() -> None:
    # Importers, which need a database, use codes of their own: those are looked for in the source.
    others = set(wording.CORE_SENTENCES) - {code_of(error) for error in every_error()}
    assert others <= text_constants_of_apps()


def text_constants_of_apps() -> set[str]:
    trees = [ast.parse(path.read_text()) for path in APPS.rglob("*.py") if path.stem != "wording"]
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


@pytest.mark.parametrize("module", PURE)
def test_no_refusal_is_written_without_its_sentence(module: str) -> None:
    for node in ast.walk(ast.parse((APPS / f"{module}.py").read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        code = node.args[0]
        if node.func.id.endswith(("Refused", "_BadQuotes", "_unreadable")) and isinstance(code, ast.Constant):
            assert code.value in wording.sentences()


# --- Faults of files


def test_a_fault_is_told_with_its_place() -> None:
    [fault] = read("CODE;LABEL\nA;Réunion\n".encode("cp1252")).faults
    with translation.override("en"):
        assert wording.located_sentence(fault) == (
            "Line 2, column LABEL (Réunion): Character 2 is not UTF-8; the file looks like CP1252."
        )


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(1, "CODE", "", "column_missing"), "Line 1, column CODE: This column is required and missing."),
        (Fault(1, "X", "X", "column_unknown"), "Line 1, column X: Unknown column."),
        (
            Fault(3, "", "A", "field_count", {"found": 1, "expected": 2}),
            "Line 3 (A): Number of fields: 1; expected: 2.",
        ),
        (Fault(1, "", "", "file_empty"), "Line 1: The file is empty."),
    ],
)
def test_what_a_fault_does_not_know_is_left_out(fault: Fault, told: str) -> None:
    with translation.override("en"):
        assert wording.located_sentence(fault) == told


def test_a_percent_sign_in_a_value_is_no_placeholder() -> None:
    fault = Fault(2, "CODE", "100 %d", "column_unknown")
    with translation.override("en"):
        assert wording.located_sentence(fault) == "Line 2, column CODE (100 %d): Unknown column."


# --- Sentences of other apps


@pytest.fixture
def own_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_registered", {})


@pytest.mark.usefixtures("own_sentences")
def test_an_app_adds_the_sentences_of_its_own_codes() -> None:
    wording.register({"plan_unknown": gettext_noop("No plan has the code %(code)s.")})
    assert wording.sentence(Fault(2, "OFFRE", "X", "plan_unknown", {"code": "X"})) == "No plan has the code X."


@pytest.mark.usefixtures("own_sentences")
@pytest.mark.parametrize("code", ["plan_unknown", "value_missing"])
def test_one_code_never_has_two_sentences(code: str) -> None:
    wording.register({"plan_unknown": "one"})
    wording.register({"plan_unknown": "one"})
    with pytest.raises(ValueError):
        wording.register({code: "another"})
