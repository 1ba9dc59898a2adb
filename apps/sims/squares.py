"""The square that a telephone photographs to take an eSIM."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Square:
    """A QR code of ``size`` times ``size`` modules; ``path`` draws the dark ones in an SVG of that size."""

    size: int
    path: str


def square_of(text: str) -> Square:
    # Loaded with ReportLab's drawings, which only this needs in a web process.
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    dark = [(row, column) for row in range(size) for column in range(size) if code.isDark(row, column)]
    return Square(size, "".join(f"M{column} {row}h1v1h-1z" for row, column in dark))
