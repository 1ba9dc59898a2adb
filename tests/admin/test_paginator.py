"""Long lists: counted where it is cheap or asked for, estimated where the whole of a big table is shown."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.admin.paginator import EstimatedPaginator
from apps.customers.models import Customer
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def big(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of which PostgreSQL has an idea, and three rows are many."""
    CustomerFactory.create_batch(4)
    monkeypatch.setattr(EstimatedPaginator, "exact_below", 3)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")


def counting(paginator: Paginator) -> list[str]:  # type: ignore[type-arg]
    with CaptureQueriesContext(connection) as captured:
        assert paginator.count == 4
    return [one["sql"] for one in captured.captured_queries if "COUNT(" in one["sql"].upper()]


@pytest.mark.postgres
@pytest.mark.usefixtures("big")
def test_a_whole_big_table_is_not_counted() -> None:
    paginator = EstimatedPaginator(Customer.objects.select_related("payment_terms"), 2)
    assert counting(paginator) == []
    assert paginator.is_estimated
    assert len(paginator.page(2).object_list) == 2


@pytest.mark.usefixtures("big")
def test_what_is_filtered_is_counted() -> None:
    paginator = EstimatedPaginator(Customer.objects.filter(number__startswith="C"), 2)
    assert len(counting(paginator)) == 1
    assert not paginator.is_estimated


def test_a_small_table_is_counted() -> None:
    CustomerFactory.create_batch(4)
    paginator = EstimatedPaginator(Customer.objects.all(), 2)
    assert len(counting(paginator)) == 1


def test_an_empty_table_holds_nothing() -> None:
    assert EstimatedPaginator(Customer.objects.all(), 2).count == 0


@pytest.mark.postgres
@pytest.mark.usefixtures("big")
def test_a_list_says_that_it_estimates(admin: Client) -> None:
    page = admin.get(reverse("admin:customers_customer_changelist")).content.decode()
    assert "environ 4 clients" in page
    page = admin.get(reverse("admin:customers_customer_changelist") + "?q=C").content.decode()
    assert "environ" not in page
