"""All invoices of a run in one file: a ZIP of PDFs, or one PDF with a bookmark per invoice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from django.utils.translation import gettext as _

from apps.billing.choices import DownloadFormat
from apps.billing.models import BillingRun, Invoice
from apps.billing.services.drawing import draw_here
from apps.billing.services.rendering import invoice_pdf
from apps.core.exceptions import DomainError
from apps.core.french import NBSP
from apps.core.progress import Progress, unwatched

CONTENT_TYPES = {DownloadFormat.ZIP: "application/zip", DownloadFormat.PDF: "application/pdf"}
# What file systems and mail programs take without asking: letters, digits, and a few signs.
UNSAFE = re.compile(r"[^\w .+-]+")
LONGEST_NAME = 100


def write_download(
    *, run: BillingRun, format: DownloadFormat, path: Path, progress: Progress = unwatched
) -> tuple[int, list[str]]:
    """Write the run's invoices to ``path``: the issued ones by number, or the drafts as long as none is issued.

    Returns how many, and what had to be left out, as sentences. A ZIP takes no memory; of one PDF, the parts are held
    until it is complete: some 70 KB per invoice.
    """
    issued = run.invoices.issued().order_by("series", "position")
    chosen = issued if issued.exists() else run.invoices.drafts().order_by("customer__number")
    ids = list(chosen.values_list("pk", flat=True))
    if not ids:
        raise DomainError(_("There are no invoices in this billing run."))
    refusals: list[str] = []

    def documents() -> Iterator[tuple[Invoice, bytes]]:
        for done, pk in enumerate(ids, start=1):
            invoice = Invoice.objects.select_related("customer", "run").get(pk=pk)
            try:
                yield invoice, invoice_pdf(invoice, draw=draw_here)
            except DomainError as refusal:
                refusals.append(f"{title_of(invoice)}{NBSP}: {refusal}")
            progress(done=done, total=len(ids))

    written = (_write_zip if format == DownloadFormat.ZIP else _write_pdf)(path, documents())
    return written, refusals


def download_name(run: BillingRun, format: DownloadFormat) -> str:
    """«factures_2026-10.zip»; drafts say that they are."""
    drafts = "" if run.invoices.issued().exists() else "brouillons_"
    return f"{drafts}factures_{run.month}.{format}"


def title_of(invoice: Invoice) -> str:
    """«F2026-000001 ATELIER DURAND», or «Brouillon C000012 ATELIER DURAND»."""
    name = invoice.customer.name
    return f"{invoice.number} {name}" if invoice.number else f"Brouillon {invoice.customer.number} {name}"


def file_name(invoice: Invoice) -> str:
    """The title as a file may be called anywhere: numbers may hold a slash, names anything."""
    return UNSAFE.sub("_", title_of(invoice))[:LONGEST_NAME].strip(" .") + ".pdf"


def _write_zip(path: Path, documents: Iterator[tuple[Invoice, bytes]]) -> int:
    written = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # PDFs are compressed already
        for invoice, document in documents:
            entry = zipfile.ZipInfo(file_name(invoice))
            if invoice.issue_date is not None:
                entry.date_time = (*invoice.issue_date.timetuple()[:3], 0, 0, 0)
            archive.writestr(entry, document)
            written += 1
    return written


def _write_pdf(path: Path, documents: Iterator[tuple[Invoice, bytes]]) -> int:
    written = 0
    with pikepdf.new() as joined:
        with joined.open_outline() as outline:
            for invoice, document in documents:
                first_page = len(joined.pages)
                with pikepdf.open(io.BytesIO(document)) as opened:
                    joined.pages.extend(opened.pages)
                outline.root.append(pikepdf.OutlineItem(title_of(invoice), first_page))
                written += 1
        joined.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written
