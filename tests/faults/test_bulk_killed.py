"""Workers that do a bulk operation are killed at every step: no row is done twice, none is lost."""

from __future__ import annotations

import pytest

from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.bulk.services import choose_rows, confirm_operation, plan_operation, undo_operation
from apps.jobs.choices import JobState
from apps.jobs.models import BulkOperation, Job
from apps.jobs.worker import free_abandoned
from apps.sims.choices import SimStatus
from apps.sims.declaring import DECLARE
from apps.sims.models import SimCard
from tests.factories import SimCardFactory, UserFactory
from tests.faults.workers import seen_on_the_page, work_and_die, work_off

pytestmark = pytest.mark.django_db(transaction=True)

CARDS = 250  # two chunks
LOST = {"status": "lost", "reason": "Inventaire"}

# Each kill falls on what the one before left behind.
WHILE_APPLYING = (
    "3 UPDATE sims_simcard",  # in the middle of the first chunk
    "1 UPDATE jobs_bulkitem",  # its cards changed, none of its items told
    "1 COMMIT UPDATE jobs_job",  # between two chunks
    "1 INSERT INTO django_admin_log",  # the second chunk about to be told on its cards
)


def confirmed() -> BulkOperation:
    camille = UserFactory(is_superuser=True)
    operation = choose_rows(kind=DECLARE, rows=SimCard.objects.order_by("pk"), actor=camille)
    operation = plan_operation(operation=operation, parameters=LOST)
    return confirm_operation(operation=operation, edition=operation.edition, actor=camille)


def test_an_operation_whose_workers_are_killed_does_each_row_once() -> None:
    SimCardFactory.create_batch(CARDS)
    operation = confirmed()
    for moment in WHILE_APPLYING:
        work_and_die("default", moment)
        assert free_abandoned() == 1
        told = operation.items.filter(outcome=Outcome.CHANGED).count()
        assert SimCard.objects.filter(status=SimStatus.LOST).count() == told, f"after {moment}"
        page = seen_on_the_page(Job.objects.get())
        assert "Reprise" in page["html"], f"after {moment}"
    work_off("default")
    operation.refresh_from_db()
    assert (operation.state, operation.changed, operation.refused) == (BulkState.DONE, CARDS, 0)
    assert Job.objects.get().state == JobState.DONE
    assert SimCard.history.filter(status=SimStatus.LOST).count() == CARDS, "each card moved once"

    undo_operation(operation=operation, actor=operation.created_by)
    work_and_die("default", "1 COMMIT UPDATE jobs_job")
    assert free_abandoned() == 1
    work_off("default")
    operation.refresh_from_db()
    assert operation.state == BulkState.UNDONE
    assert SimCard.objects.in_stock().count() == CARDS
    assert SimCard.history.filter(status=SimStatus.IN_STOCK, history_type="~").count() == CARDS
