"""Codes of the long work of usage, as the rows of its jobs hold them."""

from __future__ import annotations

from typing import Final

LOAD: Final = "usage.load"
RATE_PENDING: Final = "usage.rate_pending"
BACK_OUT: Final = "usage.back_out"
