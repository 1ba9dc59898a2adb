"""«Créer un nouveau client» and the record of one, over HTTP: who fills in what, what is refused, what is kept."""

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
from apps.customers.choices import AddressRole, ContactRole, CustomerKind, VatRegime
from apps.customers.models import Address, Contact, Customer, Mandate
from apps.customers.services import change_customer, create_customer
from apps.documents.choices import PaymentMode
from tests.customers.client_files import IBAN, OTHER_IBAN
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, MandateFactory

pytestmark = pytest.mark.django_db

ADD = "admin:customers_customer_add"
CHANGE = "admin:customers_customer_change"

NEW = {
    "number": "C070010",
    "kind": CustomerKind.COMPANY,
    "name": "Atelier Durand",
    "legal_name": "L’Atelier Durand & Fils",
    "street": "28 rue des acacias",
    "complement": "",
    "postal_code": "66805",
    "city": "Villeneuve",
    "country": "fr",
    "siren": "122 829 856",
    "siret": "",
    "vat_regime": VatRegime.METROPOLE,
    "vat_number": "fr63 122829856",
    "billing_name": "Anne Durand",
    "billing_phone": "04 68 00 00 00",
    "billing_email": "Compta@example.org",
    "further_emails": "un@example.org, deux@example.org",
    "login": "",
    "identification_name": "Luc Durand",
    "identification_phone": "",
    "identification_email": "acces@example.org",
    "payment_mode": PaymentMode.TRANSFER,
    "without_call_detail": "on",
    "purchase_order": "BC-2026-11",
    "cost_centre": "SIEGE",
    "auxiliary_account": "411DURAND",
    "electronic_address": "0225:122829856",
}
BY_DEBIT = {
    "payment_mode": PaymentMode.DIRECT_DEBIT,
    "iban": IBAN,
    "bic": "bnpafrpp",
    "reference": "RUM-1",
    "signed_on": "2026-01-15",
}
DELIVERED = {
    "delivery_differs": "on",
    "delivery_street": "3 quai du port",
    "delivery_postal_code": "13002",
    "delivery_city": "Marseille",
    "delivery_country": "FR",
}


@pytest.fixture
def seller(sign_in_as: Callable[[Role], Client]) -> Client:
    return sign_in_as(Role.SALES)


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(
        number="C1", name="HOTEL BELLEVUE", siren="122829856", login="bellevue", address=None, billing=None
    )


def page(client: Client, customer: Customer | None = None) -> Any:
    return client.get(reverse(CHANGE, args=[customer.pk]) if customer else reverse(ADD))


def shown(response: Any) -> dict[str, Any]:
    """What a browser would send back of a page, as it stands."""
    form, posted = response.context["adminform"].form, {}
    for name in form.fields:
        bound = form[name]
        values = [(bound.html_name, bound.value())]
        if bound.field.show_hidden_initial:
            values.append((bound.html_initial_name, bound.initial))
        for key, value in values:
            said = bound.field.prepare_value(value)
            if said not in (None, False, ""):
                posted[key] = said if said is not True else "True" if key.startswith("initial-") else "on"
            elif bound.field.show_hidden_initial and key.startswith("initial-"):
                posted[key] = ""
    return posted | {f"mandates-{count}_FORMS": "0" for count in ("TOTAL", "INITIAL")}


def created(client: Client, **changes: Any) -> Customer:
    response = client.post(reverse(ADD), NEW | changes)
    assert response.status_code == 302, response.context["adminform"].form.errors
    return Customer.objects.latest("pk")


def changed(client: Client, customer: Customer, **changes: Any) -> Customer:
    response = client.post(reverse(CHANGE, args=[customer.pk]), shown(page(client, customer)) | changes)
    assert response.status_code == 302, response.context["adminform"].form.errors
    return Customer.objects.get(pk=customer.pk)


def errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200, "nothing was refused"
    return {name: list(said) for name, said in response.context["adminform"].form.errors.items()}


def refused(client: Client, **changes: Any) -> dict[str, list[str]]:
    """Why a new customer is refused; nothing of it is kept."""
    found = errors(client.post(reverse(ADD), NEW | changes))
    assert not Customer.objects.filter(number=NEW["number"]).exists()
    return found


def email_of(customer: Customer, role: ContactRole) -> list[str]:
    return list(customer.contacts.filter(role=role).order_by("pk").values_list("email", flat=True))


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


# --- Two at once


def test_the_second_of_two_is_told_what_the_first_has_changed(seller: Client) -> None:
    customer = created(seller, **BY_DEBIT)
    mine = shown(page(seller, customer))
    changed(seller, customer, billing_phone="01 02 03 04 05", cost_centre="USINE", iban=OTHER_IBAN)

    response = seller.post(reverse(CHANGE, args=[customer.pk]), mine | {"billing_phone": "06", "iban": IBAN})
    found = errors(response)
    assert found.keys() == {"billing_phone", "iban"}
    assert "01 02 03 04 05" in found["billing_phone"][0]
    manager = customer.contacts.filter(role=ContactRole.BILLING).order_by("pk").first()
    assert manager is not None
    assert manager.phone == "01 02 03 04 05"

    again = mine | {"billing_phone": "06"} | {"initial-billing_phone": "01 02 03 04 05"}
    assert seller.post(reverse(CHANGE, args=[customer.pk]), again).status_code == 302
    manager.refresh_from_db()
    assert manager.phone == "06"
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
