"""The legal sentences of one document, made from the texts of a version of the layout."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from apps.documents import penalties, phrases
from apps.documents.penalties import RATE, Rates
from apps.documents.snapshot import Mentions

VAT_ON_DEBITS: Final = "Option pour le paiement de la taxe d'après les débits"


class Texts(Protocol):
    """What a version of the layout says; its rows and the values that are about to become one have it."""

    @property
    def penalties(self) -> str: ...
    @property
    def penalty_rate(self) -> Decimal | None: ...
    @property
    def recovery_indemnity(self) -> str: ...
    @property
    def early_payment(self) -> str: ...
    @property
    def vat_on_debits(self) -> bool: ...


def mentions_of(texts: Texts, *, individual: bool, operation_category: str, rates: Rates | None) -> Mentions:
    """The mentions of an invoice; ``rates`` are those of the half-year of its date, if they are known."""
    return Mentions(
        penalties=phrases.fill(texts.penalties, {RATE: penalties.said(texts.penalty_rate, rates)}),
        # An individual owes no recovery indemnity (C. com. L441-10 binds professionals only).
        recovery_indemnity="" if individual else texts.recovery_indemnity,
        early_payment=texts.early_payment,
        operation_category=operation_category,
        vat_on_debits=VAT_ON_DEBITS if texts.vat_on_debits else "",
    )
