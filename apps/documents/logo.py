"""The integrator's logo, fitted into the corner of a page."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass
from decimal import Decimal

from PIL import Image

MIME_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
BOX_WIDTH_MM = Decimal(62)
BOX_HEIGHT_MM = Decimal(20)


class WrongLogo(ValueError):
    """Bytes that are no PNG or JPEG image, or not the image that the document was issued with."""


@dataclass(frozen=True, slots=True)
class PlacedLogo:
    """An image as a ``data:`` address, with the size that fits the box and keeps its proportions.

    The sizes are text for CSS, which wants a point: a layout shows a Decimal in French, with a comma.
    """

    source: str
    width_mm: str
    height_mm: str


def digest(image: bytes) -> str:
    """What a snapshot keeps of the logo: its SHA-256."""
    return hashlib.sha256(image).hexdigest()


def place(image: bytes, *, expected_digest: str) -> PlacedLogo:
    """``image`` for a page; :class:`WrongLogo` if it is not an image, or another than the snapshot names.

    An empty ``expected_digest`` takes any image.
    """
    if expected_digest and digest(image) != expected_digest:
        raise WrongLogo("the logo has changed since the document was issued")
    try:
        with Image.open(io.BytesIO(image), formats=tuple(MIME_TYPES)) as opened:
            width, height, format_name = Decimal(opened.width), Decimal(opened.height), str(opened.format)
    except OSError as error:
        raise WrongLogo("the logo is not a PNG or JPEG image") from error
    scale = min(BOX_WIDTH_MM / width, BOX_HEIGHT_MM / height)
    return PlacedLogo(
        source=f"data:{MIME_TYPES[format_name]};base64,{base64.b64encode(image).decode()}",
        width_mm=str(round(width * scale, 2)),
        height_mm=str(round(height * scale, 2)),
    )
