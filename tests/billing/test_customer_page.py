"""What the page of a customer says of its invoices: sums before payments, and nothing about what was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.billing.choices import RunState
from apps.billing.models import Invoice
from apps.core.roles import Role
from apps.customers.closing import close_customer
from apps.customers.models import Customer
from tests.admin.rows import OCTOBER, a_run, an_invoice
from tests.factories import LineFactory
from tests.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    """One with an invoice issued and due, and the draft of the next."""
    line = LineFactory(terminated=True)
    an_invoice(a_run(OCTOBER, RunState.DONE), line, 1)
    an_invoice(a_run(date(2026, 11, 1), RunState.REVIEW), line, 2, issued=False)
    return line.customer


def page(client: Client, customer: Customer) -> str:
    return text_of(client.get(reverse("admin:customers_customer_change", args=[customer.pk])))


def test_sums_are_by_due_date_and_drafts_apart(customer: Customer) -> None:
    due = Invoice.objects.issued().get().due_date
    assert due is not None
    gross = Decimal("1481.40")
    on_the_day = customer.invoices.balance(due)
    assert (on_the_day["total"], on_the_day["to_come"], on_the_day["due"]) == (gross, gross, 0)
    after = customer.invoices.balance(due + timedelta(days=1))
    assert (after["to_come"], after["due"], after["drafted"]) == (0, gross, gross)


def test_the_page_says_that_payments_are_not_kept(customer: Customer, sign_in_as: Callable[..., Client]) -> None:
    shown = page(sign_in_as(Role.SALES), customer)
    assert "Solde avant règlements" in shown
    assert "1 481,40 €" in shown
    assert "impayé" not in shown.lower()


def test_whoever_sees_no_invoices_sees_no_balance(customer: Customer, sign_in_as: Callable[..., Client]) -> None:
    assert "Solde avant règlements" not in page(sign_in_as(Role.SUPPORT), customer)


def test_a_draft_does_not_stop_the_closing(customer: Customer, sign_in_as: Callable[..., Client]) -> None:
    client = sign_in_as(Role.SALES)
    posted = {"_form_submitted": "True", "on": localdate().isoformat(), "reason": "Cessation"}
    response = client.post(reverse("admin:customers_customer_close", args=[customer.pk]), posted)
    assert "1 brouillon de facture attend" in text_of(response)
    close_customer(customer=customer, on=localdate(), today=localdate(), reason="", actor=None)
    assert customer.invoices.drafts().count() == 1
