"""The record of a customer that is there, over HTTP: what is kept, two people at once, who may change what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.customers.choices import AddressRole, ContactRole
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.customers.services import change_customer, create_customer
from apps.documents.choices import PaymentMode
from tests.customers.client_files import IBAN, OTHER_IBAN
from tests.customers.filled_in import (
    ADD,
    BY_DEBIT,
    CHANGE,
    DELIVERED,
    NEW,
    changed,
    created,
    errors,
    page,
    shown,
)
from tests.factories import AddressFactory, CustomerFactory, MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(
        number="C1", name="HOTEL BELLEVUE", siren="122829856", login="bellevue", address=None, billing=None
    )


# --- One that is there


def test_nothing_changes_when_the_page_is_saved_as_it_is(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT, **DELIVERED)
    models = (Customer, Address, Contact, Mandate)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    versions = [model.history.count() for model in models]  # type: ignore[attr-defined]
    changed(seller, customer)
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    assert [model.history.count() for model in models] == versions  # type: ignore[attr-defined]


def test_the_number_stays_and_the_bank_account_is_masked(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT)
    response = page(seller, customer)
    assert "number" not in response.context["adminform"].form.fields
    assert IBAN not in response.content.decode().replace(" ", "")
    assert changed(seller, customer, number="C9").number == "C070010"


def test_only_rows_that_differ_get_a_version(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT)
    changed(seller, customer, billing_phone="01 02 03 04 05")
    assert customer.history.count() == 1  # type: ignore[attr-defined]
    assert Address.history.count() == 1  # type: ignore[attr-defined]
    manager = customer.contacts.filter(role=ContactRole.BILLING).order_by("pk").first()
    assert manager is not None
    assert [one.phone for one in manager.history.all()] == ["01 02 03 04 05", "04 68 00 00 00"]


def test_a_new_iban_amends_the_mandate_and_a_new_reference_is_a_new_one(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT)
    changed(seller, customer, iban=OTHER_IBAN)
    assert [one.iban for one in customer.mandates.all()] == [OTHER_IBAN]
    changed(seller, customer, reference="RUM-2", signed_on="2026-06-01")
    old, new = customer.mandates.order_by("pk")
    assert (old.reference, old.revoked_on) == ("RUM-1", localdate())
    assert (new.reference, new.iban, new.revoked_on) == ("RUM-2", OTHER_IBAN, None)


def test_a_mandate_is_revoked_by_emptying_it_and_does_not_come_back(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT)
    nothing = {"iban": "", "bic": "", "reference": "", "signed_on": ""}
    changed(seller, customer, payment_mode=PaymentMode.CHEQUE, **nothing)
    assert customer.mandates.get().revoked_on == localdate()
    response = seller.post(reverse(CHANGE, args=[customer.pk]), shown(page(seller, customer)) | BY_DEBIT)
    assert errors(response).keys() == {"reference"}


def test_another_address_goes_when_its_box_is_no_longer_ticked(seller: Client) -> None:
    customer = created(seller, **DELIVERED)
    posted = shown(page(seller, customer))
    del posted["delivery_differs"]
    assert seller.post(reverse(CHANGE, args=[customer.pk]), posted).status_code == 302
    assert [one.role for one in customer.addresses.all()] == [AddressRole.MAIN]
    assert Address.history.filter(history_type="-").get().history_user is not None  # type: ignore[attr-defined]


def test_further_e_mails_come_and_go_and_the_manager_stays(seller: Client) -> None:
    customer = created(seller)
    manager, kept, _gone = customer.contacts.filter(role=ContactRole.BILLING).order_by("pk")
    changed(seller, customer, billing_email="autre@example.org", further_emails="un@example.org\ntrois@example.org")
    now = list(customer.contacts.filter(role=ContactRole.BILLING).order_by("pk"))
    assert [one.email for one in now] == ["autre@example.org", "un@example.org", "trois@example.org"]
    assert [one.pk for one in now[:2]] == [manager.pk, kept.pk]


def test_what_a_file_left_wrong_does_not_stop_other_changes(seller: Client) -> None:
    customer = created(seller)
    Customer.objects.filter(pk=customer.pk).update(siret="73282932000074", payment_mode=PaymentMode.DIRECT_DEBIT)
    MandateFactory(customer=customer, reference="RUM-9", bic="")
    assert changed(seller, customer, cost_centre="USINE").cost_centre == "USINE"


def test_a_telephone_that_another_system_kept_stays_until_it_is_written_anew(seller: Client) -> None:
    customer = created(seller)
    customer.contacts.filter(name="Anne Durand").update(phone="standard, poste 12")
    changed(seller, customer, cost_centre="USINE")
    assert customer.contacts.get(name="Anne Durand").phone == "standard, poste 12"


# --- Two at once


def test_the_second_of_two_is_told_what_the_first_has_changed(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT)
    mine = shown(page(seller, customer))
    changed(seller, customer, billing_phone="01 02 03 04 05", cost_centre="USINE", iban=OTHER_IBAN)

    response = seller.post(
        reverse(CHANGE, args=[customer.pk]), mine | {"billing_phone": "06 39 98 12 34", "iban": IBAN}
    )
    found = errors(response)
    assert found.keys() == {"billing_phone", "iban"}
    assert "01 02 03 04 05" in found["billing_phone"][0]
    manager = customer.contacts.filter(role=ContactRole.BILLING).order_by("pk").first()
    assert manager is not None
    assert manager.phone == "01 02 03 04 05"

    again = mine | {"billing_phone": "06 39 98 12 34"} | {"initial-billing_phone": "01 02 03 04 05"}
    assert seller.post(reverse(CHANGE, args=[customer.pk]), again).status_code == 302
    manager.refresh_from_db()
    assert manager.phone == "06 39 98 12 34"
    assert Customer.objects.get().cost_centre == "USINE"  # which this page did not touch
    assert customer.mandates.get().iban == OTHER_IBAN


def test_what_somebody_else_has_just_been_given_is_refused_with_a_sentence(customer: Customer) -> None:
    other = CustomerFactory(number="C2", login="autre")
    with pytest.raises(DomainError, match="vient de recevoir"):  # only the database sees the number
        create_customer(said={"number": "C1", "login": "x", "name": "X"}, today=localdate(), actor=None)
    with pytest.raises(DomainError, match="vient de recevoir"):
        change_customer(customer=other, said={"number": "C1"}, today=localdate(), actor=None)
    with pytest.raises(DomainError) as refusal:
        change_customer(customer=other, said={"login": "bellevue"}, today=localdate(), actor=None)
    assert "C1" in refusal.value.reasons[0]
    other.refresh_from_db()
    assert (other.number, other.login) == ("C2", "autre")


# --- Who may


def test_support_changes_contacts_and_addresses_and_nothing_else(
    seller: Client, sign_in_as: Callable[[Role], Client]
) -> None:
    customer = created(seller, **BY_DEBIT)
    support = sign_in_as(Role.SUPPORT)
    response = page(support, customer)
    form = response.context["adminform"].form
    assert {"street", "billing_email", "identification_email", "delivery_differs"} <= form.fields.keys()
    assert not {"name", "login", "payment_mode", "siren", "iban", "reference"} & form.fields.keys()
    assert "RUM-1" not in response.content.decode()

    changed(support, customer, billing_phone="01 02 03 04 05", name="AUTRE", iban=OTHER_IBAN, payment_mode="cash")
    customer.refresh_from_db()
    assert (customer.name, customer.payment_mode) == ("ATELIER DURAND", PaymentMode.DIRECT_DEBIT)
    assert (customer.mandates.get().iban, customer.mandates.get().revoked_on) == (IBAN, None)
    assert customer.contacts.filter(phone="01 02 03 04 05").exists()


def test_billing_changes_customers_and_makes_none(seller: Client, sign_in_as: Callable[[Role], Client]) -> None:
    customer = created(seller)
    billing = sign_in_as(Role.BILLING)
    assert changed(billing, customer, payment_mode=PaymentMode.CHEQUE).payment_mode == PaymentMode.CHEQUE
    assert billing.get(reverse(ADD)).status_code == 403
    assert billing.post(reverse(ADD), NEW).status_code == 403


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.READER])
def test_others_look_and_change_nothing(seller: Client, sign_in_as: Callable[[Role], Client], role: Role) -> None:
    customer = created(seller)
    reader = sign_in_as(role)
    assert 'name="street"' not in page(reader, customer).content.decode()
    posted = shown(page(seller, customer)) | {"billing_phone": "06"}
    assert reader.post(reverse(CHANGE, args=[customer.pk]), posted).status_code == 403
    assert not customer.contacts.filter(phone="06").exists()


def test_the_button_of_the_list_is_for_those_who_may(seller: Client, sign_in_as: Callable[[Role], Client]) -> None:
    listed = reverse("admin:customers_customer_changelist")
    assert reverse(ADD) in seller.get(listed).content.decode()
    assert "Créer un nouveau client" in seller.get(listed).content.decode()
    assert reverse(ADD) not in sign_in_as(Role.BILLING).get(listed).content.decode()


def test_an_address_may_be_added_where_there_was_none(seller: Client, customer: Customer) -> None:
    changed(seller, customer, street="1 RUE X", postal_code="01000", city="BOURG", country="FR")
    assert str(customer.addresses.get()) == "1 RUE X, 01000 BOURG"
    AddressFactory(customer=customer, role=AddressRole.BILLING)
    assert page(seller, customer).context["adminform"].form["billing_differs"].value() is True
