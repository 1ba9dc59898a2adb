"""The call detail: a section per mobile line, a document of its own that may be purged before the invoice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from apps.core import french, identifiers
from apps.core.money import MICROS, round_half_up, total
from apps.documents.presentation import Palette, identity
from apps.documents.sheets import DENSE, Column, Sheet
from apps.documents.snapshot import Call, CallKind, CallSection, Direction, InvoiceSnapshot

TITLE = "Détail des communications"

CALL_COLUMNS = (
    Column("Date et heure", 34, wraps=False),
    Column("Type", 25, wraps=False),
    Column("Correspondant", 34),
    Column("Destination", 43),
    Column("Quantité", 19, "right", wraps=False),
    Column("Prix HT", 19, "right", wraps=False),
)
SUBTOTAL_COLUMNS = (
    Column("Type", 34),
    Column("Destination", 60),
    Column("Nombre", 20, "right", wraps=False),
    Column("Quantité", 30, "right", wraps=False),
    Column("Montant HT", 30, "right", wraps=False),
)

LABELS = {
    (CallKind.VOICE, Direction.OUT): "Appel",
    (CallKind.VOICE, Direction.IN): "Appel reçu",
    (CallKind.VOICE, Direction.FORWARDED): "Renvoi d’appel",
    (CallKind.SMS, Direction.OUT): "SMS",
    (CallKind.SMS, Direction.IN): "SMS reçu",
    (CallKind.SMS, Direction.FORWARDED): "SMS renvoyé",
    (CallKind.MMS, Direction.OUT): "MMS",
    (CallKind.MMS, Direction.IN): "MMS reçu",
    (CallKind.MMS, Direction.FORWARDED): "MMS renvoyé",
    (CallKind.DATA, Direction.OUT): "Données",
    (CallKind.DATA, Direction.IN): "Données",
    (CallKind.DATA, Direction.FORWARDED): "Données",
}
GROUP_LABELS = {CallKind.VOICE: "Appels", CallKind.SMS: "SMS", CallKind.MMS: "MMS", CallKind.DATA: "Données"}
INCLUDED = "inclus"


def call_section(
    *,
    msisdn: str,
    calls: Iterable[Call],
    user_name: str = "",
    masked: bool = True,
    bytes_per_mb: int = 1_048_576,
) -> CallSection:
    """The section of one line, from calls whose ``other_number`` is still as it was stored.

    In call order. The last four digits are hidden unless the customer asked otherwise: that is done here, so
    that a section, wherever it travels, holds no more than its reader may see. Free and emergency numbers,
    which are never listed, are for the caller to leave out.
    """
    ordered = sorted(calls, key=lambda call: call.started_at)
    return CallSection(
        msisdn=msisdn,
        user_name=user_name,
        calls=tuple(replace(call, other_number=_shown_number(call.other_number, masked)) for call in ordered),
        bytes_per_mb=bytes_per_mb,
    )


@lru_cache(maxsize=4096)
def _shown_number(number: str, masked: bool) -> str:
    if not number:
        return ""
    shown = identifiers.national(number)
    return identifiers.mask_number(shown) if masked else shown


def render_annex(snapshot: InvoiceSnapshot, sections: Sequence[CallSection]) -> bytes:
    """The PDF of the call detail that goes with ``snapshot``, not numbered yet (joining does that)."""
    sheet = Sheet(
        title=TITLE,
        aside=f"{snapshot.buyer.legal_name} · {french.days(snapshot.period_start, snapshot.period_end)}",
        identity=identity(snapshot.seller),
        palette=Palette.of(snapshot.branding.colour),
        density=DENSE,
    )
    for section in sections:
        _draw_section(sheet, section)
    return sheet.finish()


def _draw_section(sheet: Sheet, section: CallSection) -> None:
    name = f"{identifiers.national(section.msisdn)}   {section.user_name}".rstrip()
    decimals = price_decimals(section.calls)
    sheet.table(CALL_COLUMNS)
    sheet.heading(name, _number_of(len(section.calls)))
    for call in section.calls:
        sheet.row(call_cells(call, section.bytes_per_mb, decimals))
    _draw_subtotals(sheet, section, name)
    sheet.space()


def _number_of(calls: int) -> str:
    return f"{calls} communication{'s' if calls > 1 else ''}"


def call_cells(call: Call, bytes_per_mb: int, decimals: int) -> tuple[str, ...]:
    """A call in the columns of CALL_COLUMNS."""
    started = call.started_at
    return (
        f"{started:%d/%m/%Y  %H:%M:%S}",
        LABELS[call.kind, call.direction],
        call.other_number,
        call.destination,
        _quantity(call.kind, call.quantity, bytes_per_mb),
        INCLUDED if call.included else french.decimal_text(call.price, at_least=decimals, at_most=decimals),
    )


def price_decimals(calls: Iterable[Call]) -> int:
    """Four decimals, as operators print, or six where four would hide something: one width per section."""
    return 4 if all(call.price * 10_000 % 1 == 0 for call in calls) else MICROS


def _quantity(kind: CallKind, quantity: int, bytes_per_mb: int) -> str:
    match kind:
        case CallKind.VOICE:
            return french.duration(quantity)
        case CallKind.DATA:
            megabytes = round_half_up(Decimal(quantity) / bytes_per_mb, 3)
            unit, shown = ("Mo", megabytes) if megabytes or not quantity else ("o", Decimal(quantity))
            return f"{french.decimal_text(shown)}{french.NBSP}{unit}"
    return french.decimal_text(Decimal(quantity))


def _draw_subtotals(sheet: Sheet, section: CallSection, name: str) -> None:
    """The same grouping and rounding as the usage lines of the invoice, so that both can be compared."""
    ordered = sorted(section.calls, key=_group)
    amounts = []
    sheet.table(SUBTOTAL_COLUMNS, quiet=True)
    for (kind, destination), members in groupby(ordered, key=_group):
        calls = tuple(members)
        amount = total(call.price for call in calls)
        amounts.append(amount)
        quantity = _quantity(kind, sum(call.quantity for call in calls), section.bytes_per_mb)
        sheet.row((GROUP_LABELS[kind], destination, str(len(calls)), quantity, french.euros(amount)))
    sheet.row(("Total", name, str(len(section.calls)), "", french.euros(total(amounts))), bold=True)


def _group(call: Call) -> tuple[CallKind, str]:
    return call.kind, call.destination
