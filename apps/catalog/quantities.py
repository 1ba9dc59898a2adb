"""Quantities of usage as people say them: «2 h 30 min», «100 SMS», «20 Go»."""

from __future__ import annotations

from decimal import Decimal
from math import isqrt

from django.conf import settings
from django.utils.translation import gettext as _

from apps.catalog.choices import UsageKind
from apps.core.french import NBSP, decimal_text


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
