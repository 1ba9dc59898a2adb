"""The items of an invoice by mobile line, on pages that follow the front when they are too many for it."""

from __future__ import annotations

from collections.abc import Iterable

from reportlab.lib.units import mm

from apps.core import french, identifiers
from apps.documents.presentation import Block, Palette, Sums, blocks, identity, own_blocks, third_party_blocks
from apps.documents.sheets import WIDTH, Column, Sheet
from apps.documents.snapshot import InvoiceSnapshot, Item

CUSTOMER_ITEMS = "Hors lignes mobiles"
THIRD_PARTY = "Services de tiers (numéros spéciaux, SMS surtaxés)"

ITEM_COLUMNS = (
    Column("Désignation", 74),
    Column("Période", 35, wraps=False),
    Column("Qté", 13, "right", wraps=False),
    Column("P.U. HT", 19, "right", wraps=False),
    Column("TVA", 11, "right", wraps=False),
    Column("Montant HT", 22, "right", wraps=False),
)

#: The columns of the summary, each shown where some line has it.
SUM_TITLES = {
    "subscriptions": "Abonn.",
    "services": "Services",
    "usage": "Conso.",
    "discounts": "Remises",
    "third_party": "Tiers",
}
SUM_WIDTH = 19
NUMBER_WIDTH = 25


def render_detail(snapshot: InvoiceSnapshot) -> bytes:
    """The PDF of all items of ``snapshot``, not numbered yet (joining does that)."""
    document = "de l’avoir" if snapshot.is_credit_note else "de la facture"
    sheet = Sheet(
        title=f"Détail {document}",
        aside=f"{snapshot.buyer.legal_name} · {french.days(snapshot.period_start, snapshot.period_end)}",
        identity=identity(snapshot.seller),
        palette=Palette.of(snapshot.branding.colour),
    )
    by_line = blocks(snapshot.items)
    if len(by_line) > 1:
        sheet.title_line("Récapitulatif par ligne mobile, montants HT")
        _draw_summary(sheet, by_line, Sums.of(snapshot.items))
    sheet.title_line("Détail par ligne mobile")
    _draw_blocks(sheet, own_blocks(snapshot))
    if apart := third_party_blocks(snapshot):
        sheet.title_line(THIRD_PARTY)
        _draw_blocks(sheet, apart)
    return sheet.finish()


def block_name(block: Block) -> str:
    """«06 39 98 00 01   ALICE MOREAU»."""
    if not block.msisdn:
        return CUSTOMER_ITEMS
    return f"{identifiers.national(block.msisdn)}   {block.user_name}".rstrip()


def _draw_summary(sheet: Sheet, by_line: Iterable[Block], everything: Sums) -> None:
    shown = [name for name in SUM_TITLES if getattr(everything, name) is not None]
    name_width = WIDTH / mm - NUMBER_WIDTH - SUM_WIDTH * (len(shown) + 1)
    sheet.table(
        [
            Column("Ligne", NUMBER_WIDTH),
            Column("Utilisateur", name_width),
            *(Column(SUM_TITLES[name], SUM_WIDTH, "right", wraps=False) for name in shown),
            Column("Total", SUM_WIDTH, "right", wraps=False),
        ]
    )
    for block in by_line:
        number, name = identifiers.national(block.msisdn), block.user_name
        if not block.msisdn:
            number, name = "–", CUSTOMER_ITEMS
        sheet.row((number, name, *_amounts(block.sums, shown)))
    sheet.row(("Total", "", *_amounts(everything, shown)), bold=True)


def _amounts(sums: Sums, shown: Iterable[str]) -> list[str]:
    amounts = [getattr(sums, name) for name in shown]
    return ["" if amount is None else french.amount(amount) for amount in amounts] + [french.amount(sums.net)]


def _draw_blocks(sheet: Sheet, by_line: Iterable[Block]) -> None:
    sheet.table(ITEM_COLUMNS)
    for block in by_line:
        sheet.heading(block_name(block), french.euros(block.sums.net))
        for item in block.items:
            sheet.row(_cells(item), note=item.detail)


def _cells(item: Item) -> tuple[str, ...]:
    period = french.short_days(item.period_start, item.period_end) if item.period_start and item.period_end else ""
    return (
        item.label,
        period,
        french.decimal_text(item.quantity),
        french.price(item.unit_price),
        french.percent(item.vat_rate),
        french.euros(item.net),
    )
