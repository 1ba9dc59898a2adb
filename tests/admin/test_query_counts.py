"""Each list, and each page that holds tables, costs the same number of queries with 2 rows and with 20."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin as django_admin
from django.test import Client
from django.urls import reverse

from apps.billing.models import BillingRun, Invoice
from apps.catalog.models import Handset, Plan
from apps.customers.models import Customer
from apps.jobs.models import BulkOperation
from apps.lines.models import Line, ProvisioningRequest
from apps.messaging.models import Delivery, EmailTemplate
from apps.orders.models import Order
from apps.sims.models import SimCard
from apps.tariffs.models import Tariff
from apps.usage.models import CdrFile
from tests.admin import rows
from tests.admin.query_counts import queries_of, surplus

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 20

# A list that only leads to its one row.
WITHOUT_LIST = {"branding.integrator"}
LISTS = sorted(
    model._meta.label_lower for model in django_admin.site._registry if model._meta.label_lower not in WITHOUT_LIST
)
PAGES = [
    BulkOperation,
    Plan,
    Handset,
    Customer,
    Line,
    ProvisioningRequest,
    SimCard,
    Tariff,
    CdrFile,
    BillingRun,
    Invoice,
    Delivery,
    EmailTemplate,
    Order,
]


@pytest.fixture
def counted(admin: Client) -> Client:
    # What is asked once per process (content types, this session) must not be counted on the first page only.
    admin.get(reverse("admin:index"))
    return admin


def test_every_list_costs_the_same_for_few_rows_and_for_many(counted: Client) -> None:
    rows.make(FEW)
    addresses = {label: reverse(f"admin:{label.replace('.', '_')}_changelist") for label in LISTS}
    for address in addresses.values():
        counted.get(address)
    few = {label: queries_of(counted, address) for label, address in addresses.items()}
    rows.make(MANY, have=FEW)
    costly = {label: surplus(few[label], queries_of(counted, address)) for label, address in addresses.items()}
    assert {label: why for label, why in costly.items() if why} == {}


def test_a_page_far_down_a_list_works_out_the_columns_of_its_own_rows_only(counted: Client) -> None:
    rows.make(FEW)
    statements = queries_of(counted, reverse("admin:lines_line_changelist"))
    skipping = [sql for sql in statements if "LIMIT" in sql and "lines_line" in sql and "lines_linesim" in sql]
    assert [sql for sql in skipping if not re.search(r'"lines_line"."id" IN \(', sql)] == []
    assert any('"lines_linesim"' in sql for sql in statements)


def test_every_list_shows_rows(counted: Client) -> None:
    rows.make(FEW)
    empty = []
    for label in LISTS:
        page = counted.get(reverse(f"admin:{label.replace('.', '_')}_changelist"))
        if page.context["cl"].result_count < FEW:
            empty.append(label)
    assert empty == []


def test_every_page_costs_the_same_for_few_children_and_for_many(counted: Client) -> None:
    rows.make(FEW)
    addresses = {}
    for model in PAGES:
        row = model.objects.order_by("pk").first()
        addresses[model._meta.label_lower] = reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]
        )
    for address in addresses.values():
        counted.get(address)
    few = {label: queries_of(counted, address) for label, address in addresses.items()}
    rows.make(MANY, have=FEW)
    costly = {label: surplus(few[label], queries_of(counted, address)) for label, address in addresses.items()}
    assert {label: why for label, why in costly.items() if why} == {}
