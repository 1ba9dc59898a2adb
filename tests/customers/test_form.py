"""«Créer un nouveau client» over HTTP: what is asked, what is refused, who may be the same."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.customers.choices import AddressRole, ContactRole, VatRegime
from apps.customers.models import Address, Contact, Customer, Mandate
from tests.customers.client_files import IBAN
from tests.customers.filled_in import (
    ADD,
    BY_DEBIT,
    CHANGE,
    DELIVERED,
    NEW,
    changed,
    created,
    email_of,
    errors,
    page,
    refused,
)
from tests.factories import ContactFactory, CustomerFactory, MandateFactory

pytestmark = pytest.mark.django_db


# --- A new one


def test_a_new_customer_has_all_that_was_filled_in(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT, **DELIVERED)
    assert (customer.number, customer.login) == ("C070010", "C070010")
    assert (customer.name, customer.legal_name) == ("ATELIER DURAND", "L’Atelier Durand & Fils")
    assert (customer.siren, customer.vat_number) == ("122829856", "FR63122829856")
    assert (customer.purchase_order, customer.cost_centre) == ("BC-2026-11", "SIEGE")
    assert customer.without_call_detail

    assert str(customer.addresses.get(role=AddressRole.MAIN)) == "28 RUE DES ACACIAS, 66805 VILLENEUVE"
    assert str(customer.addresses.get(role=AddressRole.DELIVERY)) == "3 QUAI DU PORT, 13002 MARSEILLE"
    assert not customer.addresses.filter(role=AddressRole.BILLING).exists()
    assert email_of(customer, ContactRole.BILLING) == ["compta@example.org", "un@example.org", "deux@example.org"]
    assert email_of(customer, ContactRole.IDENTIFICATION) == ["acces@example.org"]
    mandate = customer.mandates.get()
    assert (mandate.reference, mandate.iban, mandate.bic) == ("RUM-1", IBAN, "BNPAFRPP")
    assert (mandate.signed_on, mandate.revoked_on) == (date(2026, 1, 15), None)


def test_every_row_of_a_new_customer_says_who_made_it(seller: Client) -> None:
    created(seller, **BY_DEBIT)
    user = LogEntry.objects.get().user
    for model in (Customer, Address, Contact, Mandate):
        authors = {version.history_user for version in model.history.all()}  # type: ignore[attr-defined]
        assert authors == {user}


def test_number_and_login_are_proposed_after_the_latest(seller: Client) -> None:
    for number in ("C070009", "C070004", "C07-11"):
        CustomerFactory(number=number)
    CustomerFactory(number="C070005")
    form = page(seller).context["adminform"].form
    assert (form["number"].value(), form["login"].value()) == ("C070010", "C070010")


def test_the_first_customer_has_a_number_proposed_too(seller: Client) -> None:
    assert page(seller).context["adminform"].form["number"].value() == "C000001"


@pytest.mark.parametrize("name", ["name", "street", "city"])
def test_a_refused_character_is_named_with_a_proposal(seller: Client, name: str) -> None:
    (said,) = refused(seller, **{name: "Société d'Électricité"})[name]
    assert "« é » en position 5" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert said.endswith("SOCIETE D ELECTRICITE")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"siren": "122829857"}, "siren"),
        ({"siret": "73282932000074"}, "siret"),
        ({"vat_regime": VatRegime.EU_REVERSE, "vat_number": ""}, "vat_number"),
        ({"postal_code": "1000"}, "postal_code"),
        ({"country": "ZZ"}, "country"),
        ({"street": ""}, "street"),
        ({"delivery_differs": "on", "delivery_postal_code": "13002", "delivery_country": "FR"}, "delivery_street"),
        ({"billing_differs": "on"}, "billing_city"),
        ({"billing_email": ""}, "billing_email"),
        ({"further_emails": "un@example.org deux"}, "further_emails"),
        ({"identification_email": "luc"}, "identification_email"),
        ({"identification_phone": "06 39 98 12 34 poste 12"}, "identification_phone"),
        ({"billing_phone": "standard"}, "billing_phone"),
        ({"electronic_address": "compta@example.org"}, "electronic_address"),
        (BY_DEBIT | {"iban": ""}, "iban"),
        (BY_DEBIT | {"iban": IBAN[:-1] + "0"}, "iban"),
        (BY_DEBIT | {"bic": ""}, "bic"),
        (BY_DEBIT | {"bic": "GEBABEBB"}, "bic"),
        (BY_DEBIT | {"reference": ""}, "reference"),
        (BY_DEBIT | {"reference": "RUM 1"}, "reference"),
        (BY_DEBIT | {"signed_on": ""}, "signed_on"),
        (BY_DEBIT | {"signed_on": (localdate() + timedelta(days=1)).isoformat()}, "signed_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(seller: Client, changes: dict[str, Any], field: str) -> None:
    assert field in refused(seller, **changes)


def test_what_was_pasted_with_spaces_is_kept_in_its_one_form(seller: Client) -> None:
    pasted = {"postal_code": " 66 805", "billing_phone": "+33 (0)6.39.98.12.34", "electronic_address": "122 829 856"}
    customer = created(seller, **pasted)
    assert customer.addresses.get(role=AddressRole.MAIN).postal_code == "66805"
    assert customer.contacts.get(name="Anne Durand").phone == "06 39 98 12 34"
    assert customer.electronic_address == "0225:122829856"


def test_a_country_is_chosen_by_its_name(seller: Client) -> None:
    choices = page(seller).context["adminform"].form.fields["country"].choices
    assert next(iter(choices)) == ("FR", "France")
    assert ("BE", "Belgique") in choices
    customer = created(seller, country="BE", postal_code="1000", vat_number="")
    assert customer.addresses.get(role=AddressRole.MAIN).country == "BE"


@pytest.mark.parametrize("number", ["C070010", "c070010"])
def test_whoever_is_second_with_a_number_is_told_the_next_free_one(seller: Client, number: str) -> None:
    CustomerFactory(number="C070010", name="HOTEL BELLEVUE", login="bellevue")
    (said,) = errors(seller.post(reverse(ADD), NEW | {"number": number}))["number"]
    assert "C070010 HOTEL BELLEVUE" in said
    assert "C070011" in said


def test_the_page_counts_its_errors_and_says_a_warning_once(seller: Client) -> None:
    def notes(**changes: Any) -> list[str]:
        return re.findall(
            r'class="errornote[^>]*>\s*([^<]*[^<\s])', seller.post(reverse(ADD), NEW | changes).content.decode()
        )

    assert notes(siren="1", siret="1") == ["Corrigez les erreurs ci-dessous."]
    assert notes(siren="1") == ["Corrigez l’erreur ci-dessous."]
    CustomerFactory(number="C070001", siren=NEW["siren"].replace(" ", ""))
    (note,) = notes()
    assert note.startswith("Ce client existe déjà")


def test_what_another_customer_has_is_refused(seller: Client) -> None:
    other = CustomerFactory(number="C070010", login="atelier", identification=None)
    ContactFactory(customer=other, role=ContactRole.IDENTIFICATION, email="acces@example.org")
    MandateFactory(customer=other, reference="RUM-1")
    response = seller.post(reverse(ADD), NEW | BY_DEBIT)
    assert "number" in errors(response)
    response = seller.post(reverse(ADD), NEW | BY_DEBIT | {"number": "C070011", "login": "autre"})
    assert errors(response).keys() == {"identification_email", "reference"}
    assert "C070010" in errors(response)["reference"][0]
    assert Customer.objects.count() == 1


def test_a_vat_number_of_another_siren_is_said_not_refused(seller: Client) -> None:
    response = seller.post(reverse(ADD), NEW | {"vat_number": "FR59000260299"}, follow=True)
    assert "000260299" in " ".join(str(message) for message in response.context["messages"])
    assert Customer.objects.get().vat_number == "FR59000260299"


# --- Perhaps the same


@pytest.mark.parametrize("same", ["siren", "name", "email"])
def test_a_possible_double_is_warned_of_once(seller: Client, same: str) -> None:
    other = CustomerFactory(
        number="C070002",
        name="ATELIER DURAND" if same == "name" else "AUTRE",
        siren="122829856" if same == "siren" else "081889990",
        billing=None,
    )
    ContactFactory(customer=other, email="compta@example.org" if same == "email" else "x@example.org")
    response = seller.post(reverse(ADD), NEW)
    (warning,) = errors(response)["__all__"]
    assert "existe déjà" in warning
    assert reverse(CHANGE, args=[other.pk]) in warning
    assert reverse(CHANGE, args=[other.pk]) in response.content.decode()

    again = seller.post(reverse(ADD), NEW | {"other_than": response.context["adminform"].form["other_than"].value()})
    assert again.status_code == 302
    assert Customer.objects.count() == 2


def test_another_double_than_the_one_that_was_shown_is_warned_of(seller: Client) -> None:
    first = CustomerFactory(name="ATELIER DURAND", siren="")
    CustomerFactory(name="ATELIER DURAND", siren="")
    assert "__all__" in errors(seller.post(reverse(ADD), NEW | {"other_than": str(first.pk)}))


def test_the_name_of_a_double_is_text_on_the_page(seller: Client) -> None:
    CustomerFactory(number="<b>1", name="ATELIER DURAND")
    assert "&lt;b&gt;1" in seller.post(reverse(ADD), NEW).content.decode()


def test_a_customer_that_keeps_its_siren_is_no_double(seller: Client) -> None:
    mine = created(seller)
    CustomerFactory(siren=mine.siren)
    changed(seller, mine, cost_centre="USINE")
