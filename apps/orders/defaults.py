"""What a new installation starts with."""

from __future__ import annotations

from typing import Any

from apps.orders.porting.operators import ship_codes


def install_defaults(**kwargs: Any) -> None:
    """After every migration: the codes of operators, if there is none."""
    ship_codes()
