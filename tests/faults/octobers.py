"""A month of customers with one line each, what it must give, and whether it has given that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.billing.models import Invoice
from apps.billing.services import verify_ledger
from tests.factories import CustomerFactory, LineFactory, PlanFactory, TariffFactory

Told = list[tuple[str, str | None, str]]


def settle(customers: int) -> Told:
    """Customers of one line each, at 11, 12, 13… euros a month: the invoices that October must give them."""
    plan, tariff, invoices = PlanFactory(), TariffFactory(), Told()
    for n in range(1, customers + 1):
        customer, price = CustomerFactory(number=f"C{n:03d}"), Decimal(10 + n)
        LineFactory(customer=customer, billing_start=date(2026, 10, 1), plan=plan, tariff=tariff, price=price)
        invoices.append((customer.number, f"F2026-{n:06d}", f"{price * Decimal('1.2'):.2f}"))
    return invoices


def issued() -> Told:
    """What the database holds, by rank in the series."""
    invoices = Invoice.objects.issued().select_related("customer").order_by("position")
    return [(one.customer.number, one.number, f"{one.gross:.2f}") for one in invoices]


def assert_sound(customers: int) -> None:
    """Nothing for an auditor to find, and every invoice drawn."""
    ledger = verify_ledger()
    assert ledger.faults == []
    assert (ledger.invoices, ledger.documents) == (customers, customers)
    assert not Invoice.objects.drafts().exists()
