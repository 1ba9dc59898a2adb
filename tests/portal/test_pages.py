"""«Mon compte»: what the integrator knows of its customer, to read and not to change."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from apps.customers.choices import AddressRole
from tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    IntegratorFactory,
    LineFactory,
    MandateFactory,
)
from tests.portal.conftest import SignInTo
from tests.portal.worlds import words

pytestmark = pytest.mark.django_db

HOSTILE = "'; <b>{{"


def test_the_account_shows_who_where_and_how_it_pays(sign_in_to: SignInTo) -> None:
    IntegratorFactory(email="factures@ism.example")
    customer = CustomerFactory(number="C1", legal_name="Société d’Électricité", login="elec")
    AddressFactory(customer=customer, role=AddressRole.DELIVERY, street="3 RUE HAUTE", city="LYON")
    ContactFactory(customer=customer, name="Léa Martin", email="lea@client.example", phone="0102030405")
    MandateFactory(customer=customer, iban="FR7630004500190859965184296", reference="RUM-1")
    response = sign_in_to(customer).get(reverse("portal:account"))
    page = words(response)
    for said in ("Société d’Électricité", "C1", "elec", "3 RUE HAUTE", "LYON", "Léa Martin", "0102030405", "RUM-1"):
        assert said in page
    assert "FR76 **** **** **** **** ***4 296" in page
    assert "30004500190859965184296" not in response.content.decode().replace(" ", "")
    assert "mailto:factures@ism.example?subject=Client%20C1" in response.content.decode()
    assert "<input" not in response.content.decode().replace('<input type="hidden"', "")


def test_a_line_shows_its_rio_when_that_is_known(sign_in_to: SignInTo) -> None:
    customer = CustomerFactory()
    known = LineFactory(customer=customer, msisdn="33639980001", rio="01P123456XTT")
    unknown = LineFactory(customer=customer, msisdn="33639980002")
    browser = sign_in_to(customer)
    page = words(browser.get(reverse("portal:line", args=[known.pk])))
    assert "RIO01P123456XTT" in page
    assert "À donner à un autre opérateur, qui reprend le numéro." in page
    assert "RIO" not in words(browser.get(reverse("portal:line", args=[unknown.pk])))


def test_a_revoked_mandate_is_not_shown(sign_in_to: SignInTo) -> None:
    customer = CustomerFactory()
    MandateFactory(customer=customer, reference="RUM-OLD", revoked_on=date(2026, 10, 1))
    assert "RUM-OLD" not in words(sign_in_to(customer).get(reverse("portal:account")))


def test_hostile_names_stay_text_on_every_page(sign_in_to: SignInTo) -> None:
    IntegratorFactory(trade_name=HOSTILE, email="factures@ism.example", contact=HOSTILE)
    customer = CustomerFactory(name=HOSTILE, legal_name=HOSTILE, login=HOSTILE, number=HOSTILE)
    ContactFactory(customer=customer, name=HOSTILE, phone=HOSTILE)
    line = LineFactory(customer=customer, user_name=HOSTILE)
    browser = sign_in_to(customer)
    addresses = [reverse(f"portal:{name}") for name in ("home", "lines", "invoices", "account")]
    for address in [*addresses, reverse("portal:line", args=[line.pk])]:
        page = browser.get(address).content.decode()
        assert "<b>" not in page, address
        assert "&lt;b&gt;{{" in page, address
