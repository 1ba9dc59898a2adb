"""Versions of a row: looked at, never restored or rewritten, whoever asks."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from django.urls import reverse

from apps.billing.choices import RunState
from apps.branding.models import Integrator
from apps.documents.choices import PaymentMode
from tests.admin import rows
from tests.factories import CustomerFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Integrator:
    company = rows.integrator()
    company.city = "LYON"
    company.save()
    return company


def version(company: Integrator) -> str:
    oldest = company.history.earliest()
    return reverse("admin:branding_integrator_simple_history", args=[company.pk, oldest.pk])


def test_the_history_tells_what_changed(admin: Client, company: Integrator) -> None:
    page = admin.get(reverse("admin:branding_integrator_history", args=[company.pk])).content.decode()
    assert "PARIS" in page
    assert "LYON" in page


def test_a_version_shows_the_row_as_it_was_with_nothing_to_fill_in(admin: Client, company: Integrator) -> None:
    page = admin.get(version(company)).content.decode()
    assert "PARIS" in page
    assert 'name="city"' not in page


def test_posting_to_a_version_changes_nothing(admin: Client, sign_in: SignIn, company: Integrator) -> None:
    for person in (admin, sign_in("branding.view_integrator")):
        assert person.post(version(company), {"city": "NICE", "legal_name": "X"}).status_code == 405
    company.refresh_from_db()
    assert (company.city, company.legal_name) == ("LYON", "Télécom Exemple SAS")


def test_a_version_of_another_row_is_not_found(admin: Client, company: Integrator) -> None:
    oldest = company.history.earliest()
    assert admin.get(reverse("admin:branding_integrator_simple_history", args=[99, oldest.pk])).status_code == 404


def test_the_history_says_values_as_people_do(admin: Client) -> None:
    customer = CustomerFactory(payment_mode=PaymentMode.TRANSFER)
    customer.payment_mode, customer.without_call_detail = PaymentMode.CHEQUE, True
    customer.save()
    page = admin.get(reverse("admin:customers_customer_history", args=[customer.pk])).content.decode()
    assert "Virement → Chèque" in page
    assert "Non → Oui" in page


@pytest.mark.parametrize("was_touched", [False, True])
def test_a_page_leads_to_a_history_that_tells_something(admin: Client, was_touched: bool) -> None:
    run = rows.a_run(rows.OCTOBER, RunState.DONE)
    if was_touched:
        LogEntry.objects.log_actions(run.created_by_id, [run], CHANGE, "Refaire la facturation", single_object=True)
    page = admin.get(reverse("admin:billing_billingrun_change", args=[run.pk])).content.decode()
    assert (reverse("admin:billing_billingrun_history", args=[run.pk]) in page) is was_touched
