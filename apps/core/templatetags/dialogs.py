"""Buttons in lists."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def allows(dialog: dict[str, Any] | None, row: Any) -> bool:
    """Whether the state of ``row`` lets it have the button of ``dialog``; any row has one that says nothing of it."""
    when = (dialog or {}).get("when")
    return when is None or bool(when(row))
