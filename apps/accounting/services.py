"""Verbs of accounting: hand a run over to the accounts, as a file and as a line of the journal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.accounting.choices import RecapFormat
from apps.accounting.models import RecapExport
from apps.accounting.recap import Recap, recap_of
from apps.accounts.models import User
from apps.billing.models import BillingRun
from apps.core import spreadsheets
from apps.core.progress import Progress, unwatched


@dataclass(frozen=True, slots=True)
class RecapFile:
    """What is taken away, and the journal's entry of it."""

    name: str
    content_type: str
    data: bytes
    export: RecapExport


def as_csv(recap: Recap) -> bytes:
    return spreadsheets.as_csv(recap.header, recap.cells())


def as_xlsx(recap: Recap) -> bytes:
    return spreadsheets.as_xlsx(_("Recap of invoices"), recap.header, recap.cells())


def export_recap(
    *, run: BillingRun, format: RecapFormat, actor: User | None, progress: Progress = unwatched
) -> RecapFile:
    """The recap of ``run`` as a file, written down in the journal. DomainError where :func:`recap_of` refuses."""
    recap = recap_of(run, progress=progress)
    data = as_csv(recap) if format == RecapFormat.CSV else as_xlsx(recap)
    export = RecapExport.objects.create(
        run=run,
        format=format,
        invoice_count=len(recap.rows),
        net=recap.net,
        gross=recap.gross,
        sha256=hashlib.sha256(data).hexdigest(),
        exported_by=actor,
    )
    return RecapFile(
        name=f"recapitulatif_{run.month}_{run.pk}.{format}",
        content_type=spreadsheets.CSV_TYPE if format == RecapFormat.CSV else spreadsheets.XLSX_TYPE,
        data=data,
        export=export,
    )
