"""The panel of what was done to a row in the back office: dialogs, codes that were looked at, changes by hand."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.slots import Panel

ENTRIES_SHOWN = 50


def entries_of(row: Model) -> QuerySet[LogEntry]:
    # As the admin writes them: a plan is not any offer.
    kind = ContentType.objects.get_for_model(row, for_concrete_model=False)
    return LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))


def latest_entries(row: Model, request: HttpRequest) -> dict[str, Any]:
    return {"entries": entries_of(row).select_related("user").order_by("-action_time")[:ENTRIES_SHOWN]}


JOURNAL = Panel(
    title=_("Journal"),
    template="admin/journal.html",
    context=latest_entries,
    permission="admin.view_logentry",
    order=900,
)
