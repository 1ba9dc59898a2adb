"""The one call-record layout that a new installation knows (DOMAIN §11)."""

from __future__ import annotations

from typing import Any

ISM = "ISM"


def install_defaults(**kwargs: Any) -> None:
    from apps.usage.models import CdrFormat

    CdrFormat.objects.get_or_create(code=ISM, defaults={"label": "ISM"})
