"""Keeping what a file says of itself true while its records change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from apps.usage.models import CdrFile


def adjust_files(changes: Mapping[int, Mapping[str, int | Decimal]]) -> None:
    """Add to counts and amounts of files (by key), which are locked in the order of their keys.

    Amounts are added here, not in the database: an expression there would take euros for their millionths.
    """
    for file in CdrFile.objects.select_for_update().filter(pk__in=changes).order_by("pk"):
        for name, difference in changes[file.pk].items():
            setattr(file, name, getattr(file, name) + difference)
        file.save(update_fields=list(changes[file.pk]))
