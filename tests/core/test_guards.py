"""Rules that hold whoever writes, also by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from apps.catalog.choices import OfferKind
from apps.core import guards
from apps.lines.models import LineNumber
from tests.factories import (
    LineFactory,
    LineNumberFactory,
    LineSimFactory,
    LineStateFactory,
    LineTariffFactory,
    OfferPriceFactory,
    OptionFactory,
    PlanFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db


def refused(factory: Any, **fields: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**fields)


def test_every_guard_that_models_declare_stands() -> None:
    assert guards.declared(connection)
    assert guards.missing(connection) == []


def test_guards_are_installed_twice_without_harm() -> None:
    guards.install(connection)
    assert guards.missing(connection) == []


def test_a_guard_that_was_dropped_is_noticed_and_comes_back() -> None:
    guard = guards.declared(connection, "lines")[0]
    with connection.cursor() as cursor:
        for statement in guard.drop:
            cursor.execute(statement)
    assert guards.missing(connection) == [guard.name]
    guards.install(connection, "lines")
    assert guards.missing(connection) == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 1), None),
        (date(2025, 6, 1), date(2026, 1, 2)),
        (date(2025, 6, 1), None),
        (date(2026, 5, 1), date(2026, 5, 2)),
    ],
)
def test_one_line_never_has_two_numbers_at_once(start: date, end: date | None) -> None:
    line = LineFactory()
    refused(LineNumberFactory, line=line, msisdn="33639989999", start=start, end=end)


def test_one_number_is_never_on_two_lines_at_once() -> None:
    held = LineFactory().numbers.get()
    other = LineFactory(bare=True)
    refused(LineNumberFactory, line=other, msisdn=held.msisdn, start=date(2026, 6, 1))


def test_a_number_passes_to_another_line_on_the_day_it_is_free() -> None:
    held = LineFactory(terminated=True).numbers.get()
    LineNumberFactory(line=LineFactory(bare=True), msisdn=held.msisdn, start=held.end)


def test_a_card_is_never_in_two_lines_at_once() -> None:
    held = LineFactory().sims.get()
    refused(LineSimFactory, line=LineFactory(bare=True), sim=held.sim, start=date(2026, 6, 1))


@pytest.mark.parametrize("factory", [LineTariffFactory, LineStateFactory])
def test_a_line_has_one_grid_and_one_status_at_once(factory: Any) -> None:
    refused(factory, line=LineFactory(), start=date(2026, 6, 1))


def test_a_line_has_one_plan_at_once_but_many_options() -> None:
    line = LineFactory()
    for _ in range(2):
        SubscriptionFactory(line=line, offer=OptionFactory())
    refused(SubscriptionFactory, line=line, offer=PlanFactory(), start=date(2026, 6, 1))
    assert line.subscriptions.filter(kind=OfferKind.OPTION).count() == 2


def test_prices_of_an_offer_never_overlap() -> None:
    offer = PlanFactory()
    refused(OfferPriceFactory, offer=offer, start=date(2026, 1, 1))


def test_a_period_cannot_be_stretched_over_its_neighbour() -> None:
    first = LineFactory(terminated=True).numbers.get()
    LineNumberFactory(line=LineFactory(bare=True), msisdn=first.msisdn, start=first.end)
    with pytest.raises(IntegrityError), transaction.atomic():
        LineNumber.objects.filter(pk=first.pk).update(end=None)


def test_a_period_ends_after_it_starts() -> None:
    refused(LineNumberFactory, line=LineFactory(bare=True), start=date(2026, 6, 1), end=date(2026, 6, 1))


def test_no_two_guards_share_a_name() -> None:
    names = [guard.name for guard in guards.declared(connection)]
    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for name in names), "PostgreSQL would cut the name"


def test_every_period_says_what_it_excludes() -> None:
    from django.apps import apps

    from apps.core.models import Period

    silent = [model for model in apps.get_models() if issubclass(model, Period) and not model.no_overlap]
    assert silent == list[type[Model]]()
