"""Pictures of the user guide (``docs/guide``), taken by the tests that use its screens.

Only when asked for, by ``UPDATE_GUIDE=1``: a picture changes with every font and every version of Chromium.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image
from playwright.sync_api import Page

IMAGES = Path(settings.BASE_DIR) / "docs" / "guide" / "images"
COLOURS = 192
# Days and times as a French browser shows them: Chromium has its own languages in packages of their own, which may be
# missing.
IN_FRENCH = """() => document.querySelectorAll("input[type=date], input[type=time]").forEach(input => {
    const shown = input.value.split("-").reverse().join("/");
    input.dataset.type = input.type;
    input.dataset.typed = input.value;
    input.type = "text";
    input.value = shown;
})"""
AS_BEFORE = """() => document.querySelectorAll("input[data-typed]").forEach(input => {
    input.type = input.dataset.type;
    input.value = input.dataset.typed;
})"""


def photo(page: Page, name: str, *, height: int = 900, width: int = 1440) -> None:
    """The top ``height`` pixels of the page as ``docs/guide/images/NAME.png``."""
    if not os.environ.get("UPDATE_GUIDE"):
        return
    page.wait_for_load_state()
    page.set_viewport_size({"width": width, "height": height})
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready.then(() => window.scrollTo(0, 0))")
    page.evaluate(IN_FRENCH)
    taken = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    page.evaluate(AS_BEFORE)
    IMAGES.mkdir(parents=True, exist_ok=True)
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
