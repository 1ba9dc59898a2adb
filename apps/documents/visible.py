"""What a person can read on a page: the text of a drawn document, without what is there and cannot be seen.

For documents of our own drawing (ReportLab), whose pages use few operators: text in embedded fonts, filled
rectangles, images. Text is left out that is smaller than people read, of the colour of its ground, covered by what is
painted later, or outside the page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

#: In points. The smallest print of the shipped layout has 7.
SMALLEST = 5.0
#: WCAG contrast: 1 is the same colour, 21 black on white; grey legal print has some 4.
LEAST_CONTRAST = 1.6
WHITE = (1.0, 1.0, 1.0)

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_MAPPED = re.compile(rb"^<([0-9A-F]{2})> <([0-9A-F]{4,6})>$", re.MULTILINE)


@dataclass(slots=True)
class _State:
    matrix: Matrix = IDENTITY
    fill: Colour = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Painted:
    """A rectangle filled with one colour, or an image (``None``: of all colours)."""

    left: float
    bottom: float
    right: float
    top: float
    colour: Colour | None

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


@dataclass(slots=True)
class _Text:
    x: float
    y: float
    size: float
    colour: Colour
    text: str
    #: How many things had been painted before it.
    over: int


@dataclass(slots=True)
class _Page:
    painted: list[_Painted] = field(default_factory=list)
    texts: list[_Text] = field(default_factory=list)


def visible_text(document: bytes) -> str:
    """The readable text of all pages, in the order it is drawn, its pieces joined by spaces."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return " ".join(piece for page in opened.pages for piece in _readable(page))


def _readable(page: pikepdf.Page) -> Iterator[str]:
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    seen = _read(page)
    for text in seen.texts:
        # A little above the base line, where letters stand.
        x, y = text.x + 0.5, text.y + text.size / 4
        if text.size < SMALLEST or not (left <= x <= right and bottom <= y <= top):
            continue
        ground: Colour | None = WHITE
        for painted in seen.painted[: text.over]:
            if painted.holds(x, y):
                ground = painted.colour
        if any(painted.holds(x, y) for painted in seen.painted[text.over :]):
            continue
        if ground is None or _contrast(text.colour, ground) >= LEAST_CONTRAST:
            yield text.text


def _contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class _Reader:
    """Goes through a page's operators, by name. Clipping, blending and text modes are not followed."""

    def __init__(self, page: pikepdf.Page) -> None:
        self.fonts = {name: _letters(font) for name, font in (page.resources.get("/Font") or {}).items()}
        self.found = _Page()
        self.state = _State()
        self.stack: list[_State] = []
        self.text_matrix = IDENTITY
        self.letters: dict[int, str] = {}
        self.size = self.leading = 0.0
        self.path: list[tuple[float, ...]] = []

    def do(self, operator: str, operands: Any) -> None:
        method = getattr(self, f"do_{NAMES.get(operator, '')}", None)
        if method is not None:
            method(*operands)

    def do_save(self) -> None:
        self.stack.append(replace(self.state))

    def do_restore(self) -> None:
        if self.stack:
            self.state = self.stack.pop()

    def do_transform(self, *matrix: Any) -> None:
        self.state.matrix = _times(_matrix(matrix), self.state.matrix)

    def do_red_green_blue(self, *parts: Any) -> None:
        red, green, blue = _numbers(parts)
        self.state.fill = (red, green, blue)

    def do_grey(self, part: Any) -> None:
        self.state.fill = (float(part),) * 3

    def do_inks(self, *parts: Any) -> None:
        cyan, magenta, yellow, black = _numbers(parts)
        self.state.fill = ((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))

    def do_rectangle(self, *edges: Any) -> None:
        self.path.append(_numbers(edges))

    def do_fill(self) -> None:
        self.found.painted += [_placed(edges, self.state.matrix, self.state.fill) for edges in self.path]
        self.path = []

    def do_forget(self) -> None:
        self.path = []

    def do_image(self, _name: Any) -> None:
        self.found.painted.append(_placed((0, 0, 1, 1), self.state.matrix, None))

    def do_begin(self) -> None:
        self.text_matrix = IDENTITY

    def do_font(self, name: Any, size: Any) -> None:
        self.letters, self.size = self.fonts.get(str(name), {}), float(size)

    def do_leading(self, leading: Any) -> None:
        self.leading = float(leading)

    def do_place(self, *matrix: Any) -> None:
        self.text_matrix = _matrix(matrix)

    def do_move(self, across: Any, up: Any) -> None:
        self.text_matrix = _times((1, 0, 0, 1, float(across), float(up)), self.text_matrix)

    def do_next_line(self) -> None:
        self.do_move(0, -self.leading)

    def do_show(self, shown: Any) -> None:
        placed = _times(self.text_matrix, self.state.matrix)
        text = "".join(self.letters.get(code, "") for code in _codes(shown))
        height = self.size * (placed[2] ** 2 + placed[3] ** 2) ** 0.5
        self.found.texts.append(_Text(placed[4], placed[5], height, self.state.fill, text, len(self.found.painted)))


#: What the operators of a page do (ISO 32000-1, annex A), as far as a reader cares.
NAMES = {
    "q": "save",
    "Q": "restore",
    "cm": "transform",
    "rg": "red_green_blue",
    "g": "grey",
    "k": "inks",
    "re": "rectangle",
    **dict.fromkeys(("f", "f*", "B", "B*"), "fill"),
    **dict.fromkeys(("n", "S", "s"), "forget"),
    "Do": "image",
    "BT": "begin",
    "Tf": "font",
    "TL": "leading",
    "Tm": "place",
    "Td": "move",
    "T*": "next_line",
    **dict.fromkeys(("Tj", "TJ"), "show"),
}


def _read(page: pikepdf.Page) -> _Page:
    reader = _Reader(page)
    for instruction in pikepdf.parse_content_stream(page):
        reader.do(str(instruction.operator), instruction.operands)
    return reader.found


def _numbers(operands: Any) -> tuple[float, ...]:
    return tuple(float(operand) for operand in operands)


def _matrix(operands: Any) -> Matrix:
    return _numbers(operands)  # type: ignore[return-value]


def _times(one: Matrix, other: Matrix) -> Matrix:
    """First ``one``, then ``other``."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _placed(rectangle: tuple[float, ...], matrix: Matrix, colour: Colour | None) -> _Painted:
    x, y, width, height = rectangle
    corners = [_times((1, 0, 0, 1, *corner), matrix)[4:] for corner in ((x, y), (x + width, y + height))]
    across, up = sorted(corner[0] for corner in corners), sorted(corner[1] for corner in corners)
    return _Painted(across[0], up[0], across[1], up[1], colour)


def _codes(shown: Any) -> bytes:
    """The codes of a text to show; kerning between its pieces is nothing to read."""
    if isinstance(shown, pikepdf.String):
        return bytes(shown)
    return b"".join(bytes(piece) for piece in shown if isinstance(piece, pikepdf.String))


def _letters(font: Any) -> dict[int, str]:
    """Code → letter, by the table that ReportLab gives its fonts; without one, as Latin-1."""
    table = font.get("/ToUnicode")
    if table is None:
        return {code: chr(code) for code in range(256)}
    return {int(code, 16): chr(int(letter, 16)) for code, letter in _MAPPED.findall(table.read_bytes())}
