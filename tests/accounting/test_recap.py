"""The recap file for accounting: its columns, where each figure comes from, and who may have it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from post_office.models import Email

from apps.accounting import sending
from apps.accounting.choices import RecapFormat
from apps.accounting.exceptions import NothingIssued, UnbalancedRecap
from apps.accounting.models import RecapExport
from apps.accounting.recap import Class, Recap, RecapRow, class_of, recap_of
from apps.accounting.services import as_csv, as_xlsx, export_recap
from apps.billing.models import BillingRun, Invoice, InvoiceSending
from apps.billing.services import bill_period
from apps.catalog.choices import OfferKind
from apps.core.periods import Month
from apps.core.progress import Interrupted
from apps.customers.choices import VatRegime
from apps.customers.models import Contact, Customer
from apps.documents.choices import PaymentMode
from apps.documents.snapshot import DocumentKind
from apps.lines.choices import DiscountBasis
from apps.messaging.choices import AddressRole, DeliveryState
from apps.messaging.models import Addressee, Delivery
from apps.usage.models import RatedRecord
from tests.commands import run_command
from tests.factories import (
    CustomerFactory,
    DiscountFactory,
    IntegratorFactory,
    LineFactory,
    MandateFactory,
    OneOffChargeFactory,
    OptionFactory,
    ServiceFactory,
    SubscriptionFactory,
    UserFactory,
)
from tests.scenarios.test_sample_reseller import EXPECTED, FILES, RECORDS, TAKE_OVER

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing has its own tests; here it would only be slow."""
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)


@pytest.fixture
def company() -> None:
    IntegratorFactory()


def issue(month: Month = OCTOBER, **more: Any) -> BillingRun:
    return bill_period(month=month, issue_on=ISSUED_ON, **more).run


def a_customer(number: str, **fields: Any) -> Customer:
    customer = CustomerFactory(number=number, **fields)
    LineFactory(customer=customer, billing_start=OCTOBER.start, price=Decimal("31.00"))
    return customer


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig")), delimiter=";"))


def the_row(run: BillingRun) -> dict[str, str]:
    (row,) = table(as_csv(recap_of(run)))
    return row


def euros(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


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


# --- Files


@pytest.mark.usefixtures("company")
def test_the_xlsx_says_the_same_in_numbers_and_dates() -> None:
    a_customer("C1", name="=1+1")
    recap = recap_of(issue())
    sheet = load_workbook(BytesIO(as_xlsx(recap))).worksheets[0]
    header, shown = (dict(zip(recap.header, row, strict=True)) for row in (recap.header, sheet[2]))
    assert [cell.value for cell in sheet[1]] == list(header)
    assert shown["RAISON_SOCIALE"].value == "'=1+1"
    assert (shown["DATE_FACTURE"].value.date(), shown["DATE_FACTURE"].is_date) == (ISSUED_ON, True)
    assert (shown["TTC"].value, shown["TTC"].data_type) == (37.2, "n")
    assert sheet.max_row == 2


@pytest.mark.usefixtures("company")
def test_an_export_is_written_down() -> None:
    a_customer("C1")
    clerk = UserFactory()
    made = export_recap(run=issue(), format=RecapFormat.CSV, actor=clerk)
    export = RecapExport.objects.get()
    assert (export.exported_by, export.invoice_count, export.gross) == (clerk, 1, Decimal("37.20"))
    assert made.name.startswith("recapitulatif_2026-10_")


@pytest.mark.usefixtures("company")
def test_progress_is_told_by_chunks_and_may_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.accounting.recap.ROWS_PER_CHUNK", 2)
    for number in ("C1", "C2", "C3"):
        a_customer(number)
    run = issue()
    told: list[tuple[int, int | None]] = []

    def watch(*, done: int, total: int | None = None) -> None:
        told.append((done, total))

    recap_of(run, progress=watch)
    assert told == [(2, 3), (3, 3)]

    def stop(*, done: int, total: int | None = None) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        export_recap(run=run, format=RecapFormat.CSV, actor=None, progress=stop)
    assert not RecapExport.objects.exists()


@pytest.mark.usefixtures("company")
def test_queries_do_not_grow_with_the_invoices(django_assert_num_queries: Any) -> None:
    for number in range(3):
        a_customer(f"C{number}", payment_mode=PaymentMode.DIRECT_DEBIT)
    run = issue()
    with django_assert_num_queries(9):
        assert len(recap_of(run).rows) == 3


def test_an_empty_recap_adds_up_to_nothing() -> None:
    assert (Recap().net, Recap().gross, Recap().rates) == (Decimal("0.00"), Decimal("0.00"), [])


# --- The command


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_command_writes_the_file_and_reports(tmp_path: Path, format: str) -> None:
    a_customer("C1")
    run, file = issue(), tmp_path / "recap"
    ended = run_command("export_invoices", "--run", str(run.pk), "--format", format, "-o", str(file), "--json")
    said = json.loads(ended.out)
    assert (ended.code, said["invoices"], said["net"], said["gross"]) == (0, 1, "31.00", "37.20")
    assert file.read_bytes()[:2] == (b"PK" if format == "xlsx" else b"\xef\xbb")
    assert RecapExport.objects.get().sha256 == said["sha256"]


@pytest.mark.usefixtures("company")
def test_the_command_refuses_an_unknown_run_and_a_place_that_is_not_there(tmp_path: Path) -> None:
    a_customer("C1")
    run = issue()
    unknown = run_command("export_invoices", "--run", "999999", "--format", "csv", "-o", str(tmp_path / "x"))
    assert (unknown.code, "999999" in unknown.err) == (1, True)
    nowhere = run_command("export_invoices", "--run", str(run.pk), "--format", "csv", "-o", str(tmp_path / "no" / "x"))
    assert nowhere.code == 1
    assert not RecapExport.objects.exists()
