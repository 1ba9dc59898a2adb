"""The status of a card moves by its transitions, and nobody else moves it meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.exceptions import DomainError
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.sims.services import can_become, move_cards
from tests.factories import SimCardFactory, UserFactory

pytestmark = pytest.mark.django_db

ALLOWED = {
    SimStatus.IN_STOCK: {"reserved", "active", "suspended", "terminated", "lost", "faulty"},
    SimStatus.RESERVED: {"in_stock", "active", "suspended", "terminated"},
    SimStatus.ACTIVE: {"suspended", "terminated", "replaced"},
    SimStatus.SUSPENDED: {"active", "terminated", "replaced"},
    SimStatus.TERMINATED: set(),
    SimStatus.REPLACED: {"lost", "faulty"},
    SimStatus.LOST: set(),
    SimStatus.FAULTY: set(),
}


@pytest.mark.parametrize("status", SimStatus)
@pytest.mark.parametrize("target", SimStatus)
def test_a_card_becomes_only_what_its_transitions_allow(status: SimStatus, target: SimStatus) -> None:
    card = SimCardFactory(status=status)
    possible = target == status or target.value in ALLOWED[status]
    assert can_become(card, target) == possible
    if possible:
        move_cards(targets={card.pk: target}, actor=None)
        assert SimCard.objects.get().status == target
    else:
        with pytest.raises(DomainError, match=card.iccid):
            move_cards(targets={card.pk: target}, actor=None)
        assert SimCard.objects.get().status == status


def test_a_move_leaves_its_trace() -> None:
    anne, card = UserFactory(), SimCardFactory()
    move_cards(targets={card.pk: SimStatus.LOST}, actor=anne, reason="Inventaire")
    moved = card.history.latest()
    assert (moved.status, moved.history_user, moved.history_change_reason) == (SimStatus.LOST, anne, "Inventaire")


def test_cards_move_together_or_not_at_all() -> None:
    good, terminated = SimCardFactory(), SimCardFactory(status=SimStatus.TERMINATED)
    with pytest.raises(DomainError):
        move_cards(targets={good.pk: SimStatus.ACTIVE, terminated.pk: SimStatus.ACTIVE}, actor=None)
    good.refresh_from_db()
    assert good.status == SimStatus.IN_STOCK


def test_moving_many_cards_costs_as_many_queries_as_moving_one() -> None:
    def queries(count: int) -> int:
        cards = SimCardFactory.create_batch(count)
        with CaptureQueriesContext(connection) as captured:
            move_cards(targets=dict.fromkeys((card.pk for card in cards), SimStatus.ACTIVE), actor=None)
        return len(captured)

    assert queries(1) == queries(20)
