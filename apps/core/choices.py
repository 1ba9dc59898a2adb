"""One table per status: value, label, badge colour."""

from __future__ import annotations

from typing import Any

from django.db import models


class BadgeChoices(models.TextChoices):
    """Text choices written ``NAME = "value", "colour", _("Label")``; ``colours()`` feeds the admin's badges."""

    colour: str

    def __new__(cls, value: str, colour: str = "") -> Any:
        member = str.__new__(cls, value)
        member._value_ = value
        member.colour = colour
        return member

    @classmethod
    def colours(cls) -> dict[str, str]:
        return {member.value: member.colour for member in cls}
