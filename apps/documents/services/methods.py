"""The text that invoices print for each payment mode."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError
from apps.core.wording import sentence
from apps.documents import phrases
from apps.documents.models import PaymentMethod
from apps.documents.payment_texts import PLACEHOLDERS


@transaction.atomic
def change_payment_text(*, method: PaymentMethod, text: str, actor: Any) -> PaymentMethod:
    """Print ``text`` on the invoices to come of this mode; DomainError names each unknown placeholder."""
    text = text.strip()
    if not text:
        raise DomainError(_("An invoice must say how it is to be paid: write a text."))
    if found := phrases.faults(text, PLACEHOLDERS):
        reasons = [sentence(fault) for fault in found]
        raise DomainError(" ".join(reasons), reasons=reasons)
    method = PaymentMethod.objects.select_for_update().get(pk=method.pk)
    if method.text != text:
        method.text = text
        method._history_user = actor  # type: ignore[attr-defined]  # of simple-history
        method.save()
    return method
