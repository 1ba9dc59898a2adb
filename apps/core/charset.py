"""Characters allowed in names and addresses (DOMAIN §6).

Capital letters, digits and single spaces between words: what every operator's and carrier's system accepts.
Small letters are no fault, they are upper-cased as typed; an accent or a sign is refused, naming it, with a
proposal.
"""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from apps.core.refusals import Refusal

POSTAL_LINE = 38

_ALLOWED = frozenset(string.ascii_uppercase + string.digits)
# Signs that a French reader hears as a pause, with the variants word processors put in their place.
_SPACED = frozenset("-‐–—'’‘.,_/")
_SPELT_OUT = {
    "Œ": "OE",
    "œ": "OE",
    "Æ": "AE",
    "æ": "AE",
    "ß": "SS",
    "ẞ": "SS",
    "Ø": "O",
    "ø": "O",
    "&": " ET ",
}
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


class CharsetRefused(Refusal):
    """A name or an address that other systems would refuse; ``params["proposal"]`` could replace it."""


class CharacterFault(NamedTuple):
    """The first character in the way, and where it stands, counted from 1."""

    position: int
    character: str


@dataclass(frozen=True, slots=True)
class Charset:
    """What a field accepts: ``max_length`` characters, and the ``extra`` signs the integrator allows."""

    max_length: int = POSTAL_LINE
    extra: str = ""

    def check(self, text: str) -> str:
        """``text`` in capitals; CharsetRefused when it is empty, too long or holds another character."""
        if not text.strip():
            raise CharsetRefused("value_missing")
        if fault := self.first_fault(text):
            code = "charset_space" if fault.character == " " else "charset_character"
            raise CharsetRefused(code, **fault._asdict(), proposal=self.proposal(text))
        if len(text) > self.max_length:
            raise CharsetRefused("charset_length", found=len(text), limit=self.max_length)
        return text.translate(_UPPER)

    def first_fault(self, text: str) -> CharacterFault | None:
        """The first character that is not allowed, or the first space too many (at an end, or doubled)."""
        after_word = False
        for position, character in enumerate(text, start=1):
            if character == " ":
                if not after_word or position == len(text):
                    return CharacterFault(position, character)
                after_word = False
            elif character.translate(_UPPER) in _ALLOWED or character in self.extra:
                after_word = True
            else:
                return CharacterFault(position, character)
        return None

    def proposal(self, text: str) -> str:
        """The nearest allowed text: ``Société d'Électricité`` → ``SOCIETE D ELECTRICITE``.

        What cannot be replaced stays where it is, so that :meth:`check` names it; nothing is cut to length,
        since only a person knows which word may go.
        """
        replaced = "".join(self._replacement(character) for character in unicodedata.normalize("NFC", text))
        return " ".join(replaced.split()).translate(_UPPER)

    @property
    def spelling(self) -> dict[str, str]:
        """What :meth:`proposal` puts in the place of signs, for a page that proposes while one types."""
        return dict.fromkeys(sorted(_SPACED), " ") | _SPELT_OUT

    def _replacement(self, character: str) -> str:
        if character in self.extra:
            return character
        parts = unicodedata.normalize("NFKD", character)
        return "".join(self._spelling(part) for part in parts if not unicodedata.combining(part))

    def _spelling(self, character: str) -> str:
        if character in self.extra:
            return character
        return " " if character in _SPACED else _SPELT_OUT.get(character, character)
