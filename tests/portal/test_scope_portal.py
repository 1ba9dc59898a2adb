"""Nobody ever sees another customer's data: every address of the space, asked with what belongs to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver, reverse

from apps.billing.models import Invoice
from tests.factories import IntegratorFactory, UserFactory
from tests.portal.conftest import SignInTo
from tests.portal.worlds import TODAY, Account, a_rate, an_account, bill, call, load, ten_minutes

pytestmark = pytest.mark.django_db

SECRETS = ("33639980002", "06 39 98 00 02", "DEUXIEME", "Forfait secret", "BEATRICE", "CLIENT2", "+33 6 12 34 56 02")


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def two(tmp_path: Path) -> tuple[Account, Account]:
    IntegratorFactory(email="factures@ism.example")
    rate = a_rate()
    first = an_account(rate, "C1", "33639980001", ten_minutes(), name="PREMIER")
    second = an_account(rate, "CLIENT2", "33639980002", ten_minutes(), name="DEUXIEME")
    second.line.user_name = "BEATRICE"
    second.line.save(update_fields=["user_name"])
    load(tmp_path, call(first.line, 2, 480, CORRESPONDANT="33612345601"), call(second.line, 2, 480))
    bill()
    return first, second


def ids(account: Account) -> dict[str, list[int]]:
    """What an address may name, by the name of its parameter."""
    return {"pk": [account.line.pk, account.customer.invoices.get().pk], "line_pk": [account.line.pk]}


def addresses(*accounts: Account) -> dict[str, set[str]]:
    """Every address of the space that names something of these customers, by its name."""
    known: dict[str, set[int]] = {}
    for account in accounts:
        for name, some in ids(account).items():
            known.setdefault(name, set()).update(some)
    found: dict[str, set[str]] = {}
    portal = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "portal")
    for pattern in portal.url_patterns:
        names = list(pattern.pattern.converters)
        if names and set(names) <= known.keys():
            for values in product(*(sorted(known[name]) for name in names)):
                arguments = dict(zip(names, values, strict=True))
                found.setdefault(pattern.name, set()).add(reverse(f"portal:{pattern.name}", kwargs=arguments))
    return found


def test_the_walk_knows_every_address_that_names_something(two: tuple[Account, Account]) -> None:
    assert addresses(*two).keys() == {"line", "invoice_pdf", "calls", "calls_of_line", "calls_file"}


def test_nothing_of_another_customer_is_reached_by_any_address(
    two: tuple[Account, Account], sign_in_to: SignInTo
) -> None:
    first, second = two
    browser = sign_in_to(first.customer)
    mine = set().union(*addresses(first).values())
    for name, some in addresses(first, second).items():
        reached = {one for one in some if browser.get(one).status_code == 200}
        # Of one's own, everything that exists; nothing of anybody else, not even mixed with one's own.
        assert reached <= mine, name
        assert reached, name


def words_without_token(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_what_is_not_mine_answers_as_what_is_not_there(two: tuple[Account, Account], sign_in_to: SignInTo) -> None:
    first, second = two
    browser = sign_in_to(first.customer)
    other = browser.get(reverse("portal:line", args=[second.line.pk]))
    nothing = browser.get(reverse("portal:line", args=[999_999]))
    assert (other.status_code, nothing.status_code) == (404, 404)
    assert words_without_token(other) == words_without_token(nothing)


def test_no_page_holds_a_word_of_another_customer(two: tuple[Account, Account], sign_in_to: SignInTo) -> None:
    first, second = two
    browser = sign_in_to(first.customer)
    pages = ["home", "lines", "invoices", "account"]
    queries: list[dict[str, Any]] = [
        {},
        {"q": "CLIENT2"},
        {"q": "DEUXIEME"},
        {"q": second.line.msisdn},
        {"customer": second.customer.pk, "customer__id__exact": second.customer.pk, "pk": second.line.pk},
        {"page": 2},
    ]
    for name, asked in product(pages, queries):
        page = browser.get(reverse(f"portal:{name}"), asked).content.decode().replace("\u00a0", " ")
        # What was typed is said again, in its box.
        page = page.replace(str(asked.get("q", "\0")), "")
        assert [secret for secret in SECRETS if secret in page] == [], (name, asked)
    own_invoice = first.customer.invoices.get()
    page = browser.get(reverse("portal:calls", args=[own_invoice.pk]), {"line": second.line.pk})
    assert "BEATRICE" not in page.content.decode()


def test_pages_are_read_only(two: tuple[Account, Account], sign_in_to: SignInTo) -> None:
    first, _second = two
    browser = sign_in_to(first.customer)
    plain = {reverse(f"portal:{name}") for name in ("home", "lines", "invoices", "account")}
    for address in plain.union(*addresses(first).values()):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(browser, method)(address).status_code == 405, (method, address)


def test_a_closed_customer_sees_nothing_any_more(two: tuple[Account, Account], sign_in_to: SignInTo) -> None:
    first, _second = two
    browser = sign_in_to(first.customer)
    first.customer.closed_on = first.customer.invoices.get().issue_date
    first.customer.save()
    for address in set().union(*addresses(first).values()):
        assert browser.get(address).status_code == 302


@pytest.mark.parametrize("who", ["nobody", "staff", "a customer without a customer"])
def test_nobody_else_is_let_in(two: tuple[Account, Account], who: str) -> None:
    first, _second = two
    client = Client()
    if who == "staff":
        client.force_login(UserFactory(is_superuser=True))
    elif who != "nobody":
        client.force_login(UserFactory(is_staff=False, audience="customer"))
    plain = {reverse(f"portal:{name}") for name in ("home", "lines", "invoices", "account")}
    for address in plain.union(*addresses(first).values()):
        assert client.get(address).status_code == 302, address


def test_a_customer_reaches_no_file_of_the_back_office(two: tuple[Account, Account], sign_in_to: SignInTo) -> None:
    first, _second = two
    browser = sign_in_to(first.customer)
    for invoice in Invoice.objects.all():
        assert browser.get(reverse("file", args=["invoice", invoice.pk])).status_code in (302, 403, 404)
    assert browser.get(reverse("admin:billing_invoice_changelist")).status_code == 302
