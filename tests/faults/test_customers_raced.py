"""Two people at one customer at the same moment: one of them is told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import wait as await_all
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.customers import closing, logins, services
from apps.customers.choices import ContactRole
from apps.customers.closing import close_customer
from apps.customers.imports import CustomerImporter
from apps.customers.models import Contact, Customer
from tests.customers import client_files
from tests.customers.filled_in import ADD, CHANGE, NEW, created, page, shown
from tests.factories import CustomerFactory, IntegratorFactory, LineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30  # seconds
MEANWHILE = 1  # second, in which somebody else gets as far as the locks let them
PEOPLE = 2

type Act = Callable[[], Any]


@pytest.fixture
def sellers() -> list[Client]:
    """Two people, each at a browser of their own."""
    clients = []
    for _ in range(PEOPLE):
        user = UserFactory()
        user.groups.add(Group.objects.get(name=Role.SALES.value))
        client = Client()
        client.force_login(user)
        clients.append(client)
    return clients


def at_once(elsewhere: Any, *acts: Act) -> list[Any]:
    """What each of ``acts`` answers, all of them started at the same moment."""
    start = Barrier(len(acts))

    def begun(act: Act) -> Act:
        def run() -> Any:
            start.wait(PATIENCE)
            return act()

        return run

    return [one.result(PATIENCE) for one in [elsewhere(begun(act)) for act in acts]]


def faults(response: Any) -> dict[str, Any]:
    form = response.context["adminform"].form
    return dict(form.errors)


# --- The same given to two


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"login": "B", "identification_email": "b@example.org"}, "number"),
        ({"number": "C9", "login": "C070010", "identification_email": "b@example.org"}, "login"),
        ({"number": "C9", "login": "C9"}, "identification_email"),
    ],
)
def test_what_only_one_may_have_goes_to_one_and_the_other_is_told_at_the_field(
    other: dict[str, str], field: str, sellers: list[Client], elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL, both forms have been found good before either is saved."""
    checked, real = Barrier(PEOPLE), services.create_customer
    waits = [True] * PEOPLE

    def create_customer(**said: Any) -> Customer:
        if waits:
            waits.pop()
            with suppress(BrokenBarrierError):  # on SQLite, whoever saves is alone from the beginning
                checked.wait(MEANWHILE)
        return real(**said)

    monkeypatch.setattr(services, "create_customer", create_customer)
    # Seen as doubles by name too, they would be asked again before either is saved.
    answers = [NEW | {"login": "C070010"}, NEW | {"name": "AUTRE", "siren": "", "vat_number": "", "billing_email": ""}]
    answers[1] |= {"billing_name": "", "billing_phone": "", "further_emails": ""} | other
    first, second = at_once(elsewhere, *(lambda n=n: sellers[n].post(reverse(ADD), answers[n]) for n in range(PEOPLE)))
    assert sorted([first.status_code, second.status_code]) == [200, 302]
    refused = first if first.status_code == 200 else second
    assert field in faults(refused)
    assert Customer.objects.count() == 1
    assert Contact.objects.filter(role=ContactRole.IDENTIFICATION).count() == 1


def test_the_same_click_twice_makes_one_customer(sellers: list[Client], elsewhere: Any) -> None:
    seller = sellers[0]
    twice = at_once(elsewhere, *[lambda: seller.post(reverse(ADD), NEW)] * 2)
    assert sorted(response.status_code for response in twice) == [200, 302]
    assert Customer.objects.count() == 1


# --- The same customer


@pytest.fixture
def customer(sellers: list[Client]) -> Customer:
    return created(sellers[0])


def test_two_changes_of_one_field_leave_one_and_tell_the_other(
    customer: Customer, sellers: list[Client], elsewhere: Any
) -> None:
    posts = [shown(page(seller, customer)) for seller in sellers]
    saved = at_once(
        elsewhere,
        *(
            lambda n=n: sellers[n].post(reverse(CHANGE, args=[customer.pk]), posts[n] | {"cost_centre": f"USINE {n}"})
            for n in range(PEOPLE)
        ),
    )
    assert sorted(response.status_code for response in saved) == [200, 302]
    won = next(n for n in range(PEOPLE) if saved[n].status_code == 302)
    customer.refresh_from_db()
    assert customer.cost_centre == f"USINE {won}"
    assert f"USINE {won}" in str(faults(saved[1 - won])["cost_centre"])


def test_two_changes_of_different_fields_are_both_kept(
    customer: Customer, sellers: list[Client], elsewhere: Any
) -> None:
    posts = [shown(page(seller, customer)) for seller in sellers]
    said = [{"cost_centre": "USINE"}, {"billing_phone": "04 68 11 11 11", "city": "PERPIGNAN"}]
    saved = at_once(
        elsewhere,
        *(lambda n=n: sellers[n].post(reverse(CHANGE, args=[customer.pk]), posts[n] | said[n]) for n in range(PEOPLE)),
    )
    assert [response.status_code for response in saved] == [302, 302]
    customer.refresh_from_db()
    assert (customer.cost_centre, customer.addresses.get().city) == ("USINE", "PERPIGNAN")
    manager = customer.contacts.filter(role=ContactRole.BILLING).order_by("pk")[0]
    assert manager.phone == "04 68 11 11 11"


def test_a_change_waits_for_the_file_that_writes_the_same_customer(
    sellers: list[Client], elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file changes the name, the person the cost centre: both are there afterwards."""
    line = client_files.BY_TRANSFER
    CustomerImporter(today=localdate()).run(file_of(line), source="un.csv")
    customer = Customer.objects.get()
    posted = shown(page(sellers[0], customer)) | {"cost_centre": "USINE"}
    real, others = CustomerImporter.write, []

    def write(*some: Any, **more: Any) -> None:
        others.append(elsewhere(lambda: sellers[0].post(reverse(CHANGE, args=[customer.pk]), posted).status_code))
        await_all(others, timeout=MEANWHILE)
        real(*some, **more)

    monkeypatch.setattr(CustomerImporter, "write", write)
    plan = CustomerImporter(today=localdate()).run(file_of(line | {"RAISON_SOCIALE": "HOTEL NEUF"}), source="deux.csv")
    assert plan.faults == []
    assert others[0].result(PATIENCE) == 302
    customer.refresh_from_db()
    assert (customer.name, customer.cost_centre) == ("HOTEL NEUF", "USINE")
    latest = customer.history.latest()  # type: ignore[attr-defined]
    assert (latest.name, latest.cost_centre) == ("HOTEL NEUF", "USINE")


def file_of(line: dict[str, str]) -> bytes:
    return "\n".join(";".join(cells) for cells in (line.keys(), line.values())).encode()


# --- Closing


def closed(customer: Customer) -> bool:
    today = localdate()
    try:
        close_customer(customer=customer, on=today, today=today, reason="Cessation", actor=None)
    except DomainError:
        return False
    return True


def test_it_is_closed_once_by_two(customer: Customer, elsewhere: Any) -> None:
    assert sorted(at_once(elsewhere, *[lambda: closed(customer)] * 2)) == [False, True]
    assert customer.history.exclude(closed_on=None).count() == 1  # type: ignore[attr-defined]


def test_a_change_does_not_reopen_what_was_closed_meanwhile(
    customer: Customer, sellers: list[Client], elsewhere: Any
) -> None:
    posted = shown(page(sellers[0], customer)) | {"cost_centre": "USINE"}
    saved, done = at_once(
        elsewhere,
        lambda: sellers[0].post(reverse(CHANGE, args=[customer.pk]), posted),
        lambda: closed(customer),
    )
    assert (saved.status_code, done) == (302, True)
    customer.refresh_from_db()
    assert (customer.closed_on, customer.cost_centre) == (localdate(), "USINE")


def test_a_line_that_is_being_given_stops_the_closing(elsewhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a line in the meantime: the closing looks once it has the customer alone."""
    customer = CustomerFactory()
    real = closing.refuse_closing

    def refuse_closing(*some: Any, **more: Any) -> None:
        opened = elsewhere(lambda: LineFactory(customer=customer).pk)
        await_all([opened], timeout=MEANWHILE)
        others.append(opened)
        real(*some, **more)

    others: list[Any] = []
    monkeypatch.setattr(closing, "refuse_closing", refuse_closing)
    is_closed = closed(customer)
    others[0].result(PATIENCE)
    # The line had to wait for the end of the closing, or the closing saw it.
    assert is_closed or customer.lines.exists()


# --- A link to choose a password


@pytest.mark.parametrize("end", ["withdrawn", "closed", "handed over"])
def test_no_link_goes_to_an_access_that_ends_meanwhile(
    customer: Customer, elsewhere: Any, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Between the question who asks and the answer: nobody gets a link who would not get one now."""
    IntegratorFactory(email="factures@ism.example")
    now = timezone.now()
    logins.open_access(customer=customer, actor=None, at=now)
    email, real, others = logins.identification_email(customer), logins._recover, []

    def ended() -> bool:
        if end == "withdrawn":
            logins.withdraw_access(customer=customer, actor=None)
        elif end == "closed":
            closed(customer)
        else:
            Contact.objects.filter(email=email).update(email="other@example.org")
        return True

    def recover(*some: Any, **more: Any) -> bool:
        others.append(elsewhere(ended))
        await_all(others, timeout=MEANWHILE)
        was_first = others[0].done()
        is_sent = real(*some, **more)
        assert not (was_first and is_sent)
        return is_sent

    monkeypatch.setattr(logins, "_recover", recover)
    logins.send_recovery(email=email, at=now)
    assert others[0].result(PATIENCE)
