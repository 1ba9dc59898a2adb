"""Payment modes, with their UNTDID 4461 code (DOMAIN §9)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaymentMode(models.TextChoices):
    DIRECT_DEBIT = "direct_debit", _("Direct debit")
    TRANSFER = "transfer", pgettext_lazy("payment mode", "Transfer")
    CHEQUE = "cheque", _("Cheque")
    CARD = "card", pgettext_lazy("payment mode", "Card")
    LCR = "lcr", _("LCR")
    CASH = "cash", _("Cash")

    @property
    def untdid(self) -> str:
        return {"direct_debit": "59", "transfer": "30", "cheque": "20", "card": "48", "lcr": "24", "cash": "10"}[
            self.value
        ]


class DocumentKind(models.TextChoices):
    """What a numbered document is; the UNTDID 1001 codes are 380 and 381."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
