"""Numbers that identify things: lines, SIM cards, companies, bank accounts.

Every ``check_…`` takes what a person typed or a file holds and returns the one form that is stored, or raises
:class:`IdentifierRefused`. A mobile number is stored as the digits of its E.164 form without ``+``
(``33639980001``): a leading ``+`` does not survive a spreadsheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum import luhn
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.fr import siren, siret
from stdnum.iso7064 import mod_97_10

from apps.core.refusals import Refusal


class IdentifierRefused(Refusal):
    """A text that is not the identifier it should be."""


# What is left of a long number once a spreadsheet has shown it: 8,93322E+18.
_SPREADSHEET = re.compile(r"[0-9]([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_DIGITS = "0123456789"


def refuse_spreadsheet_number(text: str) -> None:
    """Raise when ``text`` is a number in scientific notation: its last digits are gone for good."""
    if _SPREADSHEET.fullmatch(text.strip()):
        raise IdentifierRefused("spreadsheet_number", value=text.strip())


def _digits(text: str, ignored: str = "") -> str:
    """The digits of ``text``, whose ``ignored`` signs and spaces of any kind are dropped."""
    if text.isascii() and text.isdecimal():
        return text
    refuse_spreadsheet_number(text)
    digits = []
    for position, character in enumerate(text, start=1):
        if character.isspace() or character in ignored:
            continue
        if character not in _DIGITS:
            raise IdentifierRefused("digit_expected", character=character, position=position)
        digits.append(character)
    if not digits:
        raise IdentifierRefused("value_missing")
    return "".join(digits)


# --- Telephone numbers (DOMAIN §3) -------------------------------------------------------------------------

FRANCE = "33"
# Overseas mobiles share the national 06 range with metropolitan France; each territory has its country code.
_OVERSEAS_MOBILES = {
    "0690": "590",
    "0691": "590",
    "0694": "594",
    "0696": "596",
    "0697": "596",
    "0692": "262",
    "0693": "262",
    "0639": "262",
}
_OVERSEAS = tuple(dict.fromkeys(_OVERSEAS_MOBILES.values()))
# Reserved by the regulator for fiction, inside the Mayotte range: the numbers of every sample and test.
_FICTION = "063998"
_MOBILE = re.compile(r"0(6[0-9]{8}|7[3-9][0-9]{7})")
_M2M = re.compile(r"0700[0-9]{10}")
# «+33 (0)6…»: neither the sign nor the zero between brackets is dialled after a country code.
_DECORATION = re.compile(r"^\s*\+|\(0\)")
_ZERO_LOST = re.compile(r"[67][0-9]{8}")
SHORT_NUMBER_DIGITS = 6


def normalise_msisdn(text: str) -> str:
    """The stored form of a French mobile number, however it was typed.

    Reads ``06…``, ``336…``, ``+336…``, ``00336…`` and ``+33 (0)6…`` with spaces, dots or dashes, the
    14-digit machine numbers ``0700…`` and overseas mobiles, also those written ``+33 690…`` for ``+590
    690…``. Fixed-line, special and foreign numbers are refused: a line of the fleet has none of these.
    """
    with_country = text.lstrip().startswith("+")
    # Blanked rather than removed, so that a refusal still names the position as it was typed.
    digits = _digits(_DECORATION.sub(lambda found: " " * len(found[0]), text), ignored=".-")
    if digits.startswith("00"):
        with_country, digits = True, digits[2:]
    if digits.startswith("0") and not with_country:
        return _msisdn_of_national(digits)
    if _ZERO_LOST.fullmatch(digits) and not with_country:
        raise IdentifierRefused("msisdn_zero_lost", proposal=f"0{digits}")

    for country in (FRANCE, *_OVERSEAS):
        if digits.startswith(country):
            msisdn = _msisdn_of_national(f"0{digits.removeprefix(country)}")
            if country != FRANCE and not msisdn.startswith(country):
                raise IdentifierRefused("msisdn_country", typed=country, expected=_split_country(msisdn)[0])
            return msisdn
    raise IdentifierRefused("msisdn_foreign")


def _msisdn_of_national(digits: str) -> str:
    if _M2M.fullmatch(digits):
        return FRANCE + digits[1:]
    if digits.startswith("0700"):
        raise IdentifierRefused("msisdn_m2m_length", found=len(digits))
    if len(digits) != 10:
        raise IdentifierRefused("msisdn_length", found=len(digits))
    if not _MOBILE.fullmatch(digits):
        raise IdentifierRefused("msisdn_not_mobile")
    country = FRANCE if digits.startswith(_FICTION) else _OVERSEAS_MOBILES.get(digits[:4], FRANCE)
    return country + digits[1:]


def national(number: str) -> str:
    """How France reads a stored or called number: ``06 39 98 00 01``, ``0690 12 34 56``, ``3631``.

    Foreign numbers are shown in international form, short and special ones as they are dialled, and what is
    not digits (the sender name of an SMS) unchanged.
    """
    country, subscriber = _split_country(number)
    if country == FRANCE:
        return _pairs(f"0{subscriber}")
    if country in _OVERSEAS:
        return f"0{subscriber[:3]} {_pairs(subscriber[3:])}"
    return international(number)


def international(number: str) -> str:
    """``number`` with its country code: ``+33 6 39 98 00 01``; short and special numbers have none."""
    if not number.isdecimal() or len(number) <= SHORT_NUMBER_DIGITS:
        return number
    if number.startswith("0"):
        return _pairs(number) if len(number) == 10 else number
    country, subscriber = _split_country(number)
    if country == FRANCE and len(subscriber) == 9:
        return f"+{country} {subscriber[0]} {_pairs(subscriber[1:])}"
    if country:
        return f"+{country} {subscriber[:3]} {_pairs(subscriber[3:])}"
    return _foreign(number)


def _split_country(number: str) -> tuple[str, str]:
    """Country code and rest of a French number in stored form; two empty texts for any other."""
    if re.fullmatch(r"33([1-9][0-9]{8}|700[0-9]{10})", number):
        return number[:2], number[2:]
    if number[:3] in _OVERSEAS and re.fullmatch(r"[0-9]{12}", number):
        return number[:3], number[3:]
    return "", ""


def _pairs(digits: str) -> str:
    return " ".join(digits[start : start + 2] for start in range(0, len(digits), 2))


def _foreign(number: str) -> str:
    # The world's numbering plans are slow to load, and most programs never show a foreign number.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return f"+{number}"
    if not phonenumbers.is_possible_number(parsed):
        return f"+{number}"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask_number(number: str) -> str:
    """``number``, in any form, with its last four digits hidden: ``06 39 98 ** **``.

    Short numbers are not spared: which helpline someone calls tells more than a friend's number does.
    """
    digits = [index for index, character in enumerate(number) if character.isdecimal()]
    hidden = set(digits[-4:])
    return "".join("*" if index in hidden else character for index, character in enumerate(number))


# --- SIM cards (DOMAIN §4) ---------------------------------------------------------------------------------


def luhn_digit(number: str) -> str:
    """The check digit to append to ``number`` (ISO/IEC 7812-1, annex B)."""
    return luhn.calc_check_digit(number)


def luhn_ok(number: str) -> bool:
    """Whether the last digit of ``number`` is its check digit."""
    return luhn.is_valid(number)


@dataclass(frozen=True, slots=True)
class Iccid:
    """A SIM card's number, and what is odd about it without being wrong."""

    number: str
    warnings: tuple[IdentifierRefused, ...] = ()


def check_iccid(text: str) -> Iccid:
    """Read the number printed on a SIM card: 19 digits ended by their check digit, or 20 for some issuers.

    A trailing ``F`` (filler of the half-empty last byte on the card) is dropped. Twenty digits whose check
    digit is wrong are accepted with a warning, since issuers of 20 do not agree on it; so are cards of
    another country. Eighteen digits are refused with the completed number in ``params["completed"]``.
    """
    number = _digits(re.sub(r"\s*[fF]\s*$", "", text), ignored="-")
    if not number.startswith("89"):
        raise IdentifierRefused("iccid_prefix", prefix=number[:2])
    if len(number) == 18:
        raise IdentifierRefused("iccid_incomplete", completed=number + luhn_digit(number))
    if len(number) not in (19, 20):
        raise IdentifierRefused("iccid_length", found=len(number))

    warnings = []
    if not luhn_ok(number):
        wrong_digit = IdentifierRefused("iccid_luhn", found=number[-1], expected=luhn_digit(number[:-1]))
        if len(number) == 19:
            raise wrong_digit
        warnings.append(wrong_digit)
    if not number[2:].startswith((FRANCE, *_OVERSEAS)):
        warnings.append(IdentifierRefused("iccid_country"))
    return Iccid(number, tuple(warnings))


def check_imsi(text: str) -> str:
    """The 15 digits of a subscriber identity of France (208) or the Indian Ocean (647)."""
    imsi = _digits(text)
    if len(imsi) != 15:
        raise IdentifierRefused("imsi_length", found=len(imsi))
    if not imsi.startswith(("208", "647")):
        raise IdentifierRefused("imsi_country", prefix=imsi[:3])
    return imsi


def check_pin(text: str) -> str:
    """A PIN code, 4 to 8 digits. Refusals never quote the code itself."""
    pin = _digits(text)
    if len(pin) < 4:
        raise IdentifierRefused("zeros_lost", found=len(pin), expected=4)
    if len(pin) > 8:
        raise IdentifierRefused("pin_length", found=len(pin))
    return pin


def check_puk(text: str) -> str:
    """An unblocking code, 8 digits. Refusals never quote the code itself."""
    puk = _digits(text)
    if len(puk) in (6, 7):
        raise IdentifierRefused("zeros_lost", found=len(puk), expected=8)
    if len(puk) != 8:
        raise IdentifierRefused("puk_length", found=len(puk))
    return puk


def check_imei(text: str) -> str:
    """The 15 digits of a handset, the last of which is their check digit (3GPP TS 23.003, annex B)."""
    imei = _digits(text, ignored="-/")
    if len(imei) != 15:
        raise IdentifierRefused("imei_length", found=len(imei))
    if not luhn_ok(imei):
        raise IdentifierRefused("imei_luhn", found=imei[-1], expected=luhn_digit(imei[:-1]))
    return imei


# --- Companies and bank accounts (DOMAIN §9) ---------------------------------------------------------------


def check_siren(text: str) -> str:
    """The 9 digits of a French company."""
    number = _digits(text, ignored=".")
    if len(number) == 8 and siren.is_valid(f"0{number}"):
        raise IdentifierRefused("zeros_lost", found=8, expected=9)
    if len(number) != 9:
        raise IdentifierRefused("siren_length", found=len(number))
    if not siren.is_valid(number):
        raise IdentifierRefused("siren_checksum")
    return number


def check_siret(text: str) -> str:
    """The 14 digits of a French company's establishment (La Poste's own rule included)."""
    number = _digits(text, ignored=".")
    if len(number) != 14:
        raise IdentifierRefused("siret_length", found=len(number))
    if not siret.is_valid(number):
        raise IdentifierRefused("siret_checksum")
    return number


def check_vat_number(text: str) -> str:
    """A VAT number of the European Union with its country code, in capitals without spaces."""
    if not text.strip():
        raise IdentifierRefused("value_missing")
    try:
        return vat.validate(text)
    except InvalidComponent:
        raise IdentifierRefused("vat_country", prefix=text.strip()[:2].upper()) from None
    except InvalidChecksum:
        raise IdentifierRefused("vat_checksum") from None
    except ValidationError:
        raise IdentifierRefused("vat_format") from None


def check_iban(text: str) -> str:
    """An IBAN in capitals without spaces: country, length, check digits and, in France, RIB key are right."""
    # It reads its registry of the world's banks when it is first imported: most programs never need it.
    from schwifty import IBAN, exceptions

    if not text.strip():
        raise IdentifierRefused("value_missing")
    refuse_spreadsheet_number(text)
    try:
        return str(IBAN(text, validate_bban=True))
    except exceptions.InvalidCountryCode:
        raise IdentifierRefused("iban_country", prefix=text.strip()[:2].upper()) from None
    except exceptions.InvalidLength:
        raise IdentifierRefused("iban_length") from None
    except exceptions.InvalidBBANChecksum:
        raise IdentifierRefused("iban_national_key") from None
    except exceptions.InvalidChecksumDigits:
        raise IdentifierRefused("iban_checksum") from None
    except exceptions.SchwiftyException:
        raise IdentifierRefused("iban_format") from None


def check_bic(text: str) -> str:
    """A bank's SWIFT code, 8 or 11 characters, in capitals without spaces."""
    from schwifty import BIC, exceptions

    if not text.strip():
        raise IdentifierRefused("value_missing")
    try:
        return str(BIC(text, enforce_swift_compliance=True))
    except exceptions.InvalidCountryCode:
        raise IdentifierRefused("bic_country") from None
    except exceptions.SchwiftyException:
        raise IdentifierRefused("bic_format") from None


# Banks overseas have the country of their territory in their BIC, and a French IBAN; those of Monaco are French too.
_BIC_COUNTRIES = {
    "FR": {"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF"},
    "MC": {"MC", "FR"},
    "GB": {"GB", "GG", "IM", "JE"},
}


def check_bank_pair(iban: str, bic: str) -> None:
    """Raise when a right IBAN and a right BIC, in stored form, cannot belong to the same account: other countries."""
    country = iban[:2]
    if bic[4:6] not in _BIC_COUNTRIES.get(country, {country}):
        raise IdentifierRefused("bic_other_country", bic=bic[4:6], iban=country)


def usual_bics(iban: str) -> set[str]:
    """The BICs under which the bank of an IBAN in stored form is known; none where the registry has none."""
    from schwifty import BIC, IBAN, exceptions

    read = IBAN(iban, allow_invalid=True)
    try:
        return {str(one) for one in BIC.candidates_from_bank_code(read.country_code, read.bank_code)}
    except exceptions.SchwiftyException:
        return set()


_CREDITOR_ID = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")
_FRENCH_CREDITOR_ID_LENGTH = 13  # FR, two check digits, three characters of one's own, six of the Banque de France


def check_creditor_id(text: str) -> str:
    """A SEPA creditor identifier (ICS in France) in capitals without spaces.

    Its two check digits (ISO 7064, mod 97-10) leave out characters 5 to 7, which the creditor chooses
    (EPC262-08, «Creditor Identifier Overview»).
    """
    number = "".join(text.split()).upper()
    if not number:
        raise IdentifierRefused("value_missing")
    if number.startswith("FR") and len(number) != _FRENCH_CREDITOR_ID_LENGTH:
        raise IdentifierRefused("creditor_id_length", found=len(number))
    if not _CREDITOR_ID.fullmatch(number):
        raise IdentifierRefused("creditor_id_format")
    if not mod_97_10.is_valid(number[7:] + number[:4]):
        raise IdentifierRefused("creditor_id_checksum")
    return number


def mask_iban(iban: str) -> str:
    """An IBAN for a document others see: its first and last four characters, in groups of four."""
    compact = re.sub(r"\s", "", iban)
    masked = compact[:4] + "*" * (len(compact) - 8) + compact[max(4, len(compact) - 4) :]
    return " ".join(masked[start : start + 4] for start in range(0, len(masked), 4))
