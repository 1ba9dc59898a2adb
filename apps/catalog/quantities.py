"""Quantities of usage as people say them and type them: «2 h 30 min», «100 SMS», «20 Go», «illimité»."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.choices import UsageKind
from apps.core.french import NBSP, decimal_text
from apps.core.refusals import Refusal

UNLIMITED: Final = "ILLIMITE"

type Quantity = int | Literal["ILLIMITE"]

#: More than anybody sells, in bytes, seconds or messages.
LARGEST = 10**16

SENTENCES = {
    "quantity_voice": gettext_lazy("Write a duration with its units, as “2 h”, “1 h 30” or “90 s”."),
    "quantity_sms": gettext_lazy("Write a number of messages, as “100”."),
    "quantity_mms": gettext_lazy("Write a number of messages, as “100”."),
    "quantity_data": gettext_lazy("Write a volume with its unit, as “500 Mo”, “50 Go” or “1,5 Go”."),
    "included_voice": gettext_lazy("Write a duration with its units, as “2 h”, “1 h 30” or “90 min”, or “illimité”."),
    "included_sms": gettext_lazy("Write a number of messages, as “100” or “100 SMS”, or “illimité”."),
    "included_data": gettext_lazy("Write a volume with its unit, as “500 Mo”, “50 Go” or “1,5 Go”, or “illimité”."),
    "quantity_not_whole": gettext_lazy("This is no whole number of seconds, messages or bytes."),
    "quantity_too_large": gettext_lazy("This is more than there is: write “illimité”."),
    "quantity_limited": gettext_lazy("Write a quantity here, not “illimité”."),
}

_PART = re.compile(r"([0-9]+(?:[.,][0-9]+)?)([a-z]*)")
_SECONDS = {"h": 3600, "heure": 3600, "heures": 3600, "min": 60, "mn": 60, "minute": 60, "minutes": 60}
_SECONDS |= {"s": 1, "sec": 1, "seconde": 1, "secondes": 1}
_BYTES = {"octet": 0, "octets": 0, "o": 0, "ko": 1, "kb": 1, "mo": 2, "mb": 2, "go": 3, "gb": 3, "to": 4, "tb": 4}


def parse_included(kind: str, text: str) -> Quantity:
    """What is included (never MMS): UNLIMITED for «illimité», 0 for nothing at all, else :func:`parse_quantity`."""
    plain = _plain(text)
    if plain.startswith("illimit") or plain == "unlimited":
        return UNLIMITED
    if plain in ("", "0", "aucun", "rien"):
        return 0
    try:
        return parse_quantity(kind, text)
    except Refusal as refusal:
        if refusal.code != f"quantity_{kind}":
            raise
        raise Refusal(f"included_{kind}") from refusal


def parse_quantity(kind: str, text: str) -> int:
    """The inverse of :func:`quantity_text`, whatever the spaces, accents and capitals: seconds, messages or bytes.

    Refusal (a code of SENTENCES) for anything doubtful: a duration or a volume has its unit.
    """
    plain = _plain(text)
    parts = _PART.findall(plain)
    if "".join(number + unit for number, unit in parts) != plain or not parts:
        raise Refusal("quantity_limited" if plain.startswith("illimit") else f"quantity_{kind}")
    exact = [(Fraction(number.replace(",", ".")), unit) for number, unit in parts]
    match kind:
        case UsageKind.VOICE:
            amount = _read_duration(exact)
        case UsageKind.DATA:
            amount = _read_volume(exact)
        case _:
            amount = _read_count(kind, exact)
    if amount.denominator != 1:
        raise Refusal("quantity_not_whole")
    if amount > LARGEST:
        raise Refusal("quantity_too_large")
    return int(amount)


def _plain(text: str) -> str:
    """Small letters without accents and without any space, also between thousands."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in folded if not unicodedata.combining(sign) and not sign.isspace())


def _read_duration(parts: list[tuple[Fraction, str]]) -> Fraction:
    """Hours, minutes and seconds in this order, each once; «1 h 30» means minutes."""
    total, last = Fraction(0), 3601
    for number, unit in parts:
        size = _SECONDS.get(unit) or (60 if not unit and last == 3600 else None)
        if size is None or size >= last:
            raise Refusal("quantity_voice")
        total, last = total + number * size, size
    return total


def _read_volume(parts: list[tuple[Fraction, str]]) -> Fraction:
    if len(parts) != 1 or parts[0][1] not in _BYTES:
        raise Refusal("quantity_data")
    number, unit = parts[0]
    return number * isqrt(settings.MEGABYTE) ** _BYTES[unit]


def _read_count(kind: str, parts: list[tuple[Fraction, str]]) -> Fraction:
    if len(parts) != 1 or parts[0][1] not in ("", "sms", "mms", "message", "messages"):
        raise Refusal(f"quantity_{kind}")
    return parts[0][0]


def exact_text(kind: str, quantity: int) -> str:
    """As :func:`quantity_text`, in bytes where a larger unit would have to be rounded: for a field to type in."""
    said = quantity_text(kind, quantity)
    try:
        is_exact = parse_quantity(kind, said) == quantity
    except Refusal:  # 1,01 Ko is no whole number of bytes
        is_exact = False
    return said if is_exact else f"{decimal_text(Decimal(quantity))}{NBSP}{_('bytes')}"


def quantity_text(kind: str, quantity: int) -> str:
    """``quantity`` in the unit of its ``kind``: seconds for voice, bytes for data, messages else."""
    match kind:
        case UsageKind.VOICE:
            return _duration(quantity)
        case UsageKind.DATA:
            return _volume(quantity)
        case _:
            return f"{decimal_text(Decimal(quantity))}{NBSP}{UsageKind(kind).label}"


def _duration(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    parts = [(hours, "h"), (minute, "min"), (second, "s")]
    said = [f"{decimal_text(Decimal(value))}{NBSP}{unit}" for value, unit in parts if value]
    return NBSP.join(said) or f"0{NBSP}s"


def _volume(size: int) -> str:
    kilobyte = isqrt(settings.MEGABYTE)
    value, units = Decimal(size), [_("bytes"), _("KB"), _("MB"), _("GB"), _("TB")]
    while value >= kilobyte and len(units) > 1:
        value, units = value / kilobyte, units[1:]
    return f"{decimal_text(value, at_most=2)}{NBSP}{units[0]}"
