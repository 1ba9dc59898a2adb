"""What happens to customers beyond a change of their own row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from apps.core.imports import ROWS_PER_UPDATE, in_batches
from apps.customers.models import Mandate


@transaction.atomic
def sign_mandates(*, mandates: Sequence[Mandate], today: date, actor: Any, reason: str = "") -> None:
    """Put new mandates, at most one per customer, in force; what each customer had is revoked ``today``.

    A revoked mandate is kept: it is the proof of what was debited under it. ``reason`` goes to the history.
    """
    history = {"default_user": actor, "default_change_reason": reason[:100] or None}
    in_force = Mandate.objects.select_for_update().filter(revoked_on=None).order_by("pk")
    revoked = list(in_batches(in_force, "customer_id", [mandate.customer_id for mandate in mandates]))
    for mandate in revoked:
        mandate.revoked_on = today
    bulk_update_with_history(revoked, Mandate, ["revoked_on"], batch_size=ROWS_PER_UPDATE, **history)
    bulk_create_with_history(mandates, Mandate, **history)
