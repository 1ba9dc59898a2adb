"""Rows of the invoice template's screens (:mod:`tests.admin.rows`)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from apps.documents.models import InvoiceLayout, LegalRate, PaymentTerms
from tests.factories import UserFactory

MADE_AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def how_invoices_are_made(number: int) -> None:
    """One more version of the invoice template, payment terms, rates of a half-year."""
    InvoiceLayout.objects.create(
        version=100 + number,
        penalties="Pénalités de retard au taux de {rate}.",
        recovery_indemnity="Indemnité forfaitaire de 40 € pour frais de recouvrement.",
        early_payment="Pas d'escompte pour paiement anticipé.",
        note="Pied de page",
        made_by=UserFactory(),
        made_at=MADE_AT + timedelta(minutes=number),
    )
    PaymentTerms.objects.create(code=f"{number + 1}J", label=f"{number + 1} jours", days=number + 1)
    rate = {"ecb": Decimal("2.15"), "legal": Decimal("2.76")}
    LegalRate.objects.create(year=2000 + number // 2, half=number % 2 + 1, **rate)
