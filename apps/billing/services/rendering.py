"""The PDFs of invoices: drawn once for issued ones and kept in the private store, on demand for drafts."""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy as _

from apps.billing.choices import DocumentPart
from apps.billing.models import BillingRun, Invoice
from apps.billing.services.drawing import Draw, draw_run, drawings_of, keep, shown_by
from apps.billing.services.leases import Lease
from apps.core.exceptions import DomainError
from apps.core.files import stored_bytes
from apps.documents.rendering import assemble
from apps.documents.workshop import Drawn, draw_all

logger = logging.getLogger(__name__)

POOLED = 40  # enough to keep every process of the pool busy


def render_run(*, run: BillingRun, lease: Lease) -> None:
    """Draw what the run's issued invoices lack, on every processor of this machine: for commands."""
    run.refresh_from_db()
    draw_run(run=run, draw=draw_all, size=POOLED)


def invoice_pdf(invoice: Invoice, *, draw: Draw = draw_all) -> bytes:
    """The document as people see it: invoice and call detail joined, numbered page n/N; a draft says that it is one.

    An issued invoice comes from the store and is drawn first if it is not there yet.
    """
    if invoice.is_issued:
        if not invoice.documents.filter(part=DocumentPart.FRONT).exists():
            keep(invoice, _drawn_now(invoice, draw))
        parts = _kept(invoice)
    else:
        drawn = _drawn_now(invoice, draw)
        parts = [drawn.front, *filter(None, [drawn.annex])]
    return assemble(shown_by(invoice), parts)


def kept_pdf(invoice: Invoice) -> bytes | None:
    """The same document of an issued invoice, None as long as nobody has drawn it: for those who may not draw."""
    parts = _kept(invoice) if invoice.is_issued else []
    return assemble(shown_by(invoice), parts) if parts else None


def _kept(invoice: Invoice) -> list[bytes]:
    """The parts that the store holds, the front first; none without a front."""
    paths = dict(invoice.documents.values_list("part", "path"))
    if DocumentPart.FRONT not in paths:
        return []
    return [stored_bytes(paths[part]) for part in (DocumentPart.FRONT, DocumentPart.ANNEX) if part in paths]


def _drawn_now(invoice: Invoice, draw: Draw) -> Drawn:
    """One document for somebody who waits for it; DomainError when it cannot be drawn."""
    ((_invoice, drawn),) = drawings_of([invoice], draw)
    if drawn.fault:
        logger.error("invoice %s cannot be drawn: %s", drawn.key, drawn.fault)
        raise DomainError(_("The document cannot be drawn: see the server's log."))
    return drawn
