"""Words printed on invoices. French whatever the language of the screen: the document is French by law."""

from __future__ import annotations

from decimal import Decimal

from apps.billing.slices import Rebate, Slice
from apps.core import french
from apps.core.periods import Month
from apps.usage.choices import RecordKind

USAGE = {
    RecordKind.VOICE: "Appels",
    RecordKind.SMS: "SMS",
    RecordKind.MMS: "MMS",
    RecordKind.DATA: "Internet",
}


def month_name(month: Month) -> str:
    return f"{french.MONTHS[month.month - 1].capitalize()} {month.year}"


def rebate_label(rebate: Rebate, of: str) -> str:
    if rebate.percent is not None:
        return f"Remise {french.percent(rebate.percent)} – {of}"
    return f"Remise {french.euros(rebate.amount or Decimal(0))} par mois – {of}"


def slice_detail(part: Slice) -> str:
    """The month, and the days when it was not served whole."""
    name = month_name(part.month)
    if part.served_days == part.month.days:
        return name
    return f"{name}, {part.served_days}/{part.month.days} jours"


def usage_label(kind: RecordKind, destination: str) -> str:
    """The destination, with the kind in front where it does not say it already («SMS France»)."""
    word = USAGE[kind]
    return destination if destination.upper().startswith(word.upper()) else f"{word} {destination}".strip()


def usage_detail(kind: RecordKind, records: int, quantity: int, megabyte: int) -> str:
    """How many, and how much: seconds as h min s, bytes as Mo."""
    many = "s" if records > 1 else ""
    if kind == RecordKind.VOICE:
        hours, rest = divmod(quantity, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{records} appel{many}, {hours} h {minutes:02d} min {seconds:02d} s"
    if kind == RecordKind.DATA:
        tenths = (quantity * 10 + megabyte // 2) // megabyte
        return f"{records} session{many}, {tenths // 10},{tenths % 10} Mo"
    return f"{quantity} {kind.name}"
