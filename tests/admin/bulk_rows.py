"""Bulk operations for the screens, and as many rows in the first of them."""

from __future__ import annotations

from typing import Any

from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.models import BulkItem, BulkOperation
from tests.factories import SimCardFactory, UserFactory


def a_bulk_operation(number: int) -> BulkOperation:
    """One to be confirmed."""
    operation = BulkOperation.objects.create(
        kind="sims.declare",
        state=BulkState.READY,
        parameters={"status": "lost", "reason": "Inventaire"},
        selection=f"{number:064d}",
        edition=1,
        total=2,
        planned=1,
        refused=1,
        created_by=UserFactory(),
    )
    _item(operation, 1, Outcome.PLANNED, before="En stock", after="Perdue")
    _item(operation, 2, Outcome.REFUSED, reason="Elle est dans une ligne.")
    _item(BulkOperation.objects.earliest("pk"), 100 + number, Outcome.PLANNED)
    return operation


def _item(operation: BulkOperation, place: int, outcome: Outcome, **fields: Any) -> None:
    card = SimCardFactory()
    BulkItem.objects.create(
        operation=operation, position=place, object_id=card.pk, label=card.iccid, outcome=outcome, **fields
    )
