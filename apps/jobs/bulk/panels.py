"""The rows of a bulk operation on its page, and its results as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core import files
from apps.core.slots import contribute
from apps.core.spreadsheets import CSV_TYPE, Cell, as_csv
from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.bulk.kinds import bulk_kinds
from apps.jobs.bulk.models import BulkOperation

FILE_KIND = "bulk-results"
ROWS_SHOWN = 50


def items_shown(operation: BulkOperation, request: HttpRequest) -> dict[str, Any]:
    """What ``jobs/bulk_items.html`` shows: how many rows of each outcome, and those of one, page by page."""
    counts = dict(operation.items.order_by().values_list("outcome").annotate(Count("pk")))
    chosen = request.GET.get("outcome", "")
    rows = operation.items.filter(outcome=chosen) if chosen in counts else operation.items.all()
    paginator = Paginator(rows.order_by("position"), ROWS_SHOWN)
    # Counted above.
    paginator.count = counts.get(chosen) or sum(counts.values())
    page = paginator.get_page(request.GET.get("sheet"))
    return {
        "operation": operation,
        "counts": [(outcome, counts[outcome]) for outcome in Outcome if outcome in counts],
        "total": sum(counts.values()),
        "chosen": chosen if chosen in counts else "",
        "items": list(page.object_list),
        "sheet": page,
        "previous": _sheet(chosen, page.number - 1) if page.has_previous() else "",
        "following": _sheet(chosen, page.number + 1) if page.has_next() else "",
        "results": files.address(FILE_KIND, operation.pk, download=True),
        "page_of": _page_of(operation),
        "is_open": operation.state in (BulkState.READY, BulkState.IDLE),
        "may_do": _may_do(operation, request.user),
    }


def _page_of(operation: BulkOperation) -> str:
    """The name of the address of a row's page."""
    known = bulk_kinds().get(operation.kind)
    return f"admin:{known.model.lower().replace('.', '_')}_change" if known else ""


def _may_do(operation: BulkOperation, user: Any) -> bool:
    known = bulk_kinds().get(operation.kind)
    return known is not None and user.has_perm(known.permission)


def _sheet(outcome: str, number: int) -> str:
    return "?" + urlencode([("outcome", outcome), ("sheet", str(number))])


def find_results(request: HttpRequest, pk: int) -> files.Content | None:
    """Every row with its outcome, for whoever may look at the operation."""
    operation = BulkOperation.objects.seen_by(request.user).filter(pk=pk).first()
    if operation is None:
        return None
    header = [
        pgettext("list", "Line"),
        pgettext("bulk operation", "Row"),
        _("Outcome"),
        _("Before"),
        _("After"),
        _("Reason"),
    ]
    rows: Iterator[list[Cell]] = (
        [item.position, item.label, item.get_outcome_display(), item.before, item.after, item.reason]
        for item in operation.items.order_by("position")
    )
    name = f"{pgettext('file name', 'operation')}_{operation.pk}.csv"
    return files.Content(name, CSV_TYPE, as_csv(header, rows))


def register() -> None:
    contribute(files.SLOT, files.Source(FILE_KIND, "jobs.view_bulkoperation", find_results))
