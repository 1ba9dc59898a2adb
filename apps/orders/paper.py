"""The order form, «Bon de commande», as people receive it: from a frozen value to the bytes of a PDF.

No model, no query, no clock: made to be drawn in a process of its own, like invoices (ADR 0006), and the same order
has the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from apps.core import french
from apps.documents.joining import join
from apps.documents.logo import BOX_HEIGHT_MM, BOX_WIDTH_MM
from apps.documents.presentation import Palette, identity
from apps.documents.sheets import BOLD, LEFT, PLAIN, QUIET, SMALL, WIDTH, Column, Sheet, wrapped
from apps.documents.snapshot import Branding, Party

TITLE = "Bon de commande"
COLUMNS = (
    Column("Désignation", 76),
    Column("Qté", 12, "right", wraps=False),
    Column("P.U. HT", 22, "right", wraps=False),
    Column("TVA", 14, "right", wraps=False),
    Column("Par mois HT", 25, "right", wraps=False),
    Column("Une fois HT", 25, "right", wraps=False),
)
TOTALS = (
    Column("Totaux", 74),
    Column("Par mois", 50, "right", wraps=False),
    Column("Une fois", 50, "right", wraps=False),
)
LINE_HEIGHT = 4 * mm


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """One thing to pay, each month or once; ``net`` is negative for a discount."""

    label: str
    note: str
    quantity: int
    unit_price: Decimal
    rate: Decimal
    net: Decimal
    monthly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """An item of the order: what it is, in a bar above its rows, and the conditions that are its own below them."""

    title: str
    aside: str
    rows: tuple[PaperRow, ...]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaper:
    """All that the order form shows. ``settled_on`` is None for what is not validated: it then says that it is none."""

    number: str
    entered_on: date
    settled_on: date | None
    seller: Party
    buyer: Party
    delivery: Party | None
    branding: Branding
    logo: bytes | None
    references: tuple[tuple[str, str], ...]
    items: tuple[PaperItem, ...]
    monthly: tuple[Decimal, Decimal]
    once: tuple[Decimal, Decimal]
    conditions: tuple[str, ...]


def draw_paper(paper: OrderPaper) -> bytes:
    """The PDF, its pages numbered; «BROUILLON» across those of an order that is not validated."""
    sheet = _Form(
        title=f"{TITLE} {paper.number}",
        aside=french.long_day(paper.settled_on or paper.entered_on),
        identity=identity(paper.seller),
        palette=Palette.of(paper.branding.colour),
    )
    sheet.head(paper)
    sheet.table(COLUMNS)
    for item in paper.items:
        sheet.heading(item.title, item.aside)
        for row in item.rows:
            sheet.row(_cells(row), note=row.note)
        sheet.lines(item.conditions)
    sheet.space()
    sheet.table(TOTALS, quiet=True)
    for label, monthly, once in _sums(paper):
        sheet.row((label, monthly, once), bold=label.startswith("Total TTC"))
    sheet.title_line("Conditions")
    sheet.lines(paper.conditions)
    sheet.signature()
    return join(
        [sheet.finish()],
        number=paper.number if paper.settled_on else None,
        title=f"{TITLE} {paper.number}",
        author=paper.seller.legal_name,
        issued_on=paper.settled_on or paper.entered_on,
    )


def _cells(row: PaperRow) -> tuple[str, ...]:
    net = french.euros(row.net)
    return (
        row.label,
        french.whole(row.quantity),
        french.price(row.unit_price),
        french.percent(row.rate),
        net if row.monthly else "",
        "" if row.monthly else net,
    )


def _sums(paper: OrderPaper) -> list[tuple[str, str, str]]:
    (monthly_net, monthly_gross), (once_net, once_gross) = paper.monthly, paper.once
    return [
        ("Total HT", french.euros(monthly_net), french.euros(once_net)),
        ("TVA", french.euros(monthly_gross - monthly_net), french.euros(once_gross - once_net)),
        ("Total TTC", french.euros(monthly_gross), french.euros(once_gross)),
    ]


def party_lines(party: Party) -> list[str]:
    """A party as in an address."""
    town = f"{party.postal_code} {party.city}".strip()
    said = [party.legal_name, *party.address_lines, town, party.country_name]
    if party.siren:
        said.append(f"SIREN {party.siren}")
    if party.vat_number:
        said.append(f"TVA {party.vat_number}")
    return [one for one in said if one]


class _Form(Sheet):
    """A sheet with the parties side by side at its head, and a frame for the signature at its end."""

    def head(self, paper: OrderPaper) -> None:
        half = WIDTH / 2
        left = party_lines(paper.seller) + [one for one in (paper.seller.phone, paper.seller.email) if one]
        right = party_lines(paper.buyer)
        if paper.logo is not None:
            self._logo(paper.logo)
        top = self._y - 4 * mm
        bottoms = [
            self._block(LEFT, top, "Fournisseur", left, half),
            self._block(LEFT + half, top, f"Client {paper.buyer.customer_number}", right, half),
        ]
        self._y = top = min(bottoms) - 7 * mm
        bottoms = [
            self._block(
                LEFT, top, "Références", [f"{name}{french.NBSP}: {said}" for name, said in paper.references], half
            )
        ]
        if paper.delivery is not None:
            bottoms.append(self._block(LEFT + half, top, "Livraison", party_lines(paper.delivery), half))
        self._y = min(bottoms) - 4 * mm

    def lines(self, texts: Sequence[str]) -> None:
        """Sentences below a table or a title, in small print."""
        for text in texts:
            for line in wrapped(text, PLAIN, SMALL, WIDTH - 4 * mm):
                self._ensure(LINE_HEIGHT)
                self._y -= 3.4 * mm
                self._text(LEFT + 2 * mm, self._y, line, size=SMALL, colour=QUIET)
        self._y -= 1.5 * mm

    def signature(self) -> None:
        self._columns = ()
        height = 28 * mm
        self._ensure(height + 6 * mm)
        self._y -= 4 * mm
        self._canvas.setStrokeColor(self.palette.rule)
        self._canvas.rect(LEFT + WIDTH / 2, self._y - height, WIDTH / 2, height, stroke=1, fill=0)
        said = f"Bon pour accord{french.NBSP}: date, nom, cachet et signature du client"
        self._text(LEFT + WIDTH / 2 + 2 * mm, self._y - 4 * mm, said, size=SMALL, colour=QUIET)
        self._y -= height

    def _block(self, x: float, top: float, title: str, texts: Sequence[str], width: float) -> float:
        """A titled list of lines; gives where it ends."""
        self._text(x, top, title, face=BOLD, colour=self.palette.main)
        y = top
        for text in texts:
            for line in wrapped(text, PLAIN, 8, width - 4 * mm):
                y -= LINE_HEIGHT
                self._text(x, y, line)
        return y

    def _logo(self, image: bytes) -> None:
        reader = ImageReader(io.BytesIO(image))
        width, height = reader.getSize()
        scale = min(float(BOX_WIDTH_MM) * mm / width, float(BOX_HEIGHT_MM) * mm / height)
        self._y -= height * scale
        self._canvas.drawImage(reader, LEFT, self._y, width * scale, height * scale, mask="auto")
        self._y -= 2 * mm
