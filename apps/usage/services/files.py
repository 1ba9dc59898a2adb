"""What billing asks before it counts on the usage."""

from __future__ import annotations

from datetime import date

from django.db.models import Count

from apps.usage.choices import FileState
from apps.usage.models import CdrFile, SuspendedRecord


def loading_files() -> list[str]:
    """Names of the files that are being loaded, or whose load was interrupted: their prices are not final."""
    return list(CdrFile.objects.filter(state=FileState.LOADING).order_by("pk").values_list("name", flat=True))


def pending_counts(month: date) -> dict[str, int]:
    """How many records of a month (its first day) wait, by reason (a SuspenseReason).

    Malformed lines are not among them: nobody can tell of which month they are.
    """
    waiting = SuspendedRecord.objects.filter(month=month).order_by()
    return dict(waiting.values("reason").annotate(count=Count("pk")).values_list("reason", "count"))
