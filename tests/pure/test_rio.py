"""The RIO of a mobile number: form, key, and what is said of a wrong one (DOMAIN §1)."""

from __future__ import annotations

import string

import pytest

from apps.core.identifiers import IdentifierRefused
from apps.lines import rio
from apps.lines.rio import RioRefused

TRUE = [
    ("02P131780R0W", "0696100152"),
    ("01P123456XTT", "0639980001"),
    ("02E9A7B3CL7E", "0639980002"),
    ("04EZZZ999VBH", "0639980004"),
    ("0APQ1W2E32YO", "0639981234"),
]
OTHERS = [*string.printable, *"éÉſıßＯО０+–\u00a0\u200b"]


def refusal(text: str, number: str = "0639980001") -> RioRefused:
    with pytest.raises(RioRefused) as caught:
        rio.check(text, number)
    return caught.value


@pytest.mark.parametrize(("text", "number"), TRUE)
def test_a_true_rio_is_accepted_with_its_number_in_any_form(text: str, number: str) -> None:
    assert rio.key(text[:9], number) == text[9:]
    assert rio.check(text, number).text == text
    assert rio.check(text, f"{number[:2]} {number[2:4]} {number[4:]}").text == text


def test_the_key_is_made_of_the_national_number() -> None:
    assert rio.check("01P123456XTT", "+33 6 39 98 00 01").text == "01P123456XTT"
    assert rio.check("02P131780R0W", "596696100152").text == "02P131780R0W"


@pytest.mark.parametrize("typed", ["01p123456xtt", " 01 P 123456 XTT ", "01.P.123456.XTT", "01\u00a0P\u202f123456XTT"])
def test_spaces_dots_and_small_letters_are_no_mistakes(typed: str) -> None:
    assert rio.check(typed, "0639980001").text == "01P123456XTT"


@pytest.mark.parametrize(("text", "number"), TRUE)
def test_every_single_wrong_character_is_refused(text: str, number: str) -> None:
    tried = 0
    for place, right in enumerate(text):
        for other in OTHERS:
            wrong = text[:place] + other + text[place + 1 :]
            if rio.normalise(wrong) == text:
                assert other.upper() == right
                continue
            refusal(wrong, number)
            tried += 1
    assert tried > 12 * 100


@pytest.mark.parametrize(("text", "number"), TRUE)
def test_every_single_wrong_digit_of_the_number_is_refused(text: str, number: str) -> None:
    for place in range(2, 10):
        for other in set(string.digits) - {number[place]}:
            with pytest.raises((RioRefused, IdentifierRefused)):
                rio.check(text, number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(("text", "number"), TRUE)
def test_a_character_too_few_or_too_many_is_refused(text: str, number: str) -> None:
    for place in range(len(text)):
        assert refusal(text[:place] + text[place + 1 :], number).code == "rio_length"
        assert refusal(text[:place] + "A" + text[place:], number).code == "rio_length"


@pytest.mark.parametrize(("text", "number"), TRUE)
def test_two_neighbours_that_changed_places_are_refused(text: str, number: str) -> None:
    for place in range(len(text) - 1):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if swapped != text:
            refusal(swapped, number)


def test_the_key_that_a_published_page_gets_wrong_is_refused() -> None:
    assert refusal("01P123456XTU").code == "rio_key"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "value_missing"),
        (" . ", "value_missing"),
        ("01P123456XT", "rio_length"),
        ("01P12345éXTT", "rio_character"),
        ("01P+23456XTT", "rio_character"),
        ("01F123456XTT", "rio_fixed_line"),
        ("011123456XTT", "rio_fixed_line"),
        ("F1P123456XTT", "rio_operator"),
        ("02P123456XTT", "rio_key"),
    ],
)
def test_a_wrong_rio_says_what_is_wrong(text: str, code: str) -> None:
    assert refusal(text).code == code


def test_a_character_that_has_no_place_is_named_with_its_position() -> None:
    assert refusal("01P12345éXTT").params == {"character": "é", "position": 9}


@pytest.mark.parametrize(
    ("typed", "number", "meant"),
    [
        ("O1P123456XTT", "0639980001", "01P123456XTT"),
        ("02P131780ROW", "0696100152", "02P131780R0W"),
        ("02P13178OR0W", "0696100152", "02P131780R0W"),
        ("0APQ1W2E32Y0", "0639981234", "0APQ1W2E32YO"),
        ("o1 p 123456 xtt", "0639980001", "01P123456XTT"),
    ],
)
def test_a_letter_o_taken_for_a_zero_is_put_right(typed: str, number: str, meant: str) -> None:
    refused = refusal(typed, number)
    assert refused.code == "rio_letter_o"
    assert refused.params["proposal"] == meant


def test_two_mistakes_get_no_proposal() -> None:
    assert refusal("O1P123457XTT").code != "rio_letter_o"


def test_a_machine_number_has_no_rio() -> None:
    assert refusal("01P123456XTT", "07001234567890").code == "rio_machine_number"


def test_a_rio_names_its_operator_and_its_kind_of_customer() -> None:
    assert rio.check("02E9A7B3CL7E", "0639980002").operator == "02"
    assert rio.check("02E9A7B3CL7E", "0639980002").is_business
    assert not rio.check("01P123456XTT", "0639980001").is_business
