"""Issued runs, and their recap as its readers see it."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from apps.accounting.recap import recap_of
from apps.accounting.services import as_csv
from apps.billing.models import BillingRun
from apps.billing.services import bill_period
from apps.core.periods import Month
from apps.customers.models import Customer
from tests.factories import (
    CustomerFactory,
    LineFactory,
)

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)


def issue(month: Month = OCTOBER, **more: Any) -> BillingRun:
    return bill_period(month=month, issue_on=ISSUED_ON, **more).run


def a_customer(number: str, **fields: Any) -> Customer:
    customer = CustomerFactory(number=number, **fields)
    LineFactory(customer=customer, billing_start=OCTOBER.start, price=Decimal("31.00"))
    return customer


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig")), delimiter=";"))


def the_row(run: BillingRun) -> dict[str, str]:
    (row,) = table(as_csv(recap_of(run)))
    return row


def euros(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
