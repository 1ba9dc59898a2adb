"""Finding lines, cards, customers by what people type."""

from __future__ import annotations

import pytest

from apps.customers.models import Customer
from apps.lines.models import Line
from apps.sims.models import SimCard
from tests.factories import CustomerFactory, LineFactory, SimCardFactory, iccid

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    LineFactory(msisdn="33639987001", user_name="PAUL DURAND")
    LineFactory(msisdn="590690123456", user_name="LEA SIMON")
    customer = CustomerFactory(number="C0704", name="ATELIER DURAND", legal_name="L'Atelier Durand")
    return LineFactory(
        msisdn="33639981234", user_name="JEANNE MARTIN", customer=customer, sim=SimCardFactory(iccid=iccid(900_077))
    )


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
        "+33 (0)6 39 98 12 34",
        "0033639981234",
        "1234",
        "981234",
        "06399812",
        "336399812",
        "JEANNE",
        "jeanne martin",
        "C0704",
        "c0704",
        "ATELIER",
        "Atelier",
        iccid(900_077),
        iccid(900_077)[:17],
    ],
)
def test_a_line_is_found_by(typed: str, line: Line) -> None:
    assert list(Line.objects.matching(typed)) == [line]


@pytest.mark.parametrize("typed", ["0639989999", "5555", "NOBODY", "'; DROP TABLE", "%", "_", "0600000000"])
def test_nothing_is_found_by(typed: str, line: Line) -> None:
    assert list(Line.objects.matching(typed)) == []


def test_an_overseas_number_is_found_in_national_form(line: Line) -> None:
    assert [one.msisdn for one in Line.objects.matching("0690 12 34 56")] == ["590690123456"]
    assert [one.msisdn for one in Line.objects.matching("069012")] == ["590690123456"]


def test_a_card_is_found_by_its_number_its_end_its_batch_or_the_number_it_came_with() -> None:
    card = SimCardFactory(iccid=iccid(900_077), imsi="208220000000077", batch="LOT001", msisdn="33639980077")
    SimCardFactory(iccid=iccid(900_078), imsi="208220000000078")
    for typed in (
        iccid(900_077),
        iccid(900_077)[:18],
        iccid(900_077)[-6:],
        "208220000000077",
        "lot001",
        "06 39 98 00 77",
    ):
        assert list(SimCard.objects.matching(typed)) == [card], typed


@pytest.mark.parametrize("typed", ["électricité", "ÉLECTRICITÉ", "Electricite", "électricité moreau", "moreau"])
def test_a_customer_is_found_with_accents_or_without(typed: str) -> None:
    customer = CustomerFactory(name="ELECTRICITE MOREAU", legal_name="Électricité Moreau & Fils")
    CustomerFactory(name="CABINET LEFEVRE", legal_name="Cabinet Lefèvre")
    assert list(Customer.objects.matching(typed)) == [customer]


def test_signs_alone_find_no_customer() -> None:
    CustomerFactory(name="ELECTRICITE MOREAU", legal_name="Électricité Moreau")
    assert not Customer.objects.matching("''--").exists()


def test_a_customer_is_found_by_number_name_or_siren() -> None:
    customer = CustomerFactory(number="C0704", name="ATELIER DURAND", legal_name="L'Atelier Durand", siren="732829320")
    CustomerFactory(siren="")
    for typed in ("C0704", "c07", "durand", "L'Atelier", "732829320", "732 829 320"):
        assert list(Customer.objects.matching(typed)) == [customer], typed
