"""Issuing that stops half-way for a reason outside the data, and what becomes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from apps.billing.choices import ItemState, RunState
from apps.billing.models import BillingRun, Invoice
from apps.billing.services import bill_period, issuing, verify_ledger
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from tests.factories import LineFactory, OneOffChargeFactory

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator", "undrawn")]


def issue() -> BillingRun:
    return bill_period(month=OCTOBER, issue_on=ISSUED_ON).run


def test_a_run_whose_day_has_gone_by_is_finished_on_the_day_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was interrupted, and a later date has been numbered since."""
    line = LineFactory(billing_start=OCTOBER.start)
    with monkeypatch.context() as fault:
        fault.setattr(issuing, "in_chunks", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            issue()
    charge = OneOffChargeFactory(day=date(2026, 9, 5))
    later = date(2026, 11, 20)
    bill_period(month=Month(2026, 9), issue_on=later)
    run = bill_period(month=OCTOBER, issue_on=later).run
    assert run.state == RunState.DONE
    issued = Invoice.objects.issued().order_by("position").values_list("customer", "issue_date")
    assert list(issued) == [(charge.customer_id, later), (line.customer_id, later)]


def test_a_log_that_cannot_be_written_stops_the_run_and_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.billing.services import issuing

    def full(kind: str, *, fresh: Any = ()) -> None:
        if fresh:
            raise OSError("no space left on device")

    LineFactory(billing_start=OCTOBER.start)
    with monkeypatch.context() as disk:
        disk.setattr(issuing, "settle_number_log", full)
        with pytest.raises(OSError, match="no space"):
            issue()
    assert Invoice.objects.issued().get().number == "F2026-000001"
    run = issue()
    assert list(run.items.values_list("state", flat=True)) == [ItemState.ISSUED]
    assert verify_ledger().faults == []


def test_a_series_that_goes_on_from_another_system_is_asked_for_its_last_date() -> None:
    """No invoice of this installation has that date; nobody is refused one by one for it."""
    LineFactory(billing_start=OCTOBER.start)
    NumberSeries.objects.filter(kind=DocumentKind.INVOICE).update(last_date=date(2026, 11, 10))
    with pytest.raises(DomainError):
        issue()
    assert BillingRun.objects.get().state == RunState.REVIEW
