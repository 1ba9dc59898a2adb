"""«Télécharger les anomalies»: the lines of a file that wait, for whoever has them corrected by the operator."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from pathlib import PurePath

from django.contrib.admin.utils import label_for_field
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import pgettext

from apps.core import files
from apps.core.slots import contribute
from apps.core.spreadsheets import CSV_ENCODING, CSV_TYPE, harmless
from apps.usage.choices import SuspenseReason
from apps.usage.models import CdrFile, SuspendedRecord

KIND = "cdr-faults"
COLUMNS = ("line_number", "reason", "detail", "msisdn", "started_at", "raw")
LINES_AT_ONCE = 2_000


def faults_of(file: CdrFile) -> Iterator[bytes]:
    """The CSV, some thousand lines at a time: there may be half a million.

    By the keys of the records, which follow the lines of the file: no cursor stays open while somebody downloads.
    """
    yield _rows([[capfirst(str(label_for_field(name, SuspendedRecord))) for name in COLUMNS]]).encode(CSV_ENCODING)
    reasons = {reason.value: str(reason.label) for reason in SuspenseReason}
    waiting = SuspendedRecord.objects.of_file(file).order_by("pk")
    last = 0
    while records := list(waiting.filter(pk__gt=last).values_list("pk", *COLUMNS)[:LINES_AT_ONCE]):
        yield _rows(
            [str(line), reasons[reason], detail, msisdn, _instant(start), raw]
            for _pk, line, reason, detail, msisdn, start, raw in records
        ).encode()
        last = records[-1][0]


def _instant(start: datetime | None) -> str:
    return date_format(localtime(start), "SHORT_DATETIME_FORMAT") if start else ""


def _rows(rows: Iterable[Sequence[str]]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def find(request: HttpRequest, pk: int) -> files.Content | None:
    file = CdrFile.objects.filter(pk=pk).first()
    if file is None or not SuspendedRecord.objects.of_file(file).exists():
        return None
    prefix = pgettext("file name", "anomalies")
    return files.Content(f"{prefix}_{PurePath(file.name).stem}.csv", CSV_TYPE, faults_of(file))


def address(file: CdrFile) -> str:
    return files.address(KIND, file.pk, download=True)


def register() -> None:
    contribute(files.SLOT, files.Source(KIND, "usage.view_suspendedrecord", find))
