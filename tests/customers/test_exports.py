"""The list of customers as a file: it comes back unchanged (DOMAIN §13), and only some may take it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.core.imports import Plan
from apps.core.roles import Role
from apps.customers.choices import CustomerKind, VatRegime
from apps.customers.imports import CustomerImporter
from apps.customers.models import Address, Contact, Customer, Mandate
from tests.customers.client_files import IBAN
from tests.customers.filled_in import BY_DEBIT, DELIVERED, created
from tests.factories import CustomerFactory, MandateFactory

pytestmark = pytest.mark.django_db

EXPORT = "admin:customers_customer_export"
MODELS = (Customer, Address, Contact, Mandate)


def exported(client: Client) -> bytes:
    response = client.get(reverse(EXPORT))
    assert response.status_code == 200
    assert f"clients_{localdate():%Y-%m-%d}.csv" in response["Content-Disposition"]
    return b"".join(response)  # type: ignore[arg-type]  # streamed


def planned(data: bytes) -> Plan[Customer]:
    plan = CustomerImporter(today=localdate()).plan(data, name="clients.csv")
    assert [(fault.line, fault.column, fault.reason_code) for fault in plan.faults] == []
    return plan


def everything() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in MODELS]  # type: ignore[attr-defined]


@pytest.fixture
def customers(seller: Client) -> list[Customer]:
    """One of every sort that the form can make, and what only a take-over leaves."""
    by_debit = created(seller, **BY_DEBIT, **DELIVERED)
    CustomerFactory(
        number="0012",
        login="=1+1",
        name="MAIRIE DE VILLENEUVE",
        legal_name='\'+Mairie; "Villeneuve" <b>{{ 1 }}',
        kind=CustomerKind.ADMINISTRATION,
        vat_regime=VatRegime.DOM_8_5,
        closed_on=date(2026, 10, 31),
    )
    MandateFactory(customer=CustomerFactory(number="C9", name="SANS BIC"), reference="+RUM-9", bic="", iban=IBAN)
    return [by_debit]


def test_what_goes_out_comes_back_unchanged(seller: Client, customers: list[Customer]) -> None:
    plan = planned(exported(seller))
    assert (plan.unchanged, plan.new, plan.changed) == (Customer.objects.count(), [], [])


def test_taking_it_over_writes_nothing(seller: Client, customers: list[Customer]) -> None:
    before = everything()
    CustomerImporter(today=localdate()).run(exported(seller), source="clients.csv")
    assert everything() == before


def test_an_empty_installation_is_filled_with_it(seller: Client, customers: list[Customer]) -> None:
    file = exported(seller)
    for model in (Mandate, Contact, Address, Customer):
        model.objects.all().delete()  # type: ignore[attr-defined]
    CustomerImporter(today=localdate()).run(file, source="clients.csv")
    # Signed and revoked mandates, other addresses and what ISM adds have no column.
    assert exported(seller) == file


def test_no_cell_calculates(seller: Client, customers: list[Customer]) -> None:
    assert "'=1+1" in exported(seller).decode()
    assert "'+RUM-9" in exported(seller).decode()


def test_bank_accounts_are_whole_and_the_journal_says_who_took_them(seller: Client, customers: list[Customer]) -> None:
    before = LogEntry.objects.count()
    assert IBAN in exported(seller).decode()
    entry = LogEntry.objects.order_by("pk")[before]
    assert entry.user.groups.get().name == Role.SALES.value
    assert "comptes bancaires" in entry.get_change_message()


def test_the_journal_with_it_is_shown(seller: Client, admin: Client) -> None:
    exported(seller)
    response = admin.get(reverse("admin:admin_logentry_changelist"))
    assert response.status_code == 200
    assert "comptes bancaires" in response.content.decode()


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.BILLING, Role.ACCOUNTANT, Role.READER])
def test_others_may_not(role: Role, sign_in_as: Callable[..., Client]) -> None:
    assert sign_in_as(role).get(reverse(EXPORT)).status_code == 403


def test_whoever_may_not_see_mandates_may_not_export(sign_in: Callable[..., Client]) -> None:
    client = sign_in("customers.view_customer", "customers.export_customer")
    assert client.get(reverse(EXPORT)).status_code == 403
    assert "Exporter" not in client.get(reverse("admin:customers_customer_changelist")).content.decode()


@pytest.mark.parametrize("count", [3, 30])
def test_it_costs_the_same_queries_whatever_its_length(
    count: int, seller: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        MandateFactory()
    with django_assert_max_num_queries(12):
        exported(seller)
