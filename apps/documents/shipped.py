"""The layouts that the product ships. One is never changed: an upgrade adds the next.

An invoice issued with the shipped layout of its day must look the same when it is drawn again ten years later
(ADR 0016), so the files of earlier releases stay.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

LAYOUTS = Path(__file__).parent / "layouts"
#: The number of the layout that new installations start with.
SHIPPED: Final = 1


@lru_cache
def shipped_layout(number: int = SHIPPED) -> str:
    """The HTML of a shipped layout, the newest by default."""
    return (LAYOUTS / f"invoice-{number}.html").read_text(encoding="utf-8")
