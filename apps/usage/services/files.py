"""What is asked of the files before anybody counts on them, or takes one back."""

from __future__ import annotations

from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord


def loading_files() -> list[str]:
    """Names of the files that are being loaded, or whose load was interrupted: their prices are not final."""
    return list(CdrFile.objects.filter(state=FileState.LOADING).order_by("pk").values_list("name", flat=True))


def pending_counts(month: date) -> dict[str, int]:
    """How many records of a month (its first day) wait, by reason (a SuspenseReason).

    Malformed lines are not among them: nobody can tell of which month they are.
    """
    waiting = SuspendedRecord.objects.filter(month=month).order_by()
    return dict(waiting.values("reason").annotate(count=Count("pk")).values_list("reason", "count"))


def refuse_if_invoiced(file: CdrFile) -> None:
    """DomainError if an invoice took any of the records of ``file``: it cannot be backed out any more."""
    if invoiced := RatedRecord.objects.of_file(file).filter(statement__isnull=False).count():
        raise DomainError(
            _("%(file)s cannot be backed out: %(count)d of its records are on issued invoices.")
            % {"file": file.name, "count": invoiced}
        )
