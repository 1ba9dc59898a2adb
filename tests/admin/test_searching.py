"""The one search box: a line, a card, a customer, an invoice, for whoever may see them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from apps.billing.models import Invoice
from apps.core.search import SLOT
from apps.core.slots import contributions
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.sims.models import SimCard
from tests.admin import rows
from tests.admin.query_counts import queries_of
from tests.factories import CustomerFactory, LineFactory, SimCardFactory, iccid
from tests.people import SignIn

pytestmark = pytest.mark.django_db

SEARCH = "/admin/search/"
RIGHTS = ("lines.view_line", "sims.view_simcard", "customers.view_customer", "billing.view_invoice")


def found(client: Client, text: str) -> list[str]:
    """What the window under the box shows: titles and addresses."""
    page = client.get(SEARCH, {"s": text}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    return [one.link for each in page.context["answers"] for _place, one in each.found]


def page_of(row: Line | SimCard | Customer | Invoice) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def line() -> Line:
    # Numbers drawn in turn would sooner or later end as the one that is searched for.
    customer, cards = CustomerFactory(number="C000001"), [SimCardFactory(iccid=iccid(number)) for number in (1, 2)]
    LineFactory(msisdn="33639987777", customer=customer, sim=cards[0])
    return LineFactory(msisdn="33639981234", customer=customer, sim=cards[1])


@pytest.mark.parametrize(
    "typed",
    [
        "0639981234",
        "06 39 98 12 34",
        "06.39.98.12.34",
        "06-39-98-12-34",
        "33639981234",
        "+33639981234",
        "+33 6 39 98 12 34",
        "0033639981234",
        "0033 6 39 98 12 34",
        "+33 (0)6 39 98 12 34",
        "  0639981234 ",
        "981234",
        "1234",
        "234",
        "98 12 34",
    ],
)
def test_a_line_is_found_by_its_number_typed_in_any_way(admin: Client, line: Line, typed: str) -> None:
    assert found(admin, typed) == [page_of(line)]


@pytest.mark.parametrize("typed", ["063998", "06 39 98", "336399", "+33 6 39 98"])
def test_the_beginning_of_a_number_finds_all_that_begin_so(admin: Client, line: Line, typed: str) -> None:
    assert set(found(admin, typed)) == {page_of(one) for one in Line.objects.all()}


def test_a_card_is_found_by_its_iccid_or_its_last_digits(admin: Client) -> None:
    card = SimCardFactory()
    SimCardFactory()
    spaced = " ".join(card.iccid[at : at + 4] for at in range(0, len(card.iccid), 4))
    for typed in (card.iccid, spaced, card.iccid[-7:]):
        assert found(admin, typed) == [page_of(card)]


def test_a_customer_is_found_by_number_or_name_and_the_exact_number_comes_first(admin: Client) -> None:
    exact = CustomerFactory(number="C900", name="ZORRO")
    longer = CustomerFactory(number="C9001", name="ATELIER DURAND", legal_name="Atelier Durand & Fils")
    assert found(admin, "c900") == [page_of(exact), page_of(longer)]
    assert found(admin, "durand") == [page_of(longer)]


def test_an_invoice_is_found_by_its_number_or_the_end_of_it(admin: Client) -> None:
    rows.make(2)
    invoice = Invoice.objects.get(number="F202611-00002")
    assert found(admin, "F202611-00002") == [page_of(invoice)]
    assert found(admin, "f202611-00002") == [page_of(invoice)]
    assert page_of(invoice) in found(admin, "00002")


def test_enter_leads_straight_to_a_single_answer(admin: Client, line: Line) -> None:
    assert admin.get(SEARCH, {"s": "06 39 98 12 34"})["Location"] == page_of(line)


def test_several_answers_stand_on_a_page_that_needs_no_script(admin: Client, line: Line) -> None:
    page = admin.get(SEARCH, {"s": "063998"})
    assert page.status_code == 200
    content = page.content.decode()
    assert "06 39 98 12 34" in content
    assert f'href="{page_of(line)}"' in content
    assert 'value="063998"' in content


def test_each_kind_shows_eight_and_says_that_there_are_others(admin: Client) -> None:
    for number in range(9):
        LineFactory(msisdn=f"3363998000{number}")
    page = admin.get(SEARCH, {"s": "3363998000"})
    assert [(len(each.found), each.has_more) for each in page.context["answers"]] == [(8, True)]
    assert "Il y en a d’autres" in unescape(page.content.decode())


@pytest.mark.parametrize("text", ["", " ", "0", "06"])
def test_too_short_a_text_asks_nothing(admin: Client, line: Line, text: str) -> None:
    assert found(admin, text) == []
    assert admin.get(SEARCH, {"s": text}).status_code == 200


def test_too_short_a_text_is_told(admin: Client) -> None:
    assert "au moins 3 caractères" in admin.get(SEARCH, {"s": "06"}).content.decode()


def test_nothing_found_is_said_in_french_and_what_was_typed_is_text(admin: Client) -> None:
    typed = '"><img src=x onerror=alert(1)>'
    for headers in ({}, {"HX-Request": "true"}):
        content = admin.get(SEARCH, {"s": typed}, headers=headers).content.decode()
        assert "<img src=x" not in content
        assert re.search(r"Aucun résultat pour", content)
        assert typed in unescape(content)


def test_a_name_with_markup_in_it_is_text(admin: Client) -> None:
    customer = CustomerFactory(number="C901", name="X")
    Customer.objects.filter(pk=customer.pk).update(name='"><img src=x onerror=alert(1)>')
    CustomerFactory(number="C9012")
    content = admin.get(SEARCH, {"s": "C901"}).content.decode()
    assert "<img src=x" not in content
    assert "&lt;img src=x" in content


@pytest.mark.parametrize("permission", RIGHTS)
def test_a_kind_is_found_by_those_who_may_look_at_it(sign_in: SignIn, permission: str) -> None:
    rows.make(1)
    line, card, customer = Line.objects.first(), SimCard.objects.first(), Customer.objects.first()
    assert line
    assert card
    assert customer
    texts = {
        "lines.view_line": line.msisdn,
        "sims.view_simcard": card.iccid,
        "customers.view_customer": customer.number,
        "billing.view_invoice": "F202611",
    }
    for named, text in texts.items():
        assert bool(found(sign_in(permission), text)) == (named == permission)


def test_a_search_costs_one_query_per_source_whatever_it_finds(sign_in: SignIn) -> None:
    client = sign_in(*RIGHTS)
    rows.make(2)
    client.get(SEARCH)
    nothing = len(queries_of(client, f"{SEARCH}?s=06"))
    # A name that several have: a text that is found once leads to its page.
    few = len(queries_of(client, f"{SEARCH}?s=entreprise"))
    rows.make(12, have=2)
    assert len(queries_of(client, f"{SEARCH}?s=entreprise")) == few <= nothing + len(contributions(SLOT))


def test_nobody_searches_without_signing_in(line: Line) -> None:
    assert Client().get(SEARCH, {"s": line.msisdn})["Location"].startswith(reverse("admin:login"))


def test_the_box_stands_on_every_page(admin: Client) -> None:
    for address in (reverse("admin:index"), reverse("admin:lines_line_changelist"), SEARCH):
        content = admin.get(address).content.decode()
        assert f'<form action="{SEARCH}" method="get" role="search"' in content
