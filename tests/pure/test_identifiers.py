"""Numbers that identify things, as people and files write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import identifiers
from apps.core.identifiers import IdentifierRefused, check_iccid, normalise_msisdn

digits = st.text("0123456789", min_size=1)


def refusal(check: object, text: str) -> IdentifierRefused:
    with pytest.raises(IdentifierRefused) as caught:
        check(text)  # type: ignore[operator]
    return caught.value


# --- Telephone numbers


@pytest.mark.parametrize(
    "typed",
    [
        "0639980001",
        "06 39 98 00 01",
        "06.39.98.00.01",
        "06-39-98-00-01",
        "  06\u00a039\u202f98 0001 ",
        "33639980001",
        "336 39 98 00 01",
        "+33639980001",
        "+33 6 39 98 00 01",
        "+33 (0)6 39 98 00 01",
        "0033639980001",
        "00 33 6 39 98 00 01",
    ],
)
def test_one_number_is_stored_in_one_way_however_it_is_typed(typed: str) -> None:
    assert normalise_msisdn(typed) == "33639980001"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0612345678", "33612345678"),
        ("0730000000", "33730000000"),
        ("0799999999", "33799999999"),
        # Machines
        ("07001234567890", "337001234567890"),
        ("+33 700 12 34 56 78 90", "337001234567890"),
        # Overseas: the national form tells the territory
        ("0690123456", "590690123456"),
        ("0691123456", "590691123456"),
        ("0694123456", "594694123456"),
        ("0696123456", "596696123456"),
        ("0697123456", "596697123456"),
        ("0692123456", "262692123456"),
        ("0693123456", "262693123456"),
        ("0639123456", "262639123456"),
        ("+590 690 12 34 56", "590690123456"),
        ("262639123456", "262639123456"),
        # As people write it from metropolitan France
        ("+33 690 12 34 56", "590690123456"),
        # Fiction lies inside the range of Mayotte
        ("0639979999", "262639979999"),
        ("0639980000", "33639980000"),
        ("0639989999", "33639989999"),
        ("0639990000", "262639990000"),
    ],
)
def test_each_mobile_range_has_its_country_code(typed: str, stored: str) -> None:
    assert normalise_msisdn(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("", "value_missing", {}),
        (" . - ", "value_missing", {}),
        ("3,3639980001E+10", "spreadsheet_number", {"value": "3,3639980001E+10"}),
        ("639980001", "msisdn_zero_lost", {"proposal": "0639980001"}),
        ("06 39 98 00 0", "msisdn_length", {"found": 9}),
        ("+33 6 39 98 00 011", "msisdn_length", {"found": 11}),
        ("0700123456", "msisdn_m2m_length", {"found": 10}),
        ("0720123456", "msisdn_not_mobile", {}),
        ("0123456789", "msisdn_not_mobile", {}),
        ("0899123456", "msisdn_not_mobile", {}),
        ("+44 7911 123456", "msisdn_foreign", {}),
        ("+0639980001", "msisdn_foreign", {}),
        ("3631", "msisdn_foreign", {}),
        ("+590 694 12 34 56", "msisdn_country", {"typed": "590", "expected": "594"}),
        ("06 39 98 OO 01", "digit_expected", {"character": "O", "position": 10}),
        ("+33 (0)6 39 98 00 0x", "digit_expected", {"character": "x", "position": 20}),
        ("06/39980001", "digit_expected", {"character": "/", "position": 3}),
        ("٠٦39980001", "digit_expected", {"character": "٠", "position": 1}),
        ("06+39980001", "digit_expected", {"character": "+", "position": 3}),
    ],
)
def test_what_is_no_french_mobile_is_refused_with_its_reason(typed: str, code: str, params: dict[str, object]) -> None:
    refused = refusal(normalise_msisdn, typed)
    assert (refused.code, refused.params) == (code, params)


@settings(max_examples=30)
@given(
    st.sampled_from(["06", "0639", "063998", "0690", "0692", "0694", "073", "079", "0700"]),
    st.integers(0, 10**10 - 1),
)
def test_what_is_shown_can_be_typed_again(prefix: str, rest: int) -> None:
    length = 14 if prefix == "0700" else 10
    stored = normalise_msisdn(prefix + f"{rest:010d}"[len(prefix) - length :])
    assert stored.isdecimal()
    assert normalise_msisdn(stored) == stored
    assert normalise_msisdn(identifiers.national(stored)) == stored
    assert normalise_msisdn(identifiers.international(stored)) == stored


@settings(max_examples=30)
@given(st.text())
def test_any_other_text_is_refused_and_never_crashes(text: str) -> None:
    try:
        stored = normalise_msisdn(text)
    except IdentifierRefused:
        return
    assert stored.startswith(("33", "590", "594", "596", "262"))


@pytest.mark.parametrize(
    ("stored", "national", "international"),
    [
        ("33639980001", "06 39 98 00 01", "+33 6 39 98 00 01"),
        ("33123456789", "01 23 45 67 89", "+33 1 23 45 67 89"),
        ("337001234567890", "07 00 12 34 56 78 90", "+33 700 12 34 56 78 90"),
        ("590690123456", "0690 12 34 56", "+590 690 12 34 56"),
        ("447911123456", "+44 7911 123456", "+44 7911 123456"),
        ("99999999999999", "+99999999999999", "+99999999999999"),
        ("7", "7", "7"),
        ("3631", "3631", "3631"),
        ("0899123456", "08 99 12 34 56", "08 99 12 34 56"),
        ("0899", "0899", "0899"),
        ("PROMO", "PROMO", "PROMO"),
        ("", "", ""),
    ],
)
def test_numbers_are_shown_as_the_french_read_them(stored: str, national: str, international: str) -> None:
    assert identifiers.national(stored) == national
    assert identifiers.international(stored) == international


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("06 39 98 00 01", "06 39 98 ** **"),
        ("33639980001", "3363998****"),
        ("+44 7911 123456", "+44 7911 12****"),
        ("3631", "****"),
        ("118", "***"),
        ("", ""),
    ],
)
def test_the_last_four_digits_are_masked(number: str, masked: str) -> None:
    assert identifiers.mask_number(number) == masked


# --- SIM cards


@settings(max_examples=30)
@given(digits)
def test_a_check_digit_finds_any_single_wrong_digit(number: str) -> None:
    whole = number + identifiers.luhn_digit(number)
    assert identifiers.luhn_ok(whole)
    for index, digit in enumerate(whole):
        wrong = whole[:index] + str((int(digit) + 1) % 10) + whole[index + 1 :]
        assert not identifiers.luhn_ok(wrong)


@pytest.mark.parametrize(
    "text",
    ["8933220700000000003", "8933220700000000003F", "8933220700000000003f ", "8933 2207 0000 0000 003"],
)
def test_a_card_number_is_read_as_it_is_printed(text: str) -> None:
    assert check_iccid(text) == identifiers.Iccid("8933220700000000003")


def test_twenty_digits_with_a_wrong_check_digit_are_a_warning() -> None:
    good = "8933220700000000003"
    good += identifiers.luhn_digit(good)
    assert check_iccid(good).warnings == ()
    [warning] = check_iccid("89332207000000000039").warnings
    assert (warning.code, warning.params) == ("iccid_luhn", {"found": "9", "expected": good[-1]})


def test_a_card_of_another_country_is_a_warning() -> None:
    number = "894420000000000000"
    iccid = check_iccid(number + identifiers.luhn_digit(number))
    assert [warning.code for warning in iccid.warnings] == ["iccid_country"]
    reunion = "892620000000000000"
    assert check_iccid(reunion + identifiers.luhn_digit(reunion)).warnings == ()


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("", "value_missing", {}),
        ("F", "value_missing", {}),
        ("8,93322E+18", "spreadsheet_number", {"value": "8,93322E+18"}),
        ("8.93322e18", "spreadsheet_number", {"value": "8.93322e18"}),
        ("9E+18", "spreadsheet_number", {"value": "9E+18"}),
        ("8933220790000000039", "iccid_luhn", {"found": "9", "expected": "8"}),
        ("893322079000", "iccid_length", {"found": 12}),
        ("893322070000000000333", "iccid_length", {"found": 21}),
        ("893322070000000000", "iccid_incomplete", {"completed": "8933220700000000003"}),
        ("8033220700000000003", "iccid_prefix", {"prefix": "80"}),
        ("89332207000000O0003", "digit_expected", {"character": "O", "position": 15}),
        ("8933220700000000003FF", "digit_expected", {"character": "F", "position": 20}),
    ],
)
def test_a_wrong_card_number_is_refused_with_its_reason(text: str, code: str, params: dict[str, object]) -> None:
    refused = refusal(check_iccid, text)
    assert (refused.code, refused.params) == (code, params)


def test_an_incomplete_card_number_is_offered_completed() -> None:
    offered = str(refusal(check_iccid, "893322070000000001").params["completed"])
    assert check_iccid(offered).number == "8933220700000000011"


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (identifiers.check_imsi, "12345", "imsi_length"),
        (identifiers.check_imsi, "310220700000000", "imsi_country"),
        (identifiers.check_imsi, "2,0822E+14", "spreadsheet_number"),
        (identifiers.check_pin, "123", "zeros_lost"),
        (identifiers.check_pin, "123456789", "pin_length"),
        (identifiers.check_pin, "12a4", "digit_expected"),
        (identifiers.check_puk, "1234567", "zeros_lost"),
        (identifiers.check_puk, "12345", "puk_length"),
        (identifiers.check_puk, "ABCD", "digit_expected"),
    ],
)
def test_other_codes_of_a_card_have_their_lengths(check: object, text: str, code: str) -> None:
    assert refusal(check, text).code == code


def test_right_codes_of_a_card_keep_their_zeros() -> None:
    assert identifiers.check_imsi("208220700000000") == "208220700000000"
    assert identifiers.check_imsi("647100000000001") == "647100000000001"
    assert identifiers.check_pin("0620") == "0620"
    assert identifiers.check_pin("12345678") == "12345678"
    assert identifiers.check_puk("01257568") == "01257568"


@pytest.mark.parametrize("text", ["1234567", "123456789", "1234567x"])
def test_a_refusal_never_quotes_a_secret(text: str) -> None:
    assert "234567" not in str(refusal(identifiers.check_puk, text))


# --- Companies and bank accounts


@pytest.mark.parametrize("text", ["122829856", "000260299", "122 829 856", "122.829.856"])
def test_a_siren_is_read(text: str) -> None:
    assert identifiers.check_siren(text) == text.replace(" ", "").replace(".", "")


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (identifiers.check_siren, "12282985", "siren_length"),
        (identifiers.check_siren, "122829857", "siren_checksum"),
        (identifiers.check_siret, "732829320", "siret_length"),
        (identifiers.check_siret, "73282932000079", "siret_checksum"),
        (identifiers.check_vat_number, "", "value_missing"),
        (identifiers.check_vat_number, "CHE123456788", "vat_country"),
        (identifiers.check_vat_number, "FR64122829856", "vat_checksum"),
        (identifiers.check_vat_number, "FR6312282985", "vat_format"),
        (identifiers.check_vat_number, "BE0402194267", "vat_checksum"),
        (identifiers.check_iban, " ", "value_missing"),
        (identifiers.check_iban, "7,63E+25", "spreadsheet_number"),
        (identifiers.check_iban, "XX7630004500190859965184296", "iban_country"),
        (identifiers.check_iban, "FR763000450019085996518429", "iban_length"),
        (identifiers.check_iban, "FR7730004500190859965184296", "iban_checksum"),
        (identifiers.check_iban, "FR76-3000-4500", "iban_format"),
        # International check digits recomputed over a wrong RIB key
        (identifiers.check_iban, "FR4930004500190859965184297", "iban_national_key"),
        (identifiers.check_bic, "", "value_missing"),
        (identifiers.check_bic, "BNPAFRP", "bic_format"),
        (identifiers.check_bic, "BNP1FRPP", "bic_format"),
        (identifiers.check_bic, "BNPAXXPP", "bic_country"),
    ],
)
def test_a_wrong_identifier_is_refused_with_its_reason(check: object, text: str, code: str) -> None:
    assert refusal(check, text).code == code


def test_right_identifiers_are_stored_compact() -> None:
    assert identifiers.check_siret("732 829 320 00074") == "73282932000074"
    assert identifiers.check_vat_number("fr 63 122 829 856") == "FR63122829856"
    assert identifiers.check_vat_number("FR59000260299") == "FR59000260299"
    assert identifiers.check_vat_number("BE0402194266") == "BE0402194266"
    assert identifiers.check_iban("fr76 3000 4500 1908 5996 5184 296") == "FR7630004500190859965184296"
    assert identifiers.check_iban("BE68539007547034") == "BE68539007547034"
    assert identifiers.check_bic("bnpafrpp") == "BNPAFRPP"
    assert identifiers.check_bic("BNPAFRPPXXX") == "BNPAFRPPXXX"


def test_an_iban_is_masked_for_documents() -> None:
    assert identifiers.mask_iban("FR7630004500190859965184296") == "FR76 **** **** **** **** ***4 296"
    assert identifiers.mask_iban("BE68 5390 0754 7034") == "BE68 **** **** 7034"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("FR72ZZZ123456", "FR72ZZZ123456"),
        (" fr72 zzz 123456 ", "FR72ZZZ123456"),
        # The three characters of one's own are not part of what is checked.
        ("FR72ABC123456", "FR72ABC123456"),
        ("DE98ZZZ09999999999", "DE98ZZZ09999999999"),
    ],
)
def test_a_creditor_identifier_is_read_whatever_its_three_free_characters(typed: str, stored: str) -> None:
    assert identifiers.check_creditor_id(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "value_missing"),
        ("FR73ZZZ123456", "creditor_id_checksum"),
        ("FR72ZZZ123457", "creditor_id_checksum"),
        ("FR72ZZZ12345", "creditor_id_length"),
        ("FRA2ZZZ123456", "creditor_id_format"),
        ("FR72-ZZ123456", "creditor_id_format"),
        ("123456", "creditor_id_format"),
    ],
)
def test_a_creditor_identifier_that_does_not_exist_is_refused(typed: str, code: str) -> None:
    assert refusal(identifiers.check_creditor_id, typed).code == code


@given(st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=6, max_size=6), st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_in_a_creditor_identifier_is_always_seen(national: str, place: int, step: int) -> None:
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{national}FR00")) % 97
    right = f"FR{check:02d}ZZZ{national}"
    assert identifiers.check_creditor_id(right) == right
    if national[place].isdigit():
        wrong = national[:place] + str((int(national[place]) + step) % 10) + national[place + 1 :]
        assert refusal(identifiers.check_creditor_id, f"FR{check:02d}ZZZ{wrong}").code == "creditor_id_checksum"


@pytest.mark.parametrize(
    ("iban", "bic"),
    [
        ("FR7630004500190859965184296", "BNPAFRPP"),
        ("FR7630004500190859965184296", "BNPAGPGX"),
        ("MC5811222000010123456789030", "CMCIFRPP"),
        ("BE68539007547034", "BBRUBEBB"),
    ],
)
def test_an_iban_and_a_bic_of_one_country_go_together(iban: str, bic: str) -> None:
    identifiers.check_bank_pair(iban, bic)


def test_an_iban_and_a_bic_of_two_countries_do_not() -> None:
    with pytest.raises(IdentifierRefused) as caught:
        identifiers.check_bank_pair("FR7630004500190859965184296", "DEUTDEFF")
    assert (caught.value.code, caught.value.params) == ("bic_other_country", {"bic": "DE", "iban": "FR"})


def test_the_bank_of_an_iban_is_known_by_its_bics() -> None:
    assert any(bic.startswith("BNPA") for bic in identifiers.usual_bics("FR7630004028370001234567843"))
    assert identifiers.usual_bics("FR7699999000720000120261008") == set()
