"""How somebody is reached: by telephone, and by electronic invoices. What was typed comes back in its one form."""

from __future__ import annotations

import re
from typing import Final

from apps.core.identifiers import FRANCE, IdentifierRefused, check_siren, national

#: Of the columns that keep a telephone number.
PHONE_LENGTH: Final = 20
#: The scheme of French businesses: a SIREN, and what the business itself puts behind it.
FRENCH_BUSINESS: Final = "0225"
#: Country codes of France, whose numbers are dialled with a 0 at home: metropolitan and overseas.
FRENCH_COUNTRIES: Final = (33, 262, 590, 594, 596)

_PHONE = re.compile(r"[+0-9\s./()-]+")
# «+33 (0)6…»: the zero between brackets is not dialled after a country code.
_TRUNK_ZERO = re.compile(r"(?<=\d)\s*\(0\)")
_ELECTRONIC_ADDRESS = re.compile(r"(?P<scheme>[0-9]{4}|EM):(?P<identifier>[!-~]+)")
_SIREN_ALONE = re.compile(r"[0-9]{9}(_[!-~]+)?")


def check_phone(text: str) -> str:
    """A telephone number, fixed or mobile, as it is read: ``04 68 00 00 00``, ``+32 2 555 12 12``.

    One of elsewhere begins with ``+`` or ``00`` and its country code. Letters are refused: what follows a number, as
    an extension or a name, is no part of it.
    """
    # The world's numbering plans are slow to load, and most programs never ask for them.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(_TRUNK_ZERO.sub("", text), "FR") if _PHONE.fullmatch(text) else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise IdentifierRefused("phone_format")
    if parsed.country_code in FRENCH_COUNTRIES:
        return national(f"{FRANCE}{parsed.national_number}")
    digits = f"{parsed.country_code}{parsed.national_number}"
    shown = national(digits)
    return shown if len(shown) <= PHONE_LENGTH else f"+{digits}"


def check_electronic_address(text: str) -> str:
    """The electronic address of a buyer, ``scheme:identifier`` (EN 16931, BT-49): ``0225:732829320_FACTURES``.

    A SIREN alone, or with what follows it, is that of a French business. Of other schemes only the form is known.
    """
    typed = "".join(text.split())
    if _SIREN_ALONE.fullmatch(typed):
        typed = f"{FRENCH_BUSINESS}:{typed}"
    found = _ELECTRONIC_ADDRESS.fullmatch(typed)
    if found is None:
        raise IdentifierRefused("electronic_address_format")
    if found["scheme"] == FRENCH_BUSINESS:
        check_siren(found["identifier"].partition("_")[0])
    return typed
