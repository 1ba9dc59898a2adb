"""Customers A and B: whatever A asks for, by whatever address and method, nothing of B is in the answer.

The walk is over every address of the site, not only those that are meant for customers: those that will be added are
walked too. What is B's is known by its words (:mod:`tests.portal.two_customers`), also in the text of a PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice, product
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlsafe_base64_encode

from apps.core import files
from apps.core.roles import Role
from apps.core.slots import contributions
from apps.customers.models import Customer
from tests.admin.addresses import every_address
from tests.people import SignIn
from tests.portal import two_customers
from tests.portal.two_customers import Side, words_of

pytestmark = pytest.mark.django_db

#: Who is asked, not what the database makes of nonsense: the walks prove that on both.
on_either = pytest.mark.screens

#: Sent elsewhere, refused, nothing there, no way to ask; 200 too, if nothing of B is in it.
EXPECTED = {200, 301, 302, 400, 403, 404, 405}
METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
#: How many addresses of one pattern are tried.
MOST, FEW = 40, 3
FAR = "9" * 30
SPACE = "/espace-client/"
PLACE = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^)]*\)")


@pytest.fixture
def sides() -> tuple[Side, Side]:
    return two_customers.make()


def values_of(name: str, side: Side, kind: str | None) -> list[str]:
    """What could be written in an address in the place of ``name``, of this ``kind``, to mean something of ``side``."""
    match name:
        case "kind":
            return [source.kind for source in contributions(files.SLOT)]
        case "uidb64" | "uid":
            return [urlsafe_base64_encode(str(side.user.pk).encode())]
        case "token":
            return ["set-password", "abc-0123456789abcdef"]
        case "app_label":
            return ["lines", "billing", "customers"]
        case "url":
            return ["customers/customer/"]
        case "month" | "period" | "year":
            return ["2026-10", "2026-11", "202610", "2026"]
        case _:
            words = [side.customer.number, str(side.issued.number), side.lines[0].msisdn, side.customer.login]
            return [*map(str, side.keys), *([FAR] if kind == "int" else words)]


def addresses(side: Side, *, below: str = "/", few: int = FEW) -> Iterator[str]:
    """Every address of the site, written with what is ``side``'s; ``few`` of one pattern of the back office."""
    for address in every_address():
        route = address.route.removesuffix("$").replace("\\Z", "").replace("^", "").replace("?$", "")
        if not route.startswith(below):
            continue
        places = [(found["name"] or found["group"], found["kind"]) for found in PLACE.finditer(route)]
        bare = PLACE.sub("{}", route)
        # The back office looks at nothing before it knows who asks: a few will do.
        most = MOST if route.startswith(SPACE) or "kind" in dict(places) else few
        for values in islice(product(*(values_of(name, side, kind) for name, kind in places)), most):
            yield bare.format(*values)


def leaked(side: Side, response: Any, *asked: str) -> list[str]:
    """What of ``side`` is in the answer beyond what was ``asked``."""
    text = words_of(response)
    for one in asked:
        for written in (one, escape(one), quote(one), quote(one, safe=""), quote(quote(one))):
            text = text.replace(written, "")
    return [word for word in side.found_in(text) if word not in asked]


def test_what_is_bs_is_recognised_by_words_that_a_has_not(sides: tuple[Side, Side]) -> None:
    a, b = sides
    assert a.words.isdisjoint(b.words)
    assert len(b.words) > 20


def test_no_address_of_the_site_shows_a_anything_of_b(sides: tuple[Side, Side]) -> None:
    a, b = sides
    client = a.browser()
    wrong: dict[str, Any] = {}
    asked = 0
    for path in addresses(b):
        methods = METHODS if path.startswith(SPACE) else ("get", "post")
        for method in methods:
            if "_auth_user_id" not in client.session:  # a sign-out among the addresses
                client = a.browser()
            response = getattr(client, method)(path)
            asked += 1
            if response.status_code not in EXPECTED:
                wrong[f"{method} {path}"] = response.status_code
            elif found := leaked(b, response, path):
                wrong[f"{method} {path}"] = found
    assert wrong == {}
    assert asked > 500


@on_either
def test_the_back_office_answers_a_customer_as_it_answers_nobody(sides: tuple[Side, Side]) -> None:
    _a, b = sides
    nobody, customer = Client(), b.browser()
    differences = {}
    for path in addresses(b, few=1):
        if path.startswith(SPACE):
            continue
        for method in ("get", "post"):
            answers = [getattr(client, method)(path) for client in (nobody, customer)]
            said = [(one.status_code, one.get("Location", "")) for one in answers]
            if said[0] != said[1]:
                differences[f"{method} {path}"] = said
    assert differences == {}


@on_either
def test_b_finds_its_own_where_a_finds_nothing(sides: tuple[Side, Side]) -> None:
    """The walk proves something only if those pages are full for whoever they belong to."""
    _a, b = sides
    client = b.browser()
    seen: set[str] = set()
    for path in addresses(b, below=SPACE):
        response = client.get(path)
        if response.status_code == 200:
            seen |= set(b.found_in(words_of(response)))
        if "_auth_user_id" not in client.session:
            client = b.browser()
    for word in (b.customer.number, str(b.issued.number), b.lines[0].user_name, b.customer.legal_name):
        assert word in seen


def test_what_is_asked_for_in_the_query_is_still_as_own(sides: tuple[Side, Side]) -> None:
    a, b = sides
    client = a.browser()
    words = [*sorted(b.words)[::3], "%", "_", "'; <b>{{", "\0", "\\", '"', "(", "x" * 10_000, "33639"]
    asked = [{"q": word, **others} for word, others in zip(words, cycle(TOLD_BESIDE), strict=False)]
    asked += [{name: str(key) for name in NAMES} for key in (b.customer.pk, b.lines[0].pk)]
    # A month that is not offered is refused: beside it nothing else would be looked at.
    asked += [{"mois": value} for value in MONTHS]
    pages = {
        re.sub(r"\d+", "", path): path for path in addresses(a, below=SPACE) if client.get(path).status_code == 200
    }
    named = dict.fromkeys(("customer", "client", "login"), b.customer.number)
    wrong = {}
    for path in sorted(pages.values()):
        if "_auth_user_id" not in client.session:
            client = a.browser()
        for query in asked:
            query = {**named, **query}
            response = client.get(path, query)
            if response.status_code not in EXPECTED:
                wrong[f"{path} {query}"[:200]] = response.status_code
            elif found := leaked(b, response, *query.values()):
                wrong[f"{path} {query}"[:200]] = found
    assert wrong == {}
    assert len(words) > len(TOLD_BESIDE)


NAMES = ("customer", "customer_id", "pk", "id", "line", "invoice", "user", "access", "draft")
#: What is asked beside a search, none of which may refuse the page: each is asked at least once.
TOLD_BESIDE: tuple[dict[str, str], ...] = (
    *({"page": value} for value in ("0", "-1", "2", "999999999999999999999", "abc", "last", "1e9", "\0", "")),
    *({"o": value} for value in ("customer", "-customer__name", "1.2.3", "pk")),
    {"customer__number__startswith": "B", "customer_id__gte": "0"},
    {"next": "https://evil.example/", "format": "json", "telecharger": "1"},
)
MONTHS = ("2026-10", "2026-13", "0000-00", "9999-12", "2026-10-01", "'; <b>{{", "-1", "", "\0", "9" * 50, "２０２６-10")


@on_either
def test_a_customer_that_is_closed_in_between_sees_nothing_more(sides: tuple[Side, Side]) -> None:
    _a, b = sides
    client = b.browser()
    assert client.get(SPACE).status_code == 200
    Customer.objects.filter(pk=b.customer.pk).update(closed_on=date(2026, 11, 10))
    wrong = {}
    for path in addresses(b, below=SPACE):
        response = client.get(path)
        if response.status_code not in EXPECTED or leaked(b, response, path):
            wrong[path] = (response.status_code, leaked(b, response, path))
    assert wrong == {}
    assert client.get(SPACE).status_code == 302


@on_either
def test_an_account_that_is_withdrawn_or_moved_sees_nothing_more_of_what_was_its(sides: tuple[Side, Side]) -> None:
    a, b = sides
    client = b.browser()
    b.user.is_active = False
    b.user.save()
    assert client.get(SPACE).status_code == 302
    client = a.browser()
    a.customer.access.delete()
    assert client.get(SPACE).status_code == 302


@on_either
def test_a_session_cannot_be_made_up_or_carried_over(sides: tuple[Side, Side]) -> None:
    a, b = sides
    client = a.browser()
    name = next(iter(client.cookies))
    key = client.cookies[name].value
    for tampered in (key[:-1] + ("x" if key[-1] != "x" else "y"), key.upper(), "", str(b.user.pk), "../" + key, "\0"):
        other = Client()
        other.cookies[name] = tampered
        assert other.get(SPACE).status_code == 302, tampered
    # The key of B's account in A's session: the hash of B's password does not go with it.
    session = client.session
    session["_auth_user_id"] = str(b.user.pk)
    session.save()
    response = client.get(SPACE)
    assert response.status_code == 302
    assert leaked(b, response) == []


@on_either
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.READER])
def test_staff_are_no_customers(role: Role, sides: tuple[Side, Side], sign_in_as: SignIn) -> None:
    _a, b = sides
    client = sign_in_as(role)
    client.get(reverse("admin:index"))
    for path in addresses(b, below=SPACE):
        response = client.get(path)
        assert response.status_code in EXPECTED
        assert leaked(b, response, path) == []
        if "_auth_user_id" not in client.session:
            client = sign_in_as(role)


@on_either
def test_no_answer_may_be_kept_by_a_cache_that_others_share(sides: tuple[Side, Side]) -> None:
    _a, b = sides
    client = b.browser()
    kept = {}
    for path in addresses(b, below=SPACE):
        response = client.get(path)
        if response.status_code == 200 and b.found_in(words_of(response)):
            control = response.get("Cache-Control", "")
            if "no-store" not in control or "private" not in control:
                kept[path] = control
    assert kept == {}
