"""A status is written by its transitions and by nothing else."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from apps.lines.choices import LineStatus
from apps.lines.models import Line
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from tests.factories import LineFactory, SimCardFactory

pytestmark = pytest.mark.django_db


def test_a_status_is_never_assigned() -> None:
    sim = SimCardFactory()
    with pytest.raises(AttributeError):
        sim.status = SimStatus.ACTIVE


def test_a_transition_moves_it_and_a_refresh_sees_it() -> None:
    sim = SimCardFactory()
    same = SimCard.objects.get(pk=sim.pk)
    sim.reserve()
    sim.save()
    same.refresh_from_db()
    assert same.status == SimStatus.RESERVED
    same.release()
    same.save()
    assert SimCard.objects.get(pk=sim.pk).status == SimStatus.IN_STOCK


def test_a_refresh_of_other_fields_leaves_the_status() -> None:
    sim = SimCardFactory()
    sim.refresh_from_db(fields=["batch"])
    assert sim.status == SimStatus.IN_STOCK


def test_a_row_that_is_gone_keeps_its_status_when_it_cannot_be_refreshed() -> None:
    sim = SimCardFactory()
    SimCard.objects.filter(pk=sim.pk).delete()
    with pytest.raises(SimCard.DoesNotExist):
        sim.refresh_from_db()
    assert sim.status == SimStatus.IN_STOCK


def test_two_people_do_not_both_move_one_card() -> None:
    one = SimCardFactory()
    other = SimCard.objects.get(pk=one.pk)
    one.reserve()
    one.save()
    other.activate()
    with pytest.raises(ConcurrentTransition), transaction.atomic():
        other.save()


def test_a_whole_row_can_be_cleaned() -> None:
    SimCardFactory().full_clean()


@pytest.mark.parametrize("move", ["activate", "suspend", "reactivate", "cancel"])
def test_a_terminated_line_never_revives(move: str) -> None:
    line = LineFactory(terminated=True)
    with pytest.raises(TransitionNotAllowed):
        getattr(line, move)()


def test_the_database_knows_the_statuses_too() -> None:
    line = LineFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(status="zombie")
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(status=LineStatus.TERMINATED)  # without its date
