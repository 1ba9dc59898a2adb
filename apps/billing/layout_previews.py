"""Real invoices to preview a version of the invoice template on, told to the editor, which knows none."""

from __future__ import annotations

from apps.billing.models import Invoice
from apps.billing.services.drawing import fitting_logo, shown_by
from apps.core import french
from apps.core.slots import contribute
from apps.documents.services import REAL_DOCUMENTS, Real, RealDocuments


def search(text: str, limit: int) -> list[tuple[int, str]]:
    """Issued invoices by number or customer; without a text the latest."""
    issued = Invoice.objects.issued()
    found = issued.matching(text) if text.strip() else issued
    return [(one.pk, _named(one)) for one in found.select_related("customer").order_by("-pk")[:limit]]


def read(pk: int) -> Real | None:
    invoice = Invoice.objects.issued().filter(pk=pk).first()
    if invoice is None:
        return None
    shown = shown_by(invoice)
    return Real(shown, fitting_logo(shown))


def _named(invoice: Invoice) -> str:
    return f"{invoice.number} – {invoice.customer} – {french.euros(invoice.gross)}"


def register() -> None:
    contribute(REAL_DOCUMENTS, RealDocuments("invoice", "billing.view_invoice", search, read))
