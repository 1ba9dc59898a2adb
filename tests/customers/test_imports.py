"""A file of customers is read whole or not at all (DOMAIN §6, §9, §13)."""

from __future__ import annotations

from datetime import date

import pytest

from apps.customers.choices import ContactRole, VatRegime
from apps.customers.imports import PAYMENT_MODES
from apps.customers.models import Address, Contact, Customer
from apps.documents.choices import PaymentMode
from tests.customers.client_files import (
    BY_DEBIT,
    BY_TRANSFER,
    IBAN,
    OTHER_IBAN,
    email_of,
    faults,
    other,
    run,
    taken,
    without,
)

pytestmark = pytest.mark.django_db


# --- What a line becomes


def test_a_line_becomes_a_customer_with_address_contacts_and_mandate() -> None:
    plan = taken(BY_DEBIT | {"FACTURE_DETAILLEE": "NON"})
    assert plan.counts() == {"new": 1, "changed": 0, "unchanged": 0, "removed": 0}

    customer = Customer.objects.get()
    assert (customer.number, customer.login) == ("C1", "bellevue")
    assert (customer.name, customer.legal_name) == ("HOTEL BELLEVUE", "Hôtel-Restaurant Bellevue")
    assert (customer.siren, customer.vat_number) == ("000260299", "FR59000260299")
    assert (customer.payment_mode, customer.vat_regime) == (PaymentMode.DIRECT_DEBIT, VatRegime.METROPOLE)
    assert customer.without_call_detail

    assert str(customer.addresses.get()) == "76 RUE DES ACACIAS, 01000 VILLENEUVE"
    assert email_of(customer, ContactRole.BILLING) == "compta@example.org"
    assert email_of(customer, ContactRole.IDENTIFICATION) == "acces@example.org"
    mandate = customer.mandates.get()
    assert (mandate.reference, mandate.iban, mandate.bic) == ("RUM-1", IBAN, "BNPAFRPP")
    assert (mandate.signed_on, mandate.revoked_on) == (date(2026, 1, 15), None)


def test_identifiers_and_names_are_stored_in_their_one_form() -> None:
    typed = {
        "RAISON_SOCIALE": "Hotel Bellevue",
        "SIREN": "000 260 299",
        "TVA_INTRA": "fr 59 000260299",
        "PAYS": "fr",
        "EMAIL_FACTURATION": "Compta@Example.org",
        "IBAN": "fr76 3000 4500 1908 5996 5184 296",
        "BIC": "bnpafrpp",
    }
    taken(BY_DEBIT | typed)
    plan = taken(BY_DEBIT)
    assert plan.unchanged == 1


def test_a_customer_without_login_gets_its_number() -> None:
    taken(BY_TRANSFER | {"IDENTIFIANT": ""})
    assert Customer.objects.get().login == "C1"


def test_columns_that_say_nothing_of_importance_may_be_missing() -> None:
    taken(without(BY_TRANSFER, "NOM_LEGAL", "SIREN", "IDENTIFIANT", "FACTURE_DETAILLEE", "EMAIL_FACTURATION"))
    customer = Customer.objects.get()
    assert (customer.legal_name, customer.siren, customer.login) == ("", "", "C1")
    assert not customer.without_call_detail
    assert [contact.role for contact in customer.contacts.all()] == [ContactRole.IDENTIFICATION]


@pytest.mark.parametrize(("word", "mode"), PAYMENT_MODES.items())
def test_every_payment_mode_has_its_word(word: str, mode: PaymentMode) -> None:
    taken(BY_DEBIT | {"MODE_PAIEMENT": word})
    customer = Customer.objects.get()
    assert customer.payment_mode == mode
    assert customer.mandates.count() == 1  # kept for the day it is debited again, whatever the mode


def test_all_payment_modes_can_be_imported() -> None:
    assert set(PAYMENT_MODES.values()) == set(PaymentMode)


def test_a_foreign_customer_keeps_the_postal_code_of_its_country() -> None:
    taken(
        BY_TRANSFER
        | {"SIREN": "", "TVA_INTRA": "BE0402194266", "CODE_POSTAL": "1000", "PAYS": "BE"}
        | {"REGIME_TVA": "UE_AUTOLIQUIDATION"}
    )
    assert (Customer.objects.get().vat_regime, Address.objects.get().country) == (VatRegime.EU_REVERSE, "BE")


# --- What is refused


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"NUM_CLIENT": ""}, "value_missing"),
        ({"NUM_CLIENT": "C" * 21}, "text_length"),
        ({"RAISON_SOCIALE": ""}, "value_missing"),
        ({"RAISON_SOCIALE": "HÔTEL BELLEVUE"}, "charset_character"),
        ({"RAISON_SOCIALE": "HOTEL  BELLEVUE"}, "charset_space"),
        ({"RAISON_SOCIALE": "H" * 39}, "charset_length"),
        ({"ADRESSE": "76, RUE DES ACACIAS"}, "charset_character"),
        ({"VILLE": "L'HAY LES ROSES"}, "charset_character"),
        ({"NOM_LEGAL": "H" * 121}, "text_length"),
        ({"SIREN": "000260298"}, "siren_checksum"),
        ({"TVA_INTRA": "FR58000260299"}, "vat_checksum"),
        ({"CODE_POSTAL": "1000"}, "zeros_lost"),
        ({"CODE_POSTAL": "010000"}, "postal_code_france"),
        ({"CODE_POSTAL": ""}, "value_missing"),
        ({"PAYS": "FRANCE"}, "country_unknown"),
        ({"PAYS": "UK"}, "country_unknown"),
        ({"EMAIL_FACTURATION": "compta@"}, "email_format"),
        ({"EMAIL_IDENTIFICATION": "acces"}, "email_format"),
        ({"IDENTIFIANT": "b" * 41}, "text_length"),
        ({"MODE_PAIEMENT": "TROC"}, "choice_expected"),
        ({"MODE_PAIEMENT": ""}, "value_missing"),
        ({"IBAN": "FR7630004500190859965184297"}, "iban_checksum"),
        ({"IBAN": ""}, "mandate_incomplete"),
        ({"BIC": "BNP"}, "bic_format"),
        ({"RUM": ""}, "mandate_incomplete"),
        ({"RUM": "RUM 1"}, "mandate_space"),
        ({"RUM": "RUM_1"}, "mandate_character"),
        ({"RUM": "R" * 36}, "text_length"),
        ({"DATE_MANDAT": ""}, "mandate_incomplete"),
        ({"DATE_MANDAT": "15/01/2026"}, "date_format"),
        ({"DATE_MANDAT": "2026-11-25"}, "mandate_to_come"),
        ({"FACTURE_DETAILLEE": "PEUT-ETRE"}, "choice_expected"),
        ({"REGIME_TVA": "CORSE"}, "choice_expected"),
        ({"TVA_INTRA": "", "REGIME_TVA": "UE_AUTOLIQUIDATION"}, "vat_number_needed"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, dict) else value,
)
def test_a_wrong_cell_is_named_with_its_reason(cells: dict[str, str], reason: str) -> None:
    assert faults(BY_DEBIT | cells) == [(2, next(iter(cells)), reason)]


def test_a_name_is_refused_with_the_character_its_position_and_a_proposal() -> None:
    plan = run(BY_TRANSFER | {"RAISON_SOCIALE": "Société d'Électricité"})
    assert [fault.params for fault in plan.faults] == [
        {"character": "é", "position": 5, "proposal": "SOCIETE D ELECTRICITE"}
    ]


@pytest.mark.parametrize("column", ["IBAN", "RUM", "DATE_MANDAT"])
def test_half_a_mandate_is_refused_whatever_the_payment_mode(column: str) -> None:
    line = BY_DEBIT | {"MODE_PAIEMENT": "VIREMENT", column: ""}
    assert faults(line) == [(2, column, "mandate_incomplete")]


@pytest.mark.parametrize("column", ["TVA_INTRA", "PAYS", "IBAN", "BIC", "RUM", "DATE_MANDAT"])
def test_columns_that_others_depend_on_must_be_there(column: str) -> None:
    assert faults(without(BY_TRANSFER, column)) == [(1, column, "column_missing")]


def test_all_faults_of_a_file_are_told_at_once_and_its_good_lines_are_not_written() -> None:
    assert faults(
        other(1),
        other(2, SIREN="123", VILLE="Évry"),
        other(3, MODE_PAIEMENT="PRELEVEMENT"),
    ) == [
        (3, "SIREN", "siren_length"),
        (3, "VILLE", "charset_character"),
        (4, "IBAN", "mandate_incomplete"),
        (4, "RUM", "mandate_incomplete"),
        (4, "DATE_MANDAT", "mandate_incomplete"),
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [("NUM_CLIENT", "C1"), ("IDENTIFIANT", "bellevue"), ("EMAIL_IDENTIFICATION", "ACCES@example.org")],
)
def test_two_lines_cannot_share_what_is_unique(column: str, value: str) -> None:
    assert faults(BY_TRANSFER, other(2) | {column: value}) == [(3, column, "given_twice")]


def test_two_lines_cannot_share_a_mandate() -> None:
    mandate = {name: BY_DEBIT[name] for name in ("IBAN", "BIC", "RUM", "DATE_MANDAT")}
    assert faults(BY_DEBIT, other(2, **mandate)) == [(3, "RUM", "given_twice")]


def test_a_login_cannot_be_the_number_that_another_line_takes_for_want_of_a_login() -> None:
    assert faults(other(1), other(2, IDENTIFIANT="C1")) == [(3, "IDENTIFIANT", "given_twice")]


def test_customers_may_share_the_one_who_pays_their_invoices() -> None:
    taken(BY_TRANSFER, other(2, EMAIL_FACTURATION="compta@example.org"))
    assert Contact.objects.filter(email="compta@example.org").count() == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [("IDENTIFIANT", "bellevue"), ("EMAIL_IDENTIFICATION", "acces@example.org"), ("RUM", "RUM-1")],
)
def test_what_another_customer_has_is_refused_with_its_name(column: str, value: str) -> None:
    taken(BY_DEBIT, other(2))
    mandate = {"IBAN": OTHER_IBAN, "RUM": "RUM-2", "DATE_MANDAT": "2026-01-15"}
    for number in (2, 3):  # known and new
        plan = run(other(number, **mandate) | {column: value})
        assert [(fault.column, fault.reason_code, fault.params) for fault in plan.faults] == [
            (column, "customer_holds", {"customer": "C1"})
        ]


def test_customers_cannot_swap_logins_in_one_file() -> None:
    taken(other(1, IDENTIFIANT="a"), other(2, IDENTIFIANT="b"))
    assert faults(other(1, IDENTIFIANT="b"), other(2, IDENTIFIANT="a")) == [
        (2, "IDENTIFIANT", "customer_holds"),
        (3, "IDENTIFIANT", "customer_holds"),
    ]


def test_a_bank_account_is_never_shown() -> None:
    taken(BY_DEBIT)
    wrong = run(BY_DEBIT | {"IBAN": OTHER_IBAN[:-1]})
    assert [fault.value for fault in wrong.faults] == ["•••"]
    (change,) = taken(BY_DEBIT | {"IBAN": OTHER_IBAN}).changed
    assert list(change.described()) == [("IBAN", "•••", "•••")]


def test_a_vat_number_of_another_siren_is_odd_but_taken() -> None:
    plan = taken(BY_TRANSFER | {"SIREN": "732829320"})
    assert [(fault.column, fault.params) for fault in plan.warnings] == [("TVA_INTRA", {"siren": "000260299"})]
    assert taken(BY_TRANSFER).warnings == []
