"""A file of customers taken over again: harmless, in few queries, and nothing of the past lost."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.customers.choices import ContactRole
from apps.customers.models import Address, Contact, Customer, Mandate
from tests.customers.client_files import (
    BY_DEBIT,
    BY_TRANSFER,
    IBAN,
    OTHER_IBAN,
    TODAY,
    csv,
    email_of,
    everything,
    other,
    run,
    taken,
    without,
)
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, MandateFactory, UserFactory

pytestmark = pytest.mark.django_db

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"


# --- The second time


def test_the_same_file_again_changes_nothing() -> None:
    lines = [BY_DEBIT, other(2), other(3, FACTURE_DETAILLEE="NON")]
    taken(*lines)
    before = list(everything())
    plan = taken(*lines, today=date(2027, 1, 1))
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 3, "removed": 0}
    assert list(everything()) == before


def test_only_what_differs_is_written_and_the_history_says_who_and_from_which_file() -> None:
    taken(BY_DEBIT, other(2))
    anne = UserFactory()
    changes = {
        "NOM_LEGAL": "Bellevue SAS",
        "VILLE": "NOUVILLE",
        "EMAIL_FACTURATION": "factures@example.org",
        "FACTURE_DETAILLEE": "NON",
    }
    plan = taken(BY_DEBIT | changes, other(2), actor=anne, source="clients.csv")
    assert plan.counts() == {"new": 0, "changed": 1, "unchanged": 1, "removed": 0}
    assert list(plan.changed[0].described()) == [
        ("NOM_LEGAL", "Hôtel-Restaurant Bellevue", "Bellevue SAS"),
        ("VILLE", "VILLENEUVE", "NOUVILLE"),
        ("EMAIL_FACTURATION", "compta@example.org", "factures@example.org"),
        ("FACTURE_DETAILLEE", "OUI", "NON"),
    ]

    customer = Customer.objects.get(number="C1")
    assert (customer.legal_name, customer.without_call_detail) == ("Bellevue SAS", True)
    assert customer.addresses.get().city == "NOUVILLE"
    assert email_of(customer, ContactRole.BILLING) == "factures@example.org"
    for row, before in (
        (customer, {"legal_name": "Hôtel-Restaurant Bellevue", "without_call_detail": False}),
        (customer.addresses.get(), {"city": "VILLENEUVE"}),
        (customer.contacts.get(role=ContactRole.BILLING), {"email": "compta@example.org"}),
    ):
        now, then = row.history.all()
        assert (now.history_user, now.history_change_reason) == (anne, "clients.csv")
        assert {name: getattr(then, name) for name in before} == before
    for row in (customer.mandates.get(), customer.contacts.get(role=ContactRole.IDENTIFICATION)):
        assert row.history.count() == 1


def test_a_cell_that_was_emptied_empties() -> None:
    taken(BY_TRANSFER)
    taken(BY_TRANSFER | {"NOM_LEGAL": "", "SIREN": "", "TVA_INTRA": ""})
    customer = Customer.objects.get()
    assert (customer.legal_name, customer.siren, customer.vat_number) == ("", "", "")


def test_a_missing_column_leaves_what_is_there() -> None:
    taken(BY_TRANSFER | {"FACTURE_DETAILLEE": "NON"})
    plan = taken(without(BY_TRANSFER, "NOM_LEGAL", "SIREN", "IDENTIFIANT", "FACTURE_DETAILLEE"))
    assert plan.unchanged == 1


def test_empty_logins_and_emails_leave_what_the_customer_has() -> None:
    taken(BY_TRANSFER)
    before = list(everything())
    plan = taken(BY_TRANSFER | dict.fromkeys(["IDENTIFIANT", "EMAIL_FACTURATION", "EMAIL_IDENTIFICATION"], ""))
    assert plan.unchanged == 1
    assert list(everything()) == before


def test_one_of_several_billing_contacts_is_no_change() -> None:
    taken(BY_TRANSFER)
    ContactFactory(customer=Customer.objects.get(), email="associe@example.org")
    assert taken(BY_TRANSFER | {"EMAIL_FACTURATION": "associe@example.org"}).unchanged == 1


def test_a_customer_made_by_hand_is_completed() -> None:
    customer = CustomerFactory(number="C1", address=None, billing=None, identification=None)
    AddressFactory(customer=customer, role="delivery", city="LYON")
    taken(BY_DEBIT)
    customer.refresh_from_db()
    assert customer.login == "bellevue"
    assert [a.city for a in customer.addresses.order_by("role")] == ["LYON", "VILLENEUVE"]
    assert customer.contacts.count() == 2
    assert customer.mandates.get().reference == "RUM-1"


# --- Mandates


def test_a_new_reference_revokes_the_old_mandate_today_and_keeps_it() -> None:
    taken(BY_DEBIT)
    anne = UserFactory()
    taken(
        BY_DEBIT | {"RUM": "RUM-2", "IBAN": OTHER_IBAN, "DATE_MANDAT": "2026-11-20"},
        actor=anne,
        source="clients.csv",
    )
    old, new = Mandate.objects.order_by("pk")
    assert (old.reference, old.iban, old.revoked_on) == ("RUM-1", IBAN, TODAY)
    assert (new.reference, new.iban, new.revoked_on) == ("RUM-2", OTHER_IBAN, None)
    assert new.signed_on == date(2026, 11, 20)
    for mandate in (old, new):
        assert mandate.history.first().history_user == anne
        assert mandate.history.first().history_change_reason == "clients.csv"
    assert old.history.count() == 2


def test_the_same_reference_amends_the_mandate() -> None:
    taken(BY_DEBIT)
    taken(BY_DEBIT | {"IBAN": OTHER_IBAN, "BIC": ""})
    mandate = Mandate.objects.get()
    assert (mandate.iban, mandate.bic, mandate.revoked_on) == (OTHER_IBAN, "", None)
    assert [then.iban for then in mandate.history.all()] == [OTHER_IBAN, IBAN]


def test_a_customer_that_pays_otherwise_keeps_its_mandate() -> None:
    taken(BY_DEBIT)
    (change,) = taken(BY_TRANSFER).changed
    assert change.differences.keys() == {"payment_mode"}
    assert Mandate.objects.get().revoked_on is None


def test_a_revoked_mandate_does_not_come_back() -> None:
    taken(BY_DEBIT)
    taken(BY_DEBIT | {"RUM": "RUM-2"})
    plan = run(BY_DEBIT)
    assert [(fault.column, fault.reason_code, fault.params) for fault in plan.faults] == [
        ("RUM", "mandate_revoked", {"day": TODAY})
    ]


def test_mandates_of_other_customers_are_left_alone() -> None:
    bystander = MandateFactory()
    taken(BY_DEBIT)
    taken(BY_DEBIT | {"RUM": "RUM-2"})
    bystander.refresh_from_db()
    assert bystander.revoked_on is None


# --- Many lines


def debited(numbers: range, **cells: str) -> list[dict[str, str]]:
    mandate = {"IBAN": IBAN, "DATE_MANDAT": "2026-01-15"}
    return [other(number, **{**mandate, "RUM": f"RUM-{number}", **cells}) for number in numbers]


def queries_of(lines: list[dict[str, str]]) -> int:
    with CaptureQueriesContext(connection) as queries:
        taken(*lines)
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_lines() -> None:
    few, many = range(2), range(100, 130)
    assert queries_of(debited(few)) == queries_of(debited(many))  # new
    assert queries_of(debited(few)) == queries_of(debited(many))  # known
    changes = {"NOM_LEGAL": "Bellevue", "VILLE": "NOUVILLE", "IBAN": OTHER_IBAN}
    assert queries_of(debited(few, **changes)) == queries_of(debited(many, **changes))
    signed = [line | {"RUM": f"{line['RUM']}-B"} for numbers in (few, many) for line in debited(numbers)]
    assert queries_of(signed[: len(few)]) == queries_of(signed[len(few) :])


# --- The command


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_bytes(csv(BY_DEBIT, other(2)))
    return path


def command(path: Path) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    try:
        call_command("import_customers", str(path), "--json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_the_command_takes_a_file_over_twice(clients: Path) -> None:
    code, first = command(clients)
    assert (code, first["lines"], first["new"]) == (0, 2, 2)
    code, second = command(clients)
    assert (code, second["new"], second["changed"], second["unchanged"]) == (0, 0, 0, 2)


def test_the_sample_customers_are_taken_over_whole() -> None:
    code, report = command(DEMO / "clients.csv")
    assert (code, report["new"], report["warnings"]) == (0, 40, [])
    assert [model.objects.count() for model in (Customer, Address, Contact, Mandate)] == [40, 40, 80, 14]
    assert Customer.objects.filter(without_call_detail=True).count() == 6


def test_the_command_ends_with_1_and_says_what_is_wrong(clients: Path) -> None:
    clients.write_bytes(clients.read_bytes().replace(b"bellevue", b"C2"))
    code, report = command(clients)
    assert code == 1
    assert [(error["line"], error["column"], error["value"]) for error in report["errors"]] == [(3, "IDENTIFIANT", "")]
    assert not Customer.objects.exists()
