"""Two people who put the same card into two lines, and into one: it serves in one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from apps.core.exceptions import DomainError
from apps.lines.models import Line, LineOperation, LineSim
from apps.lines.services import status_disagreements, swap_sim
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import LineFactory, SimCardFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

TODAY = date(2026, 11, 24)
PATIENCE = 30  # seconds


def at_once(jobs: list[tuple[Line, SimCard]]) -> list[bool]:
    """Whether each swap was done; all begin together, each on a connection of its own."""
    start = Barrier(len(jobs))

    def swapped(line: Line, sim: SimCard) -> bool:
        try:
            start.wait(PATIENCE)
            swap_sim(line=line, sim=sim, on=TODAY, today=TODAY, actor=None)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(jobs)) as people:
        return [one.result(PATIENCE) for one in [people.submit(swapped, *job) for job in jobs]]


@pytest.mark.parametrize("_again", range(3))
def test_a_card_goes_into_one_of_two_lines(_again: int) -> None:
    card = SimCardFactory()
    lines = [LineFactory(), LineFactory()]
    assert sorted(at_once([(line, card) for line in lines])) == [False, True]
    assert LineSim.objects.filter(sim=card).count() == 1
    assert LineOperation.objects.count() == 1
    assert status_disagreements() == []


@pytest.mark.parametrize("_again", range(3))
def test_a_line_gets_one_card_after_the_other(_again: int) -> None:
    """Both are done, in some order: the first card serves for a moment, and is replaced as well."""
    line, cards = LineFactory(), [SimCardFactory(), SimCardFactory()]
    assert at_once([(line, card) for card in cards]) == [True, True]
    statuses = sorted(SimCard.objects.filter(pk__in=[card.pk for card in cards]).values_list("status", flat=True))
    assert statuses == [SimStatus.ACTIVE, SimStatus.REPLACED]
    assert status_disagreements() == []


@pytest.mark.parametrize("_again", range(3))
def test_the_same_click_twice_at_once_replaces_once(_again: int) -> None:
    line, card = LineFactory(), SimCardFactory()
    assert sorted(at_once([(line, card)] * 2)) == [False, True]
    assert line.operations.count() == 1
    assert status_disagreements() == []
