"""The rows that tests start from are valid ones."""

from __future__ import annotations

from datetime import date

import pytest
from factory.django import DjangoModelFactory

from apps.lines.models import Line
from tests import factories

pytestmark = pytest.mark.django_db

EVERY_FACTORY = [
    value
    for value in vars(factories).values()
    if isinstance(value, type) and issubclass(value, DjangoModelFactory) and value is not DjangoModelFactory
]


@pytest.mark.parametrize("factory", EVERY_FACTORY, ids=lambda factory: factory.__name__)
def test_a_row_is_valid_by_default_and_so_is_the_next(factory: type[DjangoModelFactory]) -> None:
    for row in factory.create_batch(2):
        row.full_clean(exclude={"password"})
        row.refresh_from_db()


@pytest.mark.parametrize("trait", ["suspended", "terminated", "pending", "bare"])
def test_a_line_is_valid_in_every_state(trait: str) -> None:
    line = factories.LineFactory(**{trait: True})
    line.full_clean()
    assert line.numbers.count() == (trait in ("suspended", "terminated"))


def test_a_line_has_its_number_card_grid_status_and_plan() -> None:
    line = factories.LineFactory(activated_on=date(2026, 3, 1), price="12.90")
    assert [p.msisdn for p in line.numbers.on(date(2026, 3, 1))] == [line.msisdn]
    assert [p.sim.status for p in line.sims.on(date(2026, 3, 1))] == ["active"]
    assert (line.tariffs.count(), line.states.count(), line.subscriptions.count()) == (1, 1, 1)
    assert not Line.objects.held(line.msisdn, date(2026, 2, 28)).exists()
