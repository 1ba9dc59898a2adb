"""Characters of names and addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.charset import Charset, CharsetRefused

ANY = Charset()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("ATELIER DURAND", "ATELIER DURAND"),
        ("Atelier durand", "ATELIER DURAND"),
        ("28 RUE DES ACACIAS", "28 RUE DES ACACIAS"),
        ("7", "7"),
        ("A" * 38, "A" * 38),
    ],
)
def test_small_letters_are_no_fault(text: str, stored: str) -> None:
    assert ANY.first_fault(text) is None
    assert ANY.check(text) == stored


@pytest.mark.parametrize(
    ("text", "position", "character"),
    [
        ("SOCIÉTÉ", 5, "É"),
        ("Société", 5, "é"),
        ("L'ATELIER", 2, "'"),
        ("A & B", 3, "&"),
        ("A  B", 3, " "),
        (" A", 1, " "),
        ("A ", 2, " "),
        ("A\tB", 2, "\t"),
        ("A\u00a0B", 2, "\u00a0"),
        ("STRASSE ß", 9, "ß"),
        ("ÉTÉ", 1, "É"),
        ("E\u0301", 2, "\u0301"),
        ("٣", 1, "٣"),
    ],
)
def test_the_first_character_in_the_way_is_named(text: str, position: int, character: str) -> None:
    assert ANY.first_fault(text) == (position, character)
    with pytest.raises(CharsetRefused) as refused:
        ANY.check(text)
    assert refused.value.params["position"] == position
    assert refused.value.params["character"] == character
    assert refused.value.code == ("charset_space" if character == " " else "charset_character")


def test_the_refusal_proposes_what_would_do() -> None:
    with pytest.raises(CharsetRefused) as refused:
        ANY.check("Société d'Électricité")
    assert refused.value.params == {"position": 5, "character": "é", "proposal": "SOCIETE D ELECTRICITE"}


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_no_name(text: str) -> None:
    with pytest.raises(CharsetRefused) as refused:
        ANY.check(text)
    assert refused.value.code == "value_missing"


def test_a_postal_line_has_38_characters() -> None:
    with pytest.raises(CharsetRefused) as refused:
        ANY.check("A" * 39)
    assert (refused.value.code, refused.value.params) == ("charset_length", {"found": 39, "limit": 38})
    assert Charset(max_length=39).check("A" * 39) == "A" * 39


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("Société d'Électricité", "SOCIETE D ELECTRICITE"),
        ("Électricité Moreau & Fils", "ELECTRICITE MOREAU ET FILS"),
        ("A&B", "A ET B"),
        ("L’Œuvre", "L OEUVRE"),
        ("Æther", "AETHER"),
        ("Straße", "STRASSE"),
        ("Øresund", "ORESUND"),
        ("ǿ", "O"),
        ("Saint-Jean_d.Arc/Nord, Sud", "SAINT JEAN D ARC NORD SUD"),
        ("Hôtel–Restaurant", "HOTEL RESTAURANT"),
        ("  trop   d'espaces  ", "TROP D ESPACES"),
        ("E\u0301te\u0301", "ETE"),
        ("Ｆｕｌｌ", "FULL"),
        ("N° 5", "N° 5"),
        ("'", ""),
    ],
)
def test_a_proposal_keeps_what_can_be_kept(text: str, proposal: str) -> None:
    assert ANY.proposal(text) == proposal


def test_what_cannot_be_replaced_is_still_refused() -> None:
    assert ANY.first_fault(ANY.proposal("Bar № 1 · Café")) == (10, "·")


def test_the_integrator_may_allow_signs() -> None:
    charset = Charset(extra="-'&É")
    assert charset.check("L'ÉTÉ-LÀ".replace("À", "A")) == "L'ÉTÉ-LA"
    assert charset.proposal("l'Été-là & co.") == "L'ÉTE-LA & CO"
    assert charset.first_fault("A.B") == (2, ".")


@settings(max_examples=30)
@given(st.text())
def test_a_proposal_is_final(text: str) -> None:
    proposal = ANY.proposal(text)
    assert ANY.proposal(proposal) == proposal


@settings(max_examples=30)
@given(st.text())
def test_a_text_has_no_fault_exactly_when_it_is_words_of_capitals_and_digits(text: str) -> None:
    ascii_capitals = "".join(c.upper() if c.isascii() else c for c in text)
    allowed = text == "" or re.fullmatch(r"[A-Z0-9]+( [A-Z0-9]+)*", ascii_capitals) is not None
    assert (ANY.first_fault(text) is None) == allowed


@settings(max_examples=30)
@given(st.text("abcDEF12 éÀçœ&'-", min_size=1))
def test_a_french_name_always_has_a_proposal_that_passes(text: str) -> None:
    proposal = Charset(max_length=1000).proposal(text)
    if proposal:
        assert Charset(max_length=1000).check(proposal) == proposal
