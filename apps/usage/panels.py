"""What usage shows on its own pages and contributes to those of lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.utils import label_for_field
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.core.money import round_half_up
from apps.core.periods import Month
from apps.core.slots import Panel, contribute
from apps.jobs.models import Job
from apps.jobs.panels import lately, shown
from apps.jobs.querysets import about
from apps.lines.models import Line
from apps.usage import faults
from apps.usage.choices import FileState, SuspenseReason
from apps.usage.consumption import consumption, last_load
from apps.usage.kinds import LOAD
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.wording import OUTCOMES

MONTHS_SHOWN = 13
RATED, DUPLICATE = "rated", "duplicate"


# --- The page of a file


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One row of the report of a file: so many of its lines, what they bring, what they were bought for."""

    title: Any
    count: int
    share: Decimal | None
    link: str = ""
    amount: Decimal | None = None
    cost: Decimal | None = None


def report_of(file: CdrFile, request: HttpRequest) -> dict[str, Any]:
    """What became of each line of ``file``. The purchase cost of what waits is paid already, and brings nothing yet."""
    costs = _costs_of_waiting(file) if file.waiting and file.state != FileState.BACKED_OUT else {}
    return {
        "file": file,
        "rows": [_outcome(file, name, costs) for name in OUTCOMES],
        "margin": file.amount - file.cost,
        "margin_share": _share(file.amount - file.cost, file.amount),
        "faults": faults.address(file) if costs and request.user.has_perm("usage.view_suspendedrecord") else "",
        "is_backed_out": file.state == FileState.BACKED_OUT,
    }


def _outcome(file: CdrFile, name: str, costs: dict[str, Decimal]) -> OutcomeRow:
    count = getattr(file, name)
    title = label_for_field(name, CdrFile)
    share = _share(Decimal(count), Decimal(file.lines)) if count else None
    if name == RATED:
        records = records_of(file, RatedRecord) if count else ""
        return OutcomeRow(title, count, share, records, file.amount, file.cost)
    if name == DUPLICATE or not count:
        return OutcomeRow(title, count, share)
    records = f"{records_of(file, SuspendedRecord)}&reason__exact={name}" if costs else ""
    return OutcomeRow(title, count, share, records, cost=costs.get(name))


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return round_half_up(100 * part / whole, 2) if whole else None


def _costs_of_waiting(file: CdrFile) -> dict[str, Decimal]:
    waiting = SuspendedRecord.objects.of_file(file).order_by()
    return dict(waiting.values("reason").annotate(total=Sum("cost")).values_list("reason", "total"))


def records_of(file: CdrFile, listed: type[RatedRecord | SuspendedRecord]) -> str:
    """Where the records of a file are listed."""
    return f"{reverse(f'admin:usage_{listed._meta.model_name}_changelist')}?file__id__exact={file.pk}"


def jobs_of_file(file: CdrFile, request: HttpRequest) -> dict[str, Any]:
    """The jobs about the file, and those that load it: they began before it had a row."""
    loading = Q(kind=LOAD, parameters__names__has_key=file.sha256)
    jobs = lately(Job.objects.filter(Q(about=about(file)) | loading).seen_by(request.user))
    return {"jobs": [shown(job, request) for job in jobs]}


REPORT = Panel(
    title=_("What became of its lines"),
    template="usage/report.html",
    context=report_of,
    permission="usage.view_cdrfile",
    order=1,
    tab=False,
)
JOBS_OF_FILE = Panel(
    title=_("Tasks"),
    template="jobs/jobs.html",
    context=jobs_of_file,
    permission="jobs.view_job",
    order=2,
    tab=False,
)


# --- Above the lists


def left_loads() -> list[CdrFile]:
    """Files whose load is neither over nor being gone on with by a task: somebody has to decide."""
    loading = list(CdrFile.objects.filter(state=FileState.LOADING).order_by("pk"))
    if not loading:
        return []
    names = [parameters["names"] for parameters in _active_loads()]
    return [file for file in loading if not any(file.sha256 in some for some in names)]


def _active_loads() -> list[dict[str, Any]]:
    return list(Job.objects.active().filter(kind=LOAD).values_list("parameters", flat=True))


def waiting_by_reason(request: HttpRequest) -> list[dict[str, Any]]:
    """How many records wait, by reason, each with its list; of one file where the list is that of one.

    By the counts of the files, which are kept true and are few: half a million records need not be counted.
    """
    file = request.GET.get("file__id__exact", "")
    files = CdrFile.objects.exclude(state=FileState.BACKED_OUT)
    if file.isdecimal():
        files = files.filter(pk=int(file))
    counts = files.aggregate(**{reason.value: Sum(reason.value, default=0) for reason in SuspenseReason})
    kept = {"file__id__exact": file} if file.isdecimal() else {}
    chosen = request.GET.get("reason__exact", "")
    return [
        {
            "title": reason.label,
            "count": int(counts[reason.value]),
            "link": f"?{urlencode({**kept, 'reason__exact': reason.value})}",
            "chosen": reason.value == chosen,
        }
        for reason in SuspenseReason
        if counts[reason.value]
    ]


# --- The page of a line


def month_of_line(line: Line, request: HttpRequest) -> dict[str, Any]:
    """What the line has used of what it may use this month, as its customer sees it too."""
    return {"consumption": consumption(line, Month.of(localdate())), "loaded_at": last_load()}


def usage_of_line(line: Line, request: HttpRequest) -> dict[str, Any]:
    records = reverse("admin:usage_ratedrecord_changelist")
    return {
        "months": RatedRecord.objects.by_month_of(line.pk)[:MONTHS_SHOWN],
        "records": f"{records}?line__id__exact={line.pk}",
    }


def register() -> None:
    contribute(
        "lines.line.panels",
        Panel(
            title=_("Usage of this month"),
            template="usage/line_month.html",
            context=month_of_line,
            permission="usage.view_ratedrecord",
            order=2,
            tab=False,
        ),
    )
    contribute(
        "lines.line.panels",
        Panel(
            title=_("Usage"),
            template="usage/line_usage.html",
            context=usage_of_line,
            permission="usage.view_ratedrecord",
            order=20,
        ),
    )
