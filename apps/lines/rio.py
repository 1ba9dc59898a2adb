"""The RIO («relevé d'identité opérateur»), with which a customer takes its mobile number elsewhere (DOMAIN §1).

Twelve characters ``OO Q RRRRRR CCC``: the operator that is left, a qualifier (``P`` for a consumer, ``E`` for an
enterprise), the reference of the contract, and a key made of all of it and of the number itself. The receiving operator
has to check both form and key when it takes the request; a wrong one costs the customer a refusal a day later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apps.core.identifiers import national, normalise_msisdn
from apps.core.refusals import Refusal

LENGTH = 12
_SIGNED = 9  # operator, qualifier and reference: what the key is made of, together with the number
_QUALIFIER = 2  # the place of the qualifier, counted from 0
_NATIONAL_DIGITS = 10

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LETTERS_AND_DIGITS = frozenset(_ALPHABET[:-1])
_MODULUS = len(_ALPHABET)
_MOBILE_QUALIFIERS = "PE"
_FORM = re.compile(r"[0-9A-E][0-9A-Z][PE][A-Z0-9]{6}[A-Z0-9+]{3}")

_IGNORED = re.compile(r"[\s.]+")
# Capitals of the alphabet only: «ı» and «ſ» also have capitals that look right.
_CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CONFUSED = {"O": "0", "0": "O"}


class RioRefused(Refusal):
    """A text that is not the RIO of the number."""


@dataclass(frozen=True, slots=True)
class Rio:
    """A RIO that goes with its number, in stored form."""

    text: str

    @property
    def operator(self) -> str:
        """The two characters that name the operator which is left."""
        return self.text[:_QUALIFIER]

    @property
    def is_business(self) -> bool:
        return self.text[_QUALIFIER] == "E"


def normalise(text: str) -> str:
    """``text`` without spaces and dots, in capitals: ``02 p 131780.r0w`` → ``02P131780R0W``."""
    return _IGNORED.sub("", text).translate(_CAPITALS)


def key(first_nine: str, national_number: str) -> str:
    """The three characters that end the RIO of a number, which is ten digits in national form (``0696100152``).

    Three sums modulo 37 over the nine first characters and the number; a character counts by its place in the alphabet
    A–Z, 0–9, +. KeyError for a character outside it.
    """
    first = second = third = 0
    for character in first_nine + national_number:
        value = _VALUES[character]
        first = (first + value) % _MODULUS
        second = (2 * second + value) % _MODULUS
        third = (4 * third + value) % _MODULUS
    return _ALPHABET[first] + _ALPHABET[second] + _ALPHABET[third]


def is_well_formed(rio: str) -> bool:
    """Whether ``rio``, normalised, looks like the RIO of a mobile line; its key may still be wrong."""
    return _FORM.fullmatch(rio) is not None


def check_form(text: str) -> str:
    """The stored form of what looks like the RIO of a mobile line, whose number is not known."""
    rio = normalise(text)
    if not rio:
        raise RioRefused("value_missing")
    for position, character in enumerate(rio, start=1):
        in_key = position > _SIGNED
        if character not in _LETTERS_AND_DIGITS and not (in_key and character == "+"):
            raise RioRefused("rio_character", character=character, position=position)
    if len(rio) != LENGTH:
        raise RioRefused("rio_length", found=len(rio), expected=LENGTH)
    if rio[_QUALIFIER] not in _MOBILE_QUALIFIERS:
        raise RioRefused("rio_fixed_line", qualifier=rio[_QUALIFIER])
    if not is_well_formed(rio):
        raise RioRefused("rio_operator", operator=rio[:_QUALIFIER])
    return rio


def check(rio: str, msisdn: str) -> Rio:
    """Read a RIO that goes with the number, both in any form; raise :class:`RioRefused` saying what is wrong.

    Where one letter O taken for a zero, or the reverse, explains it all, the refusal proposes the right RIO. A number
    that is none raises :class:`~apps.core.identifiers.IdentifierRefused`.
    """
    number = national(normalise_msisdn(msisdn)).replace(" ", "")
    if len(number) != _NATIONAL_DIGITS:
        raise RioRefused("rio_machine_number")
    try:
        return Rio(_check(rio, number))
    except RioRefused:
        proposal = next(_proposals(normalise(rio), number), None)
        if proposal is None:
            raise
        raise RioRefused("rio_letter_o", proposal=proposal) from None


def _check(text: str, number: str) -> str:
    rio = check_form(text)
    if key(rio[:_SIGNED], number) != rio[_SIGNED:]:
        raise RioRefused("rio_key", number=national(normalise_msisdn(number)))
    return rio


def _proposals(rio: str, number: str) -> Iterator[str]:
    """What becomes right when one O is read as a zero, or one zero as an O: at most one RIO, the key sees to that."""
    for place, character in enumerate(rio):
        if other := _CONFUSED.get(character):
            read = rio[:place] + other + rio[place + 1 :]
            if is_well_formed(read) and key(read[:_SIGNED], number) == read[_SIGNED:]:
                yield read
