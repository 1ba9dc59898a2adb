"""Customers with lines, calls and an invoice of October 2026, made as the product makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.html import strip_tags

from apps.billing.models import Invoice
from apps.billing.services import bill_period
from apps.catalog.models import Offer
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.tariffs.models import Rate
from apps.usage.services import load_file
from tests.factories import AllowanceFactory, CustomerFactory, LineFactory, PlanFactory, RateFactory
from tests.pure.cdr_files import HEADER, row
from tests.reading import text_of

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)
TODAY = "2026-11-10 09:00:00+01:00"


@dataclass(frozen=True)
class Account:
    customer: Customer
    line: Line


def a_rate() -> Rate:
    """Calls to French mobiles at 0.06 € a minute, which allowances may pay."""
    rate: Rate = RateFactory(price_minute=Decimal("0.06"), included=True)
    return rate


def an_account(rate: Rate, number: str, msisdn: str, plan: Offer | None = None, **fields: Any) -> Account:
    customer = CustomerFactory(number=number, **fields)
    line = LineFactory(
        customer=customer,
        msisdn=msisdn,
        tariff=rate.version.tariff,
        plan=plan or PlanFactory(),
        user_name="ALICE",
        billing_start=OCTOBER.start,
    )
    return Account(customer, line)


def ten_minutes(**fields: Any) -> Offer:
    """A plan that includes ten minutes of calls a month."""
    offer: Offer = PlanFactory(label="Forfait dix minutes")
    AllowanceFactory(**{"offer": offer, "quantity": 600, **fields})
    return offer


def call(line: Line, day: int, seconds: int = 60, **fields: str) -> str:
    at = f"2026-10-{day:02d}T12:00:00+02:00"
    facts = {"ID_CDR": f"{line.msisdn}/{day}", "MSISDN": line.msisdn, "DATE_HEURE": at, "DUREE_S": str(seconds)}
    return row(**{**facts, **fields})


def load(folder: Path, *rows: str) -> None:
    path = folder / f"CDR_MOBILE_TEST_{len(list(folder.iterdir())):02d}.csv"
    path.write_text("".join(f"{one}\n" for one in (HEADER, *rows)))
    load_file(path=path, actor=None)


def words(response: Any) -> str:
    """What a page says, without its tags."""
    return " ".join(strip_tags(text_of(response)).split())


def bill(*customers: Customer, issue: bool = True) -> list[Invoice]:
    """The invoices of October, by customer number."""
    bill_period(month=OCTOBER, customers=customers, issue_on=ISSUED_ON if issue else None)
    return list(Invoice.objects.order_by("customer__number"))
