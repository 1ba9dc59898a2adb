"""A pattern that gives no number, whoever wrote it: said before a run is touched."""

from __future__ import annotations

import re
from datetime import date

import pytest

from apps.billing.models import BillingRun
from apps.billing.services import bill_period
from apps.billing.services.numbers import next_numbers
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from tests.factories import LineFactory

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator")]


@pytest.mark.parametrize("pattern", ["F{N", "F{YYYY}", "F-" + "0" * 32 + "{N:5}"])
def test_nobody_is_refused_for_a_pattern_that_gives_no_number(pattern: str) -> None:
    LineFactory(billing_start=OCTOBER.start)
    NumberSeries.objects.update(pattern=pattern)
    with pytest.raises(DomainError, match=re.escape(pattern)):
        next_numbers(DocumentKind.INVOICE, ISSUED_ON)
    with pytest.raises(DomainError, match=re.escape(pattern)):
        bill_period(month=OCTOBER, issue_on=ISSUED_ON)
    assert not BillingRun.objects.get().items.refused().exists()
    NumberSeries.objects.update(pattern="F{YYYY}-{N:6}")
    run = bill_period(month=OCTOBER, issue_on=ISSUED_ON).run
    assert run.invoices.get().number == "F2026-000001"
