"""What the text of a payment mode may name, and the sentence it becomes on an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core import french
from apps.core.identifiers import mask_iban
from apps.documents import phrases

#: Each placeholder with its meaning.
PLACEHOLDERS: Final[Mapping[str, str | Promise]] = {
    "due_date": _("the last day to pay"),
    "amount": _("the total with VAT"),
    "number": _("the number of the invoice"),
    "mode": _("the payment mode"),
    "iban": _("your IBAN"),
    "bic": _("your BIC"),
    "mandate": _("the reference of the customer’s mandate"),
    "customer_iban": _("the customer’s IBAN, masked"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What the placeholders stand for on one invoice; ``customer_iban`` in full, it is masked here."""

    due_date: date
    amount: Decimal
    mode: str
    #: ``None`` for a draft.
    number: str | None = None
    iban: str = ""
    bic: str = ""
    mandate: str = ""
    customer_iban: str = ""


SAMPLE: Final = PaymentFacts(
    due_date=date(2026, 12, 2),
    amount=Decimal("154.80"),
    mode="Virement",
    number="F2026-000123",
    iban="FR7630004500190859965184296",
    bic="BNPAFRPP",
    mandate="M-C000123-1",
    customer_iban="FR7630001007941234567890185",
)


def payment_text(text: str, facts: PaymentFacts) -> str:
    """The text of a mode as an invoice prints it."""
    return phrases.fill(text, values_of(facts))


def values_of(facts: PaymentFacts) -> dict[str, str]:
    return {
        "due_date": french.day(facts.due_date),
        "amount": french.euros(facts.amount),
        "number": facts.number or "…",
        "mode": facts.mode,
        "iban": french.in_groups(facts.iban, 4),
        "bic": facts.bic,
        "mandate": facts.mandate,
        "customer_iban": mask_iban(facts.customer_iban).replace(" ", french.NBSP) if facts.customer_iban else "",
    }
