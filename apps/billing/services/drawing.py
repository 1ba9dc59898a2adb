"""Several workers draw one run: who draws which invoice, and what became of it.

An invoice to draw is taken by a :class:`Drawing` row of a minute. A drawer that was killed leaves its rows behind; they
are taken over at once where its process is known to be gone, else when their minute is over. Nothing breaks when an
invoice is drawn twice: the first to commit wins, the files are the same.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.billing.call_detail import call_detail
from apps.billing.choices import DocumentPart, RunState
from apps.billing.models import BillingRun, Drawing, Invoice, InvoiceDocument
from apps.billing.snapshots import snapshot_of, surroundings
from apps.branding.models import Integrator
from apps.core.exceptions import DomainError
from apps.core.files import Area, store
from apps.core.processes import is_gone, this_process
from apps.core.progress import Progress, unwatched
from apps.documents.services import layout_of
from apps.documents.snapshot import InvoiceSnapshot
from apps.documents.workshop import Drawn, Order, draw

logger = logging.getLogger(__name__)

HELD = timedelta(minutes=1)
BATCH = 4  # a second's work
POLL_SECONDS = 0.3

Draw = Callable[[Iterable[Order]], Iterator[Drawn]]


def draw_here(orders: Iterable[Order]) -> Iterator[Drawn]:
    """In this process, one after the other: workers are as many processes as are wanted."""
    return map(draw, orders)


def draw_run(*, run: BillingRun, draw: Draw = draw_here, size: int = BATCH, progress: Progress = unwatched) -> None:
    """Draw what the run's issued invoices lack, together with whoever else is at it; back when all is drawn.

    A document that cannot be drawn is logged and left out: its number is given, and it is drawn when it is asked for.
    """
    if run.state not in (RunState.RENDERING, RunState.DONE):
        raise DomainError(_("There is nothing to draw in this billing run."))
    Drawing.objects.filter(invoice__run=run).exclude(fault="").delete()
    while True:
        batch = take_undrawn(run, size=size)
        if batch:
            draw_taken(batch, draw=draw, progress=_counted(run, progress))
        elif run.invoices.lacking_document().exists():
            _counted(run, progress)(done=0)  # others are at it
            time.sleep(POLL_SECONDS)
        else:
            return


def take_undrawn(run: BillingRun, *, size: int = BATCH) -> list[Invoice]:
    """Up to ``size`` invoices that nobody draws, now this process's to draw; empty when there is none."""
    now = timezone.now()
    holders = Drawing.objects.filter(fault="").values_list("holder", flat=True).distinct()
    gone = [holder for holder in holders if is_gone(holder)]
    free = run.invoices.lacking_document().filter(
        Q(drawing=None) | Q(drawing__until__lte=now) | Q(drawing__holder__in=gone)
    )
    with transaction.atomic():
        locked = free.select_for_update(skip_locked=True, of=("self",), no_key=True)
        ids = list(locked.order_by("position").values_list("pk", flat=True)[:size])
        # Looked at again under the lock: others may have taken some of them meanwhile.
        taken = list(free.filter(pk__in=ids).select_related("customer").order_by("position"))
        Drawing.objects.bulk_create(
            [Drawing(invoice=invoice, holder=this_process(), until=now + HELD) for invoice in taken],
            update_conflicts=True,
            unique_fields=["invoice"],
            update_fields=["holder", "until"],
        )
    return taken


def draw_taken(invoices: Sequence[Invoice], *, draw: Draw = draw_here, progress: Progress = unwatched) -> None:
    """Draw and keep what :func:`take_undrawn` gave; whatever ends it early leaves the rest free for others."""
    try:
        for done, (invoice, drawn) in enumerate(drawings_of(invoices, draw), start=1):
            keep(invoice, drawn, progress=lambda done=done: progress(done=done))  # type: ignore[misc]
    finally:
        mine = Drawing.objects.filter(invoice__in=[invoice.pk for invoice in invoices], holder=this_process())
        mine.filter(fault="").delete()


def _counted(run: BillingRun, progress: Progress) -> Progress:
    """Progress over the run from that of a batch: what others have drawn counts as well."""
    total = run.invoices.issued().count()
    before = total - run.invoices.lacking_document().count()

    def count(*, done: int, total: int | None = total) -> None:
        progress(done=before + done, total=total)

    return count


def drawings_of(invoices: Sequence[Invoice], draw: Draw) -> Iterator[tuple[Invoice, Drawn]]:
    logo = _logo()
    layouts: dict[str, str] = {}

    def orders() -> Iterator[Order]:
        for invoice in invoices:
            snapshot = shown_by(invoice)
            fitting = _fitting(logo, snapshot)
            version = snapshot.layout_version
            if version not in layouts:
                layouts[version] = layout_of(version)
            yield Order(invoice.pk, snapshot, fitting, call_detail(invoice), layouts[version])

    return zip(invoices, draw(orders()), strict=True)


def shown_by(invoice: Invoice) -> InvoiceSnapshot:
    if invoice.snapshot is not None:  # issued: shown as it was
        return InvoiceSnapshot.from_json(invoice.snapshot)
    return snapshot_of(invoice, surroundings(), today=timezone.localdate())


def fitting_logo(snapshot: InvoiceSnapshot) -> bytes | None:
    """The integrator's logo, if it is still the one that the document was issued with."""
    return _fitting(_logo(), snapshot)


def _fitting(logo: tuple[str, bytes] | None, snapshot: InvoiceSnapshot) -> bytes | None:
    return logo[1] if logo and logo[0] == snapshot.branding.logo_digest else None


def _logo() -> tuple[str, bytes] | None:
    integrator = Integrator.objects.first()
    if integrator is None or not integrator.logo:
        return None
    return integrator.logo_digest, bytes(integrator.logo)


def keep(invoice: Invoice, drawn: Drawn, *, progress: Callable[[], None] = lambda: None) -> None:
    """Store the parts of an issued invoice, or write down why there are none."""
    if drawn.fault:
        logger.error("invoice %s cannot be drawn: %s", invoice.number, drawn.fault)
        with transaction.atomic():
            Drawing.objects.update_or_create(
                invoice=invoice, defaults={"fault": drawn.fault, "holder": "", "until": None}
            )
            progress()
        return
    parts = {DocumentPart.FRONT: drawn.front, DocumentPart.ANNEX: drawn.annex}
    with transaction.atomic():
        Drawing.objects.filter(invoice=invoice).delete()
        progress()
        # Two viewers may draw the same invoice at once: the first to commit wins, the files are the same.
        InvoiceDocument.objects.bulk_create(
            [
                InvoiceDocument(
                    invoice=invoice,
                    part=part,
                    path=store(Area.DOCUMENTS, content, suffix=".pdf"),
                    sha256=hashlib.sha256(content).hexdigest(),
                    size=len(content),
                )
                for part, content in parts.items()
                if content is not None
            ],
            ignore_conflicts=True,
        )
