"""Checking and validating an order asks the same questions once, however many lines it has."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.orders.models import Order
from apps.orders.services import faults_of, validate_order
from tests.factories import PlanFactory, TariffFactory
from tests.orders.selling import TODAY, draft, order_line

pytestmark = pytest.mark.django_db


def with_lines(count: int) -> Order:
    order, plan, tariff = draft(), PlanFactory(), TariffFactory()
    for _line in range(count):
        order_line(order, plan=plan, tariff=tariff)
    return Order.objects.select_related("customer").get(pk=order.pk)


def queries(act: object) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()  # type: ignore[operator]
    return len([one for one in seen.captured_queries if one["sql"].startswith("SELECT")])


def test_the_faults_of_an_order_are_found_in_as_many_queries_for_two_lines_as_for_ten() -> None:
    few, many = with_lines(2), with_lines(10)
    assert queries(lambda: list(faults_of(few, TODAY))) == queries(lambda: list(faults_of(many, TODAY)))


def test_an_order_is_validated_in_as_many_reads_for_two_lines_as_for_ten() -> None:
    few, many = with_lines(2), with_lines(10)
    assert queries(lambda: validate_order(order=few, actor=None, today=TODAY)) == queries(
        lambda: validate_order(order=many, actor=None, today=TODAY)
    )
