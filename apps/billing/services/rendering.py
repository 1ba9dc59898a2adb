"""The PDFs of invoices: drawn once for issued ones and kept in the private store, on demand for drafts."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from itertools import batched

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.billing.call_detail import call_detail
from apps.billing.choices import DocumentPart, RunState
from apps.billing.models import BillingRun, Invoice, InvoiceDocument
from apps.billing.services.leases import Lease
from apps.billing.snapshots import snapshot_of, surroundings
from apps.branding.models import Integrator
from apps.core.exceptions import DomainError
from apps.core.files import store, stored_bytes
from apps.documents.rendering import assemble
from apps.documents.snapshot import InvoiceSnapshot
from apps.documents.workshop import Drawn, Order, draw_all

logger = logging.getLogger(__name__)

FOLDER = "documents"
BATCH = 40


def render_run(*, run: BillingRun, lease: Lease) -> None:
    """Draw what the run's issued invoices lack. Safe to start again: what is drawn is not drawn twice.

    A document that cannot be drawn is logged and left out: its number is given, and it is drawn when it is asked for.
    """
    lacking = (
        run.invoices.issued()
        .exclude(documents__part=DocumentPart.FRONT)
        .select_related("customer")
        .order_by("position")
    )
    for batch in batched(lacking, BATCH):
        with transaction.atomic():
            if lease.locked_run().state != RunState.RENDERING:
                raise DomainError(_("There is nothing to draw in this billing run."))
        for invoice, drawn in _drawn(batch):
            _keep(invoice, drawn)


def invoice_pdf(invoice: Invoice) -> bytes:
    """The document as people see it: invoice and call detail joined, numbered page n/N; a draft says that it is one.

    An issued invoice comes from the store and is drawn first if it is not there yet.
    """
    if invoice.is_issued:
        if not invoice.documents.filter(part=DocumentPart.FRONT).exists():
            _keep(invoice, _drawn_now(invoice))
        paths = dict(invoice.documents.values_list("part", "path"))
        parts = [stored_bytes(paths[part]) for part in (DocumentPart.FRONT, DocumentPart.ANNEX) if part in paths]
    else:
        drawn = _drawn_now(invoice)
        parts = [drawn.front, *filter(None, [drawn.annex])]
    return assemble(_snapshot(invoice), parts)


def _snapshot(invoice: Invoice) -> InvoiceSnapshot:
    if invoice.snapshot is not None:  # issued: shown as it was
        return InvoiceSnapshot.from_json(invoice.snapshot)
    return snapshot_of(invoice, surroundings(), today=timezone.localdate())


def _drawn(invoices: Sequence[Invoice]) -> Iterator[tuple[Invoice, Drawn]]:
    logo = _logo()
    orders = []
    for invoice in invoices:
        snapshot = _snapshot(invoice)
        # A logo changed since is not the one that the document was issued with.
        fitting = logo[1] if logo and logo[0] == snapshot.branding.logo_digest else None
        orders.append(Order(invoice.pk, snapshot, fitting, call_detail(invoice)))
    return zip(invoices, draw_all(orders), strict=True)


def _logo() -> tuple[str, bytes] | None:
    integrator = Integrator.objects.first()
    if integrator is None or not integrator.logo:
        return None
    return integrator.logo_digest, bytes(integrator.logo)


def _drawn_now(invoice: Invoice) -> Drawn:
    """One document for somebody who waits for it; DomainError when it cannot be drawn."""
    ((_invoice, drawn),) = _drawn([invoice])
    if drawn.fault:
        logger.error("invoice %s cannot be drawn: %s", drawn.key, drawn.fault)
        raise DomainError(_("The document cannot be drawn: see the server's log."))
    return drawn


def _keep(invoice: Invoice, drawn: Drawn) -> None:
    if drawn.fault:
        logger.error("invoice %s cannot be drawn: %s", invoice.number, drawn.fault)
        return
    parts = {DocumentPart.FRONT: drawn.front, DocumentPart.ANNEX: drawn.annex}
    with transaction.atomic():
        # Two viewers may draw the same invoice at once: the first to commit wins, the files are the same.
        InvoiceDocument.objects.bulk_create(
            [
                InvoiceDocument(
                    invoice=invoice,
                    part=part,
                    path=store(FOLDER, content, suffix=".pdf"),
                    sha256=hashlib.sha256(content).hexdigest(),
                    size=len(content),
                )
                for part, content in parts.items()
                if content is not None
            ],
            ignore_conflicts=True,
        )
