"""The recap file for accounting: its columns, where each figure comes from, and who may have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from post_office.models import Email

from apps.accounting import sending
from apps.accounting.exceptions import NothingIssued, UnbalancedRecap
from apps.accounting.recap import Class, Recap, RecapRow, class_of, recap_of
from apps.accounting.services import as_csv
from apps.billing.models import BillingRun, Invoice, InvoiceSending
from apps.billing.services import bill_period
from apps.catalog.choices import OfferKind
from apps.customers.choices import VatRegime
from apps.customers.models import Contact, Customer
from apps.documents.choices import PaymentMode
from apps.documents.snapshot import DocumentKind
from apps.lines.choices import DiscountBasis
from apps.messaging.choices import AddressRole, DeliveryState
from apps.messaging.models import Addressee, Delivery
from apps.usage.models import RatedRecord
from tests.accounting.runs import ISSUED_ON, OCTOBER, a_customer, euros, issue, table, the_row
from tests.commands import run_command
from tests.factories import (
    DiscountFactory,
    MandateFactory,
    OneOffChargeFactory,
    OptionFactory,
    ServiceFactory,
    SubscriptionFactory,
)
from tests.scenarios.test_sample_reseller import EXPECTED, FILES, RECORDS, TAKE_OVER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]


# --- The sample reseller, to the cent


@pytest.fixture
def sample(company: None) -> BillingRun:
    for command, (file, *arguments) in TAKE_OVER.items():
        assert run_command(command, str(FILES / file), *arguments).code == 0
    assert run_command("load_cdrs", str(RECORDS)).code == 0
    return issue()


def test_the_recap_of_the_sample_run_has_the_expected_amounts(sample: BillingRun) -> None:
    rows = table(as_csv(recap_of(sample)))
    assert [row["NUM_FACTURE"] for row in rows] == [f"F2026-{n:06d}" for n in range(1, 41)]
    for row in rows:
        expected = {name: Decimal(amount) for name, amount in EXPECTED["customers"][row["NUM_CLIENT"]].items()}
        assert euros(row["HT_CONSOS"]) == expected.get("usage", 0)
        assert euros(row["HT_ABONNEMENTS"]) == expected["recurring"]
        assert (row["HT_SERVICES"], row["HT_MATERIEL"]) == ("0,00", "0,00")
        assert sum(euros(row[name]) for name in row if name.startswith("TVA_")) == expected["vat"]
        assert sum(euros(row[name]) for name in row if name.startswith("BASE_")) == expected["net"]
        assert (euros(row["HT_TOTAL"]), euros(row["TTC"])) == (expected["net"], expected["gross"])
    assert {name for name in rows[0] if name.startswith("BASE_")} == {"BASE_20", "BASE_8,5", "BASE_0"}
    assert sum(euros(row["TTC"]) for row in rows) == Decimal(EXPECTED["total_gross"])


# --- Columns


@pytest.mark.usefixtures("company")
def test_a_row_says_what_the_invoice_says() -> None:
    a_customer(
        "C1",
        name="SOCIETE D ELECTRICITE",
        legal_name="Société d'Électricité",
        siren="732829320",
        auxiliary_account="411ELEC",
        payment_mode=PaymentMode.TRANSFER,
    )
    Contact.objects.update(email="compta@client.example")
    recap = recap_of(issue())
    assert ";".join(recap.header) == (
        "NUM_FACTURE;TYPE;DATE_FACTURE;DATE_ECHEANCE;NUM_CLIENT;RAISON_SOCIALE;SIREN;COMPTE_AUX;PERIODE_DU;PERIODE_AU;"
        "HT_ABONNEMENTS;HT_CONSOS;HT_SERVICES;HT_MATERIEL;HT_TOTAL;BASE_20;TVA_20;TTC;MODE_PAIEMENT;RUM;IBAN_MASQUE;"
        "EMAIL;STATUT_ENVOI"
    )
    (row,) = table(as_csv(recap))
    due = Invoice.objects.get().due_date
    assert due is not None
    assert list(row.values()) == [
        *("F2026-000001", "FACTURE", "03/11/2026", f"{due:%d/%m/%Y}", "C1", "SOCIETE D ELECTRICITE", "732829320"),
        *("411ELEC", "01/10/2026", "31/10/2026", "31,00", "0,00", "0,00", "0,00", "31,00", "31,00", "6,20", "37,20"),
        *("Virement", "", "", "compta@client.example", sending.NOT_SENT),
    ]


@pytest.mark.usefixtures("company")
def test_what_became_of_the_customer_meanwhile_changes_no_row() -> None:
    customer = a_customer("C1", name="AVANT", siren="732829320")
    run = issue()
    before = the_row(run)
    customer.name, customer.siren, customer.payment_mode = "APRES", "552100554", PaymentMode.CASH
    customer.save()
    assert the_row(run) == before
    assert before["RAISON_SOCIALE"] == "AVANT"


@pytest.mark.usefixtures("company")
def test_the_auxiliary_account_is_the_customers_number_until_one_is_given() -> None:
    customer = a_customer("C1")
    run = issue()
    assert the_row(run)["COMPTE_AUX"] == "C1"
    Customer.objects.filter(pk=customer.pk).update(auxiliary_account="411C1")
    assert the_row(run)["COMPTE_AUX"] == "411C1"


@pytest.mark.usefixtures("company")
def test_a_direct_debit_names_the_mandate_of_its_day_and_masks_the_account() -> None:
    customer = a_customer("C1", payment_mode=PaymentMode.DIRECT_DEBIT)
    mandate = MandateFactory(customer=customer, reference="RUM-1", signed_on=date(2026, 1, 5))
    run = issue()
    before = the_row(run)
    assert (before["MODE_PAIEMENT"], before["RUM"]) == ("Prélèvement SEPA", "RUM-1")
    iban = before["IBAN_MASQUE"].replace(" ", "")
    assert (iban[:4], iban[-4:], set(iban[4:-4])) == (mandate.iban[:4], mandate.iban[-4:], {"*"})

    mandate.revoked_on = date(2026, 11, 20)
    mandate.save()
    MandateFactory(customer=customer, reference="RUM-2", signed_on=date(2026, 11, 20))
    assert the_row(run) == before


@pytest.mark.usefixtures("company")
def test_who_pays_otherwise_shows_no_mandate() -> None:
    MandateFactory(customer=a_customer("C1", payment_mode=PaymentMode.TRANSFER))
    row = the_row(issue())
    assert (row["RUM"], row["IBAN_MASQUE"]) == ("", "")


@pytest.mark.usefixtures("company")
def test_the_mail_address_is_that_of_the_billing_manager_today() -> None:
    a_customer("C1")
    run = issue()
    Contact.objects.update(email="compta@client.example")
    assert the_row(run)["EMAIL"] == "compta@client.example"
    Contact.objects.all().delete()
    assert the_row(run)["EMAIL"] == ""


@pytest.mark.usefixtures("company")
def test_the_state_of_sending_is_that_of_the_latest_mail() -> None:
    a_customer("C1")
    run = issue()
    invoice = run.invoices.get()

    def sent(key: str, state: DeliveryState, address: str, at: str | None = None) -> None:
        mail = Delivery.objects.create(
            event="invoice",
            key=key,
            email=Email.objects.create(subject="Facture", from_email="a@b.example", to=[address]),
            state=state,
            sent_at=None if at is None else datetime.fromisoformat(at),
            created_at=datetime.fromisoformat("2026-11-03T09:00:00+01:00"),
        )
        Addressee.objects.create(delivery=mail, role=AddressRole.TO, address=address)
        Addressee.objects.create(delivery=mail, role=AddressRole.BCC, address="archive@b.example")
        InvoiceSending.objects.create(invoice=invoice, delivery=mail)

    sent("invoice:1", DeliveryState.REFUSED, "ancienne@client.example")
    row = the_row(run)
    assert (row["EMAIL"], row["STATUT_ENVOI"]) == ("ancienne@client.example", "Refusée")
    # Half past eleven in the evening, Greenwich time: the day after in Paris.
    sent("invoice:1#2", DeliveryState.SENT, "nouvelle@client.example", at="2026-11-03T23:30:00+00:00")
    row = the_row(run)
    assert (row["EMAIL"], row["STATUT_ENVOI"]) == ("nouvelle@client.example", "Envoyée le 04/11/2026")


def test_every_state_of_a_mail_has_its_word() -> None:
    assert sending.STATES.keys() == set(DeliveryState)


@pytest.mark.usefixtures("company")
def test_each_rate_of_the_selection_has_its_two_columns() -> None:
    for number, regime in [("C1", VatRegime.METROPOLE), ("C2", VatRegime.DOM_8_5), ("C3", VatRegime.EXEMPT_294)]:
        a_customer(number, vat_regime=regime)
    recap = recap_of(issue())
    assert [name for name in recap.header if name.startswith(("BASE", "TVA"))] == [
        *("BASE_20", "TVA_20", "BASE_8,5", "TVA_8,5", "BASE_0", "TVA_0"),
    ]
    rows = table(as_csv(recap))
    assert [
        [row[name] for name in ("BASE_20", "TVA_20", "BASE_8,5", "TVA_8,5", "BASE_0", "TVA_0")] for row in rows
    ] == [
        ["31,00", "6,20", "0,00", "0,00", "0,00", "0,00"],
        ["0,00", "0,00", "31,00", "2,64", "0,00", "0,00"],
        ["0,00", "0,00", "0,00", "0,00", "31,00", "0,00"],
    ]


# --- Classes


@pytest.mark.usefixtures("company")
def test_every_kind_of_line_has_its_class(rated: Callable[..., RatedRecord]) -> None:
    customer = a_customer("C1")
    line = customer.lines.get()
    plan = line.subscriptions.get()
    day = OCTOBER.start
    DiscountFactory(subscription=plan, percent=Decimal(10), amount=None)
    SubscriptionFactory(line=line, customer=customer, offer=OptionFactory(), price=Decimal("5.00"), start=day)
    service = SubscriptionFactory(
        line=line, customer=customer, offer=ServiceFactory(), kind=OfferKind.SERVICE, price=Decimal("4.00"), start=day
    )
    DiscountFactory(subscription=service, percent=Decimal(25), amount=None)
    equipment = ServiceFactory(kind=OfferKind.EQUIPMENT)
    SubscriptionFactory(
        line=line, customer=customer, offer=equipment, kind=OfferKind.EQUIPMENT, price=Decimal("8.00"), start=day
    )
    OneOffChargeFactory(customer=customer, line=line, price=Decimal("10.00"), quantity=1, day=day, goods=False)
    OneOffChargeFactory(customer=customer, line=line, price=Decimal("99.00"), quantity=2, day=day, goods=True)
    rated(line, "2.00")
    rated(line, "3.00", destination="SVA", prefix="338", special=True)
    DiscountFactory(
        basis=DiscountBasis.USAGE, subscription=None, line=line, percent=Decimal(50), amount=None, months=None
    )

    row = the_row(issue())
    assert {name: row[name] for name in Class} == {
        Class.SUBSCRIPTIONS: "32,90",  # 31 - 10 %, and 5
        Class.USAGE: "2,50",  # 2 and 3, less 50 %
        Class.SERVICES: "13,00",  # 4 - 25 %, and 10
        Class.GOODS: "206,00",  # 8, and twice 99
    }
    assert row["HT_TOTAL"] == "254,40"


@pytest.mark.parametrize(
    ("kind", "offer_kind", "shown"),
    [
        ("subscription", "plan", Class.SUBSCRIPTIONS),
        ("discount", "option", Class.SUBSCRIPTIONS),
        ("discount", "service", Class.SERVICES),
        ("one_off", None, Class.SERVICES),
    ],
)
def test_a_class_follows_from_the_kind_and_from_what_a_discount_is_taken_on(
    kind: str, offer_kind: str | None, shown: Class
) -> None:
    assert class_of(kind=kind, goods=False, usage_kind="", offer_kind=offer_kind) == shown
    assert class_of(kind=kind, goods=True, usage_kind="", offer_kind=offer_kind) == Class.GOODS
    assert class_of(kind=kind, goods=False, usage_kind="voice", offer_kind=offer_kind) == Class.USAGE


# --- What is refused


@pytest.mark.usefixtures("company")
def test_drafts_are_not_exported() -> None:
    a_customer("C1")
    run = bill_period(month=OCTOBER).run
    with pytest.raises(NothingIssued):
        recap_of(run)


RIGHT = RecapRow(
    number="F1",
    kind=DocumentKind.INVOICE,
    issue_date=ISSUED_ON,
    due_date=ISSUED_ON,
    customer_number="C1",
    name="X",
    siren="",
    auxiliary_account="",
    period_start=OCTOBER.start,
    period_end=OCTOBER.end,
    classes=dict.fromkeys(Class, Decimal("2.50")),
    net=Decimal("10.00"),
    vat={Decimal(20): (Decimal("10.00"), Decimal("2.00"))},
    gross=Decimal("12.00"),
    payment_mode="",
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"net": Decimal("10.01")},
        {"gross": Decimal("12.01")},
        {"classes": dict.fromkeys(Class, Decimal("2.51"))},
        {"vat": {Decimal(20): (Decimal("10.01"), Decimal("2.00"))}},
        {"vat": {Decimal(20): (Decimal("10.00"), Decimal("2.01"))}},
    ],
)
def test_an_invoice_whose_parts_do_not_add_up_leaves_in_no_file(wrong: dict[str, Any]) -> None:
    RIGHT.check()
    with pytest.raises(UnbalancedRecap, match="F1"):
        replace(RIGHT, **wrong).check()


def test_a_credit_note_is_a_negative_row() -> None:
    row = replace(
        RIGHT,
        kind=DocumentKind.CREDIT_NOTE,
        classes={one: -amount for one, amount in RIGHT.classes.items()},
        net=-RIGHT.net,
        vat={Decimal(20): (Decimal("-10.00"), Decimal("-2.00"))},
        gross=-RIGHT.gross,
    )
    row.check()
    recap = Recap([RIGHT, row])
    assert (recap.net, recap.gross) == (0, 0)
    shown = table(as_csv(recap))
    assert [(one["TYPE"], one["HT_TOTAL"], one["TVA_20"], one["TTC"]) for one in shown] == [
        ("FACTURE", "10,00", "2,00", "12,00"),
        ("AVOIR", "-10,00", "-2,00", "-12,00"),
    ]
