"""A customer with whom business ends, over HTTP: what stands in the way, what is left, how it comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.core.slots import _slots, contribute
from apps.customers import closing
from apps.customers.closing import close_customer, refuse_closed, reopen_customer
from apps.customers.models import Customer
from apps.lines.imports import LineImporter
from tests.factories import CustomerFactory, LineFactory, iccid
from tests.reading import said, text_of

pytestmark = pytest.mark.django_db

CHANGE = "admin:customers_customer_change"
SENT = {"_form_submitted": "True"}
LIST = "admin:customers_customer_changelist"


def address(customer: Customer, verb: str = "close") -> str:
    return reverse(f"admin:customers_customer_{verb}", args=[customer.pk])


def closed(customer: Customer, **changes: Any) -> Customer:
    today = localdate()
    return close_customer(**{"customer": customer, "on": today, "today": today, "reason": "", "actor": None, **changes})


def ask(client: Client, customer: Customer, **changes: Any) -> Any:
    answers = {"on": localdate().isoformat(), "reason": "Cessation"}
    return client.post(address(customer), SENT | answers | changes)


def confirmed(client: Client, shown: Any) -> Any:
    """The same answers again, once what they do has been read."""
    return client.post(shown.wsgi_request.path, shown.context["form"].data.dict())


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(number="C1", name="HOTEL BELLEVUE")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Customer]]:
    """What other apps are told."""
    heard: list[tuple[str, Customer]] = []
    for slot in (closing.CLOSED, closing.REOPENED):
        monkeypatch.setitem(_slots, slot, list(_slots[slot]))
        contribute(slot, lambda customer, actor, slot=slot: heard.append((slot, customer)))
    return heard


# --- Closing


def test_closing_says_what_it_does_and_does_it_at_the_second_click(seller: Client, customer: Customer) -> None:
    shown = ask(seller, customer)
    assert "C1 HOTEL BELLEVUE est clos à partir du" in said(shown)
    assert "Il peut être rouvert" in said(shown)
    customer.refresh_from_db()
    assert customer.closed_on is None

    assert confirmed(seller, shown).status_code == 302
    customer.refresh_from_db()
    assert customer.closed_on == localdate()
    version = customer.history.latest()  # type: ignore[attr-defined]
    assert (version.closed_on, version.history_change_reason) == (localdate(), "Cessation")
    assert version.history_user == LogEntry.objects.get().user


def test_the_list_and_the_page_say_that_it_is_closed(seller: Client, customer: Customer) -> None:
    closed(customer)
    CustomerFactory(number="C2", name="AUTRE")
    assert "Clos depuis le" in text_of(seller.get(reverse(CHANGE, args=[customer.pk])))
    everybody = text_of(seller.get(reverse(LIST)))
    assert "HOTEL BELLEVUE" in everybody
    assert "AUTRE" in everybody
    only_closed = text_of(seller.get(reverse(LIST), {"state": "closed"}))
    assert "HOTEL BELLEVUE" in only_closed
    assert "AUTRE" not in only_closed
    only_open = text_of(seller.get(reverse(LIST), {"state": "open"}))
    assert "HOTEL BELLEVUE" not in only_open
    assert "AUTRE" in only_open


def test_every_reason_against_is_said_at_once(
    seller: Client, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_slots, closing.BLOCKERS, [*_slots[closing.BLOCKERS], lambda customer, on: ["'; <b>{{ 1 }}"]])
    LineFactory(customer=customer)
    LineFactory(customer=customer, pending=True)
    shown = ask(seller, customer)
    page = text_of(shown)
    assert "Ce client ne peut pas encore être clos" in said(shown)
    assert "2 lignes sont en service ou en attente" in page
    assert "&lt;b&gt;{{ 1 }}" in page
    customer.refresh_from_db()
    assert customer.closed_on is None


def test_lines_that_have_ended_do_not_stop_it(customer: Customer) -> None:
    line = LineFactory(customer=customer, terminated=True)
    with pytest.raises(DomainError):  # its last day is the day before
        closed(customer, on=line.terminated_on - timedelta(days=1))
    closed(customer, on=line.terminated_on)
    customer.refresh_from_db()
    assert customer.closed_on == line.terminated_on


def test_nobody_is_closed_from_a_day_to_come(seller: Client, customer: Customer) -> None:
    assert "jour à venir" in said(ask(seller, customer, on=(localdate() + timedelta(days=1)).isoformat()))


def test_a_reason_is_asked(seller: Client, customer: Customer) -> None:
    assert "reason" in ask(seller, customer, reason="  ").context["form"].errors


def test_it_is_closed_once(seller: Client, customer: Customer) -> None:
    first, second = ask(seller, customer), ask(seller, customer)
    assert confirmed(seller, first).status_code == 302
    assert "déjà clos" in said(confirmed(seller, second))
    assert customer.history.count() == 2  # type: ignore[attr-defined]


def test_a_line_that_comes_between_the_clicks_stops_it(seller: Client, customer: Customer) -> None:
    shown = ask(seller, customer)
    LineFactory(customer=customer)
    assert "ne peut pas encore" in said(confirmed(seller, shown))
    customer.refresh_from_db()
    assert customer.closed_on is None


def test_a_closed_customer_can_still_be_corrected(seller: Client, customer: Customer) -> None:
    """Its last invoice has to reach it."""
    closed(customer)
    page = seller.get(reverse(CHANGE, args=[customer.pk]))
    assert page.context["adminform"].form.fields["cost_centre"].disabled is False


# --- Coming back


def test_it_is_reopened_by_whoever_may_close(seller: Client, customer: Customer) -> None:
    closed(customer)
    response = seller.post(address(customer, "reopen"), SENT | {"reason": "Nouveau contrat"})
    assert response.status_code == 302
    customer.refresh_from_db()
    assert customer.closed_on is None
    assert customer.history.latest().history_change_reason == "Nouveau contrat"  # type: ignore[attr-defined]
    assert "n’est pas clos" in said(seller.post(address(customer, "reopen"), SENT | {"reason": "Encore"}))


def test_the_button_is_the_one_that_makes_sense(seller: Client, customer: Customer) -> None:
    page = reverse(CHANGE, args=[customer.pk])
    assert "Clore le client" in text_of(seller.get(page))
    assert "Rouvrir le client" not in text_of(seller.get(page))
    closed(customer)
    assert "Clore le client" not in text_of(seller.get(page))
    assert "Rouvrir le client" in text_of(seller.get(page))


def test_others_are_told(customer: Customer, told: list[tuple[str, Customer]]) -> None:
    closed(customer)
    reopen_customer(customer=customer, reason="", actor=None)
    assert told == [(closing.CLOSED, customer), (closing.REOPENED, customer)]


def test_whoever_hears_of_it_and_fails_undoes_it(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**facts: Any) -> None:
        raise RuntimeError

    monkeypatch.setitem(_slots, closing.CLOSED, [fails])
    with pytest.raises(RuntimeError):
        closed(customer)
    customer.refresh_from_db()
    assert customer.closed_on is None


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.BILLING, Role.ACCOUNTANT, Role.READER])
def test_others_may_not(role: Role, customer: Customer, sign_in_as: Callable[..., Client]) -> None:
    client = sign_in_as(role)
    assert ask(client, customer).status_code == 403
    closed(customer)
    assert client.post(address(customer, "reopen"), {"reason": "x"}).status_code == 403


# --- What it means elsewhere


def test_something_new_is_refused_to_it(customer: Customer) -> None:
    refuse_closed(customer)
    customer.closed_on = date(2026, 1, 1)
    with pytest.raises(DomainError, match="clos"):
        refuse_closed(customer)


def test_it_gets_no_line_from_a_file(customer: Customer) -> None:
    header = "MSISDN;ICCID;NUM_CLIENT;OFFRE;GRILLE;DATE_ACTIVATION"
    file = f"{header}\n33639980001;{iccid(1)};C1;PRO;STANDARD;2026-03-16".encode()

    def codes() -> set[tuple[str, str]]:
        return {(fault.column, fault.reason_code) for fault in LineImporter(today=localdate()).plan(file).faults}

    refused = ("NUM_CLIENT", "customer_closed")
    assert refused not in codes()
    closed(customer)
    assert refused in codes()
