"""What waits for what: verbs that meet on the same rows neither bill twice nor wait for one another in a circle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as await_all
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.billing.models import Invoice, InvoiceLine
from apps.billing.services import compute_run, issue_run, open_run
from apps.billing.services import issuing as issuing_module
from apps.core.periods import Month
from apps.lines.services import change_user
from apps.usage.services import cover, load_file, pending, rate_pending
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    IntegratorFactory,
    LineFactory,
    PlanFactory,
    RateFactory,
    ServiceFactory,
    SubscriptionFactory,
)
from tests.faults.loaders import write
from tests.pure.cdr_files import row
from tests.usage.conftest import amounts_are_true

pytestmark = pytest.mark.django_db(transaction=True)

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
ISSUED_ON = date(2026, 12, 3)
NUMBERS = ("33639980001", "33639980002")
PATIENCE = 30  # seconds
MEANWHILE = 1  # second, in which somebody else gets as far as the locks let them


def test_two_runs_issued_at_once_bill_a_slice_once(monkeypatch: pytest.MonkeyPatch, elsewhere: Any) -> None:
    """The run of November holds the slice of October too; the customer has no line whose lock would part them."""
    IntegratorFactory()
    customer = CustomerFactory()
    SubscriptionFactory(line=None, customer=customer, offer=ServiceFactory(), start=OCTOBER.start)
    october, november = (compute_run(run=open_run(month=month)) for month in (OCTOBER, NOVEMBER))
    real, others = issuing_module.locked_series, []

    def locked_series(kind: str) -> Any:
        if not others:
            others.append(elsewhere(lambda: issue_run(run=november, issue_on=ISSUED_ON)))
            await_all(others, timeout=MEANWHILE)
        return real(kind)

    monkeypatch.setattr(issuing_module, "locked_series", locked_series)
    issue_run(run=october, issue_on=ISSUED_ON)
    others[0].result(PATIENCE)
    billed = InvoiceLine.objects.filter(invoice__in=Invoice.objects.issued(), period_start=OCTOBER.start)
    assert billed.count() == 1


@pytest.mark.postgres  # on SQLite any write waits for any other, and none in a circle
@pytest.mark.parametrize(
    "change",
    [
        lambda line: cover(line_ids=[line.pk]),
        lambda line: change_user(line=line, user_name="PAUL DURAND", on=OCTOBER.start, actor=None),
    ],
    ids=["covering", "a change of the line"],
)
def test_drafts_that_name_a_line_do_not_wait_for_a_change_of_it(change: Callable[[Any], Any], elsewhere: Any) -> None:
    """They would hold some lines and wait for others in an order of their own."""
    line = LineFactory()
    run = open_run(month=OCTOBER)
    with transaction.atomic():
        change(line)
        elsewhere(lambda: compute_run(run=run)).result(PATIENCE)
    assert Invoice.objects.get().customer == line.customer


@pytest.mark.postgres
def test_rating_again_and_covering_take_files_in_one_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Any
) -> None:
    """Both change amounts of two files, one of which rating again has locked before it covers."""
    rate, plan = RateFactory(included=True), PlanFactory()
    first, second = (LineFactory(msisdn=number, tariff=rate.version.tariff, plan=plan) for number in NUMBERS)
    for name, other in (("1", "33612345678"), ("2", "4420123456")):
        calls = [
            row(ID_CDR=f"A{name}", MSISDN=NUMBERS[0], CORRESPONDANT=other),
            row(ID_CDR=f"B{name}", MSISDN=NUMBERS[1]),
        ]
        load_file(path=write(tmp_path / f"{name}.csv", calls), actor=None)
    RateFactory(version=rate.version, prefix="44")
    AllowanceFactory(offer=plan)
    others: list[Future[Any]] = []

    def covering(**some: Any) -> int:
        others.append(elsewhere(lambda: cover(line_ids=[second.pk])))
        await_all(others, timeout=MEANWHILE)
        return cover(**some)

    monkeypatch.setattr(pending, "cover", covering)
    assert rate_pending().rated == 1
    assert others[0].result(PATIENCE) == 2
    assert amounts_are_true()
    assert first.pk
