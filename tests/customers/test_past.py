"""The history of a customer as its page tells it: all its rows in one story, the bank account masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from apps.core.admin.past import Event
from apps.core.roles import Role
from apps.customers.closing import close_customer, reopen_customer
from apps.customers.models import Customer
from apps.customers.past import PAST
from tests.customers.client_files import IBAN, OTHER_IBAN
from tests.customers.filled_in import BY_DEBIT, CHANGE, DELIVERED, changed, created
from tests.factories import UserFactory
from tests.reading import plain, text_of

pytestmark = pytest.mark.django_db


def events(customer: Customer) -> list[Event]:
    """The latest first."""
    request: Any = RequestFactory().get("/")
    request.user = UserFactory(is_superuser=True)
    found: list[Event] = PAST.context(customer, request)["events"]
    return found


def told(event: Event) -> str:
    return plain(" | ".join(event.details))


def test_a_new_customer_is_one_event_that_says_who_belongs_to_it(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT, **DELIVERED)
    first = next(event for event in events(customer) if event.what == "Client créé")
    assert "Gestionnaire de facturation : compta@example.org" in told(first)
    assert "Adresse de livraison : 3 QUAI DU PORT, 13002 MARSEILLE" in told(first)
    assert first.who


def test_a_change_says_what_was_there_before(seller: Client) -> None:
    customer = created(seller, **DELIVERED)
    with time_machine.travel(now() + timedelta(minutes=1)):  # at once, it would be told as part of the making
        changed(seller, customer, cost_centre="USINE", delivery_street="5 QUAI DU PORT", billing_email="x@example.org")
    latest = events(customer)[0]
    assert latest.what == "Fiche modifiée"
    assert "Centre de coûts : SIEGE → USINE" in told(latest)
    assert "Rue (Adresse de livraison) : 3 QUAI DU PORT → 5 QUAI DU PORT" in told(latest)
    assert "E-mail (Gestionnaire de facturation) : compta@example.org → x@example.org" in told(latest)


def test_bank_accounts_are_masked_and_only_for_whoever_may_see_them(
    seller: Client, sign_in_as: Callable[..., Client]
) -> None:
    customer = created(seller, **BY_DEBIT)
    changed(seller, customer, iban=OTHER_IBAN)
    page = text_of(seller.get(reverse(CHANGE, args=[customer.pk])))
    assert "Mandat RUM-1 modifié" in page
    for iban in (IBAN, OTHER_IBAN):
        assert iban not in page.replace(" ", "")
    assert "Mandat RUM-1" not in text_of(sign_in_as(Role.SUPPORT).get(reverse(CHANGE, args=[customer.pk])))


def test_closing_and_reopening_stand_there_with_their_reasons(seller: Client) -> None:
    customer = created(seller)
    today = localdate()
    close_customer(customer=customer, on=today, today=today, reason="Cessation", actor=None)
    reopen_customer(customer=customer, reason="Erreur", actor=None)
    (reopened, closed) = events(customer)[:2]
    assert (reopened.what, reopened.why) == ("Rouvert", "Erreur")
    assert (closed.what, closed.why) == (f"Clos à partir du {today:%d/%m/%Y}", "Cessation")


def test_what_is_written_in_it_is_text(seller: Client) -> None:
    customer = created(seller)
    changed(seller, customer, cost_centre="'; <b>{{ 1 }}")
    assert "<b>{{" not in seller.get(reverse(CHANGE, args=[customer.pk])).content.decode()


def test_it_costs_the_same_queries_however_long_it_is(seller: Client) -> None:
    customer = created(seller)
    request: Any = RequestFactory().get("/")
    request.user = UserFactory(is_superuser=True)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            PAST.context(customer, request)
        return len(queries)

    changed(seller, customer, cost_centre="0")
    count()  # which asks once for the permissions and the content type
    before = count()
    for n in range(5):
        changed(seller, customer, cost_centre=f"N{n}", billing_name=f"N{n}")
    assert count() == before
