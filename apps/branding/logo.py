"""The integrator's logo and icon, made safe: only pixels of a size that pages need, encoded by us."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 4000 * 4000
LARGEST = (1200, 600)  # px: sharp when printed 62 mm wide
ICON = 180  # px: what the home screen of a telephone asks for; tabs take less
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg"}


class LogoRefused(ValueError):
    """``code`` is ``too_heavy``, ``too_large`` or ``not_an_image`` (no PNG or JPEG: SVG can hold scripts)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def reencode(data: bytes) -> bytes:
    """The image in ``data`` as a new PNG or JPEG file, no larger than pages need, without its metadata."""
    pixels, kind = _read(data)
    pixels.thumbnail(LARGEST)
    return _encoded(pixels, kind)


def reencode_icon(data: bytes) -> bytes:
    """The image in ``data`` as a square PNG file, whole, in the middle of what it leaves transparent."""
    pixels, _kind = _read(data)
    icon = Image.new("RGBA", (ICON, ICON), (0, 0, 0, 0))
    fitted = ImageOps.contain(pixels.convert("RGBA"), (ICON, ICON))
    icon.paste(fitted, ((ICON - fitted.width) // 2, (ICON - fitted.height) // 2))
    return _encoded(icon, "PNG")


def _read(data: bytes) -> tuple[Image.Image, str]:
    if len(data) > MAX_BYTES:
        raise LogoRefused("too_heavy")
    try:
        with Image.open(BytesIO(data), formats=tuple(FORMATS)) as image:
            # The header tells the size: a few bytes can claim gigabytes of pixels.
            if image.width * image.height > MAX_PIXELS:
                raise LogoRefused("too_large")
            kind = str(image.format)
            return image.convert("RGB" if kind == "JPEG" else "RGBA"), kind
    except Image.DecompressionBombError as error:
        raise LogoRefused("too_large") from error
    except (OSError, SyntaxError) as error:
        raise LogoRefused("not_an_image") from error


def _encoded(pixels: Image.Image, kind: str) -> bytes:
    encoded = BytesIO()
    pixels.save(encoded, kind, optimize=True)
    return encoded.getvalue()


def content_type(logo: bytes) -> str:
    """Of an image that :func:`reencode` made."""
    return FORMATS["PNG" if logo.startswith(b"\x89PNG") else "JPEG"]
