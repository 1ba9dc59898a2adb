"""What was shown of a row is what is done to it, or nothing is."""

from __future__ import annotations

import pytest

from apps.core.roles import Role
from apps.jobs.bulk.choices import Outcome
from apps.jobs.models import BulkOperation, Job
from apps.sims.choices import SimStatus
from apps.sims.declaring import DECLARE
from apps.sims.models import SimCard
from tests.factories import SimCardFactory
from tests.jobs.bulk import ask, outcomes, press, reason, tick, work_off
from tests.people import SignIn

pytestmark = pytest.mark.django_db


def test_a_card_that_has_become_another_that_could_be_declared_too_is_left_alone(sign_in_as: SignIn) -> None:
    """In stock when it was shown; since then it was in a line and was replaced there."""
    support = sign_in_as(Role.SUPPORT)
    replaced, same = SimCardFactory(), SimCardFactory()
    tick(support, [replaced, same], DECLARE.code)
    operation = BulkOperation.objects.get()
    ask(support, operation, status="lost", reason="Inventaire")
    operation.refresh_from_db()
    SimCard.objects.filter(pk=replaced.pk).update(status=SimStatus.REPLACED)
    press(support, operation, "confirm")
    work_off()
    assert outcomes(operation) == {replaced.iccid: Outcome.REFUSED, same.iccid: Outcome.CHANGED}
    assert "Remplacée" in reason(operation, replaced.iccid)
    assert SimCard.objects.get(pk=replaced.pk).status == SimStatus.REPLACED


def test_what_somebody_confirmed_is_not_done_once_they_may_no_longer(sign_in_as: SignIn) -> None:
    """Somebody else who may goes on with it."""
    support, card = sign_in_as(Role.SUPPORT), SimCardFactory()
    tick(support, [card], DECLARE.code)
    operation = BulkOperation.objects.get()
    ask(support, operation, status="lost", reason="Inventaire")
    operation.refresh_from_db()
    press(support, operation, "confirm")
    operation.created_by.groups.clear()
    work_off()
    assert SimCard.objects.get().status == SimStatus.IN_STOCK
    assert "n’est plus autorisé" in Job.objects.get().error
    press(sign_in_as(Role.SUPPORT), operation, "resume")
    work_off()
    assert SimCard.objects.get().status == SimStatus.LOST
