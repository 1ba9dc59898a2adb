"""Long tables on A4 pages, drawn straight onto the canvas: thousands of rows in a fraction of a second.

xhtml2pdf needs a millisecond for a cell; here a row takes a fifth of that, which is why the detail of an
invoice and its calls are drawn this way. The look is the shipped layout's: same fonts, colours and margins.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from apps.documents.presentation import Palette

FONTS = Path(__file__).parent / "fonts"
PLAIN = "ISM-Plain"
BOLD = "ISM-Bold"

PAGE_WIDTH, PAGE_HEIGHT = A4
LEFT = 18 * mm
WIDTH = 174 * mm
TOP = PAGE_HEIGHT - 16 * mm
#: Below this line stands the seller's identity and, under it, the page number that joining prints.
BOTTOM = 26 * mm
BAND = 4 * mm
PADDING = 1.2 * mm

INK = "#222222"
QUIET = "#6b6b6b"
SMALL = 7.0


@lru_cache(maxsize=1)
def prepare_reportlab() -> None:
    """Once in a process: make the two bundled faces known to ReportLab (parsing them takes 30 ms)."""
    pdfmetrics.registerFont(TTFont(PLAIN, str(FONTS / "DejaVuSansCondensed.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FONTS / "DejaVuSansCondensed-Bold.ttf")))
    # Binary streams: smaller by a quarter, and ASCII85 in Python costs a tenth of the time of a long annex.
    rl_config.useA85 = 0


@lru_cache
def paint(colour: str) -> Color:
    """``#rrggbb`` as ReportLab wants it: reading the text anew for each cell would take most of the time."""
    return HexColor(colour)


@lru_cache(maxsize=8192)
def text_width(text: str, face: str, size: float) -> float:
    width: float = pdfmetrics.stringWidth(text, face, size)
    return width


@lru_cache(maxsize=2048)
def wrapped(text: str, face: str, size: float, room: float) -> tuple[str, ...]:
    """``text`` cut into lines no wider than ``room``, at spaces or inside a word longer than a line."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, face, size) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line, face, size) > room and len(line) > 1:
            fitting = next(
                length
                for length in range(len(line) - 1, 0, -1)
                if length == 1 or text_width(line[:length], face, size) <= room
            )
            lines.append(line[:fitting])
            line = line[fitting:]
    return (*lines, line)


def clipped(text: str, face: str, size: float, room: float) -> str:
    """``text`` on one line, ended by «…» where it does not fit."""
    if text_width(text, face, size) <= room:
        return text
    return f"{wrapped(text, face, size, room - text_width('…', face, size))[0]}…"


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    #: Millimetres; the columns of a table take ``WIDTH`` together.
    width: float
    align: Literal["left", "right"] = "left"
    #: False for what is known to fit, which then need not be measured.
    wraps: bool = True

    @property
    def room(self) -> float:
        """Points between the paddings."""
        return self.width * mm - 2 * PADDING

    def edge(self, x: float) -> float:
        """Where text starts, or ends when aligned right, in a column that begins at ``x``."""
        return x + PADDING if self.align == "left" else x + self.width * mm - PADDING


@dataclass(frozen=True, slots=True)
class Density:
    """Size of the letters in points; line and row spacing in points."""

    size: float
    leading: float
    spare: float


COMFORTABLE = Density(size=8, leading=3.5 * mm, spare=1.7 * mm)
DENSE = Density(size=7.5, leading=3.2 * mm, spare=1.1 * mm)


class Ink(PDFTextObject):
    """The text of a page. Each string is placed, so that its width, a third of the time, is not computed."""

    def put(self, x: float, y: float, text: str) -> None:
        self._code.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm")
        self._code.append(self._formatText(text))


class Sheet:
    """A document under way: titles, then tables, over as many pages as they take."""

    def __init__(
        self, *, title: str, aside: str, identity: str, palette: Palette, density: Density = COMFORTABLE
    ) -> None:
        prepare_reportlab()
        self.title = title
        self.aside = aside
        self.identity = identity
        self.palette = palette
        self.density = density
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=A4, invariant=1, lang="fr-FR", initialFontName=PLAIN)
        self._ink = Ink(self._canvas)
        self._pen: tuple[str, float, str] | None = None
        self._y = 0.0
        self._columns: tuple[Column, ...] = ()
        self._quiet = False
        self._heading: tuple[str, str] | None = None
        self._open_page()

    # Pages

    def _open_page(self) -> None:
        self._ink = Ink(self._canvas)
        self._pen = None
        self._canvas.setLineWidth(0.4)
        self._rectangle(0, PAGE_HEIGHT - BAND, PAGE_WIDTH, BAND, self.palette.main)
        self._text(LEFT, TOP - 4 * mm, self.title, face=BOLD, size=12, colour=self.palette.main)
        room = WIDTH - text_width(self.title, BOLD, 12) - 6 * mm
        aside = clipped(self.aside, PLAIN, COMFORTABLE.size, room)
        self._text(LEFT + WIDTH, TOP - 4 * mm, aside, colour=QUIET, align="right")
        self._line(BOTTOM - 2 * mm, self.palette.rule)
        for index, line in enumerate(wrapped(self.identity, PLAIN, SMALL, WIDTH)[:2]):
            x = LEFT + (WIDTH - text_width(line, PLAIN, SMALL)) / 2
            self._text(x, BOTTOM - 5.5 * mm - index * 3 * mm, line, size=SMALL, colour=QUIET)
        self._y = TOP - 10 * mm

    def _close_page(self) -> None:
        # All text of a page is one text object, drawn over the backgrounds.
        self._canvas.drawText(self._ink)
        self._canvas.showPage()

    def _break_page(self) -> None:
        self._close_page()
        self._open_page()
        if self._columns:
            self._column_titles()
        if self._heading is not None:
            left, _right = self._heading
            self._bar(f"{left} (suite)", "")

    def _ensure(self, height: float) -> None:
        if self._y - height < BOTTOM:
            self._break_page()

    def finish(self) -> bytes:
        """The PDF; the sheet cannot be used after this."""
        self._close_page()
        self._canvas.save()
        return self._file.getvalue()

    # Tables

    def title_line(self, text: str) -> None:
        """A title inside the document, which closes the table before it."""
        self._columns, self._heading = (), None
        self._ensure(30 * mm)
        self._y -= 8 * mm
        self._text(LEFT, self._y, text, face=BOLD, size=10, colour=self.palette.main)
        self._y -= 3 * mm

    def table(self, columns: Sequence[Column], *, quiet: bool = False) -> None:
        """Start a table; its column titles, pale if ``quiet``, come again on every page it reaches."""
        self._columns, self._heading = (), None
        self._ensure(20 * mm)
        self._columns, self._quiet = tuple(columns), quiet
        self._column_titles()

    def heading(self, left: str, right: str = "") -> None:
        """A bar above some rows, repeated with «(suite)» where they go on to another page."""
        self._heading = None
        self._ensure(18 * mm)
        self._heading = (left, right)
        self._bar(left, right)

    def row(self, cells: Sequence[str], *, note: str = "", bold: bool = False) -> None:
        """One row, whose cells wrap where their column does.

        ``note`` stands in small print after the first cell, or under it where there is no room.
        """
        face, leading = BOLD if bold else PLAIN, self.density.leading
        texts = [
            wrapped(text, face, self.density.size, column.room) if column.wraps else (text,)
            for text, column in zip(cells, self._columns, strict=True)
        ]
        beside = self._beside(texts[0], note, face)
        below = wrapped(note, PLAIN, SMALL, self._columns[0].room) if note and not beside else ()
        height = leading * max(len(texts[0]) + len(below), *map(len, texts)) + self.density.spare
        self._ensure(height)
        baseline = self._y - leading
        self._draw_cells(texts, baseline, face)
        if beside:
            self._text(LEFT + beside, baseline, note, size=SMALL, colour=QUIET)
        for index, line in enumerate(below, start=len(texts[0])):
            self._text(LEFT + PADDING, baseline - index * leading, line, size=SMALL, colour=QUIET)
        self._y -= height
        self._line(self._y, self.palette.main if bold else self.palette.rule)

    def space(self, height: float = 3 * mm) -> None:
        self._y -= height

    # Drawing

    def _beside(self, first_cell: Sequence[str], note: str, face: str) -> float:
        """How far right ``note`` starts when it fits on the line of a first cell of one line, else 0."""
        if not note or len(first_cell) > 1:
            return 0
        start = PADDING + text_width(first_cell[0], face, self.density.size) + 2 * mm
        return start if start + text_width(note, PLAIN, SMALL) <= self._columns[0].width * mm - PADDING else 0

    def _draw_cells(self, texts: Sequence[Sequence[str]], baseline: float, face: str) -> None:
        size, leading = self.density.size, self.density.leading
        x = LEFT
        for lines, column in zip(texts, self._columns, strict=True):
            for index, line in enumerate(lines):
                y = baseline - index * leading
                self._text(column.edge(x), y, line, face=face, size=size, align=column.align)
            x += column.width * mm

    def _column_titles(self) -> None:
        height = 5.4 * mm
        palette = self.palette
        ground, colour = (palette.tint, palette.main) if self._quiet else (palette.main, palette.on_main)
        self._rectangle(LEFT, self._y - height, WIDTH, height, ground)
        x, y = LEFT, self._y - 3.7 * mm
        for column in self._columns:
            self._text(column.edge(x), y, column.title, face=BOLD, size=7.5, colour=colour, align=column.align)
            x += column.width * mm
        self._y -= height

    def _bar(self, left: str, right: str) -> None:
        height = 5.8 * mm
        self._rectangle(LEFT, self._y - height, WIDTH, height, self.palette.tint)
        room = WIDTH - 3 * PADDING - text_width(right, BOLD, COMFORTABLE.size)
        self._text(LEFT + PADDING, self._y - 4 * mm, clipped(left, BOLD, COMFORTABLE.size, room), face=BOLD)
        self._text(LEFT + WIDTH - PADDING, self._y - 4 * mm, right, face=BOLD, align="right")
        self._y -= height

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        face: str = PLAIN,
        size: float = COMFORTABLE.size,
        colour: str = INK,
        align: str = "left",
    ) -> None:
        if not text:
            return
        if align == "right":
            x -= text_width(text, face, size)
        if self._pen != (face, size, colour):
            self._pen = (face, size, colour)
            self._ink.setFont(face, size)
            self._ink.setFillColor(paint(colour))
        self._ink.put(x, y, text)

    def _rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._canvas.setFillColor(paint(colour))
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def _line(self, y: float, colour: str) -> None:
        self._canvas.setStrokeColor(paint(colour))
        self._canvas.line(LEFT, y, LEFT + WIDTH, y)
