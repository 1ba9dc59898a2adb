"""The review of an import on its page, and its report as a file."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from apps.core import files
from apps.core.slots import contribute
from apps.core.spreadsheets import CSV_TYPE
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.kinds import file_kind, file_kinds
from apps.jobs.imports.models import FileImport
from apps.jobs.imports.review import SHOWN

FILE_KIND = "import-report"


def review_shown(row: FileImport, request: HttpRequest) -> dict[str, Any]:
    """What ``jobs/import_review.html`` shows; nothing while the file is checked.

    Whoever may not send such files sees counts only: what a file says (bank accounts, say) is for those who may.
    """
    may_read = request.user.has_perm(file_kind(row.kind).add_permission)
    return {
        "file": row,
        "review": row.review if may_read else {},
        "shown": SHOWN,
        "is_checked": row.state != ImportState.CHECKING,
        "report": files.address(FILE_KIND, row.pk, download=True) if row.report_path and may_read else "",
        "send": reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_send") if may_read else "",
        "leads_to": file_kind(row.kind).leads_to(row) if row.state == ImportState.DONE else "",
    }


def find_report(request: HttpRequest, pk: int) -> files.Content | None:
    """The report, for whoever may send files of this kind."""
    seen = [kind.code for kind in file_kinds() if request.user.has_perm(kind.add_permission)]
    row = FileImport.objects.filter(pk=pk, kind__in=seen).exclude(report_path="").first()
    if row is None or not files.stored_file(row.report_path).exists():
        return None
    name = f"{pgettext('file name', 'report')}_{PurePath(row.name).stem}.csv"
    return files.Content(name, CSV_TYPE, files.stored_pieces(row.report_path))


def register() -> None:
    contribute(files.SLOT, files.Source(FILE_KIND, "jobs.view_job", find_report))
