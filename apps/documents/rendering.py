"""From a frozen snapshot to the bytes of a document: no model, no query, no clock.

Made to run in a worker process of its own: xhtml2pdf prints one document at a time per process, and all that
comes in and goes out here can be pickled.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.documents.annex import render_annex
from apps.documents.detail import render_detail
from apps.documents.front import render_front
from apps.documents.joining import concatenate, join
from apps.documents.presentation import is_detailed_apart
from apps.documents.snapshot import CallSection, InvoiceSnapshot


def render_invoice(
    snapshot: InvoiceSnapshot,
    *,
    logo: bytes | None = None,
    calls: Sequence[CallSection] | None = None,
    layout: str | None = None,
) -> bytes:
    """The whole document as people see it: the invoice and, unless ``calls`` is empty, the call detail."""
    parts = _body(snapshot, logo=logo, layout=layout)
    if calls:
        parts.append(render_annex(snapshot, calls))
    return assemble(snapshot, parts)


def render_body(snapshot: InvoiceSnapshot, *, logo: bytes | None = None, layout: str | None = None) -> bytes:
    """The invoice itself, without call detail and not numbered yet: what is kept for ten years."""
    return concatenate(_body(snapshot, logo=logo, layout=layout))


def assemble(snapshot: InvoiceSnapshot, parts: Sequence[bytes]) -> bytes:
    """Parts stored apart (the body, the call detail), joined to the document that people see and receive."""
    kind = "Avoir" if snapshot.is_credit_note else "Facture"
    return join(
        parts,
        number=snapshot.number,
        title=f"{kind} {snapshot.number}" if snapshot.number else f"{kind} (brouillon)",
        author=snapshot.seller.legal_name,
        issued_on=snapshot.issue_date,
    )


def _body(snapshot: InvoiceSnapshot, *, logo: bytes | None, layout: str | None) -> list[bytes]:
    parts = [render_front(snapshot, logo=logo, layout=layout)]
    if is_detailed_apart(snapshot):
        parts.append(render_detail(snapshot))
    return parts
