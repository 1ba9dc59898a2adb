"""A draft is only looked at: it stands in nobody's way. What has been invoiced does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.models import Invoice
from apps.billing.services import bill_period, issue_run
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.lines.models import Line
from apps.lines.services import change_plan
from tests.factories import LineFactory, PlanFactory

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
FIRST = date(2026, 10, 1)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator", "undrawn")]


@pytest.fixture
def line(integrator: Any) -> Line:
    return LineFactory(billing_start=FIRST, price=Decimal("10.00"))


def on_another_plan(line: Line) -> None:
    change_plan(line=line, plan=PlanFactory(), price=Decimal("20.00"), on=FIRST, actor=None)


def test_a_plan_is_replaced_on_its_first_day_while_a_draft_names_it(line: Line) -> None:
    run = bill_period(month=OCTOBER).run
    on_another_plan(line)
    issue_run(run=run, issue_on=date(2026, 11, 3))
    assert not Invoice.objects.issued().exists()  # the draft no longer says what is due
    drafts = Invoice.objects.filter(run=bill_period(month=NOVEMBER).run)
    assert [str(one.net) for one in drafts] == ["40.00"]


def test_a_plan_that_was_invoiced_is_not_replaced_on_its_first_day(line: Line) -> None:
    bill_period(month=OCTOBER, issue_on=date(2026, 11, 3))
    with pytest.raises(DomainError):
        on_another_plan(line)
    assert [str(one.price) for one in line.subscriptions.all()] == ["10.00"]
