"""Numbers, frozen documents, claims: what happens when drafts become invoices."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.billing.choices import ItemState, RunState
from apps.billing.models import (
    BillingRun,
    Invoice,
    InvoiceLine,
    InvoiceVat,
    OneOffClaim,
    SliceClaim,
    StatementClaim,
)
from apps.billing.services import bill_period, compute_run, issue_run, open_run, verify_ledger
from apps.billing.services.leases import RunBusy, leased
from apps.billing.services.numbers import log_path, next_numbers
from apps.billing.snapshots import snapshot_of, surroundings
from apps.core.exceptions import DomainError
from apps.core.french import NBSP
from apps.core.periods import Month
from apps.customers.choices import VatRegime
from apps.documents.choices import DocumentKind, PaymentMode
from apps.lines.models import Line
from apps.usage.models import RatedRecord, Statement
from tests.factories import CustomerFactory, LineFactory, MandateFactory, OneOffChargeFactory

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
ISSUED_ON = date(2026, 11, 3)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator", "undrawn")]

Rated = Callable[..., Any]


def a_line(number: str, **fields: Any) -> Line:
    return LineFactory(
        customer=CustomerFactory(number=number), billing_start=date(2026, 10, 1), price=Decimal("10.00"), **fields
    )


def issue(**more: Any) -> BillingRun:
    return bill_period(month=OCTOBER, issue_on=ISSUED_ON, **more).run


def numbers() -> list[str | None]:
    return list(Invoice.objects.issued().order_by("position").values_list("number", flat=True))


def test_numbers_follow_the_customers_order_without_a_gap() -> None:
    for number in ("C3", "C1", "C2"):
        a_line(number)
    run = issue()
    assert run.state == RunState.DONE
    issued = run.invoices.order_by("position").values_list("customer__number", "number", "position")
    assert list(issued) == [("C1", "F2026-000001", 1), ("C2", "F2026-000002", 2), ("C3", "F2026-000003", 3)]
    assert verify_ledger().faults == []


def test_running_again_gives_the_same_invoices() -> None:
    a_line("C1")
    first = issue()
    again = bill_period(month=OCTOBER, issue_on=date(2026, 11, 20))
    assert (again.run, again.repeated) == (first, True)
    assert numbers() == ["F2026-000001"]
    assert BillingRun.objects.count() == 1


def test_drafts_have_no_number_and_are_made_again_at_will() -> None:
    line = a_line("C1")
    run = bill_period(month=OCTOBER).run
    assert run.state == RunState.REVIEW
    assert Invoice.objects.get().number is None
    line.subscriptions.update(price=Decimal("12.00"))
    compute_run(run=run)
    assert Invoice.objects.get().net == Decimal("12.00")
    assert not SliceClaim.objects.exists()


def test_what_changed_since_the_draft_is_not_issued_unseen() -> None:
    line = a_line("C1")
    a_line("C2")
    run = bill_period(month=OCTOBER).run
    line.subscriptions.update(price=Decimal("12.00"))
    issue_run(run=run, issue_on=ISSUED_ON)
    assert {item.customer.number: item.state for item in run.items.all()} == {
        "C1": ItemState.FAILED,
        "C2": ItemState.ISSUED,
    }
    assert numbers() == ["F2026-000001"]


def test_a_late_record_between_draft_and_issue_is_seen(rated: Rated) -> None:
    line = a_line("C1")
    rated(line, "1.00")
    run = bill_period(month=OCTOBER).run
    rated(line, "1.00")
    issue_run(run=run, issue_on=ISSUED_ON)
    assert numbers() == []
    assert not Statement.objects.exists()


def test_issue_claims_slices_charges_and_closes_records(rated: Rated) -> None:
    line = a_line("C1")
    OneOffChargeFactory(customer=line.customer, day=date(2026, 10, 5))
    rated(line, "1.00")
    rated(line, "0", free_by_rule=True)
    issue()
    invoice = Invoice.objects.get()
    assert SliceClaim.objects.get().month == OCTOBER.start
    assert OneOffClaim.objects.get().invoice == invoice
    statement = StatementClaim.objects.get().statement
    assert (statement.records, statement.amount) == (2, Decimal("1.000000"))
    assert not RatedRecord.objects.filter(statement__isnull=True).exists()
    assert invoice.lines.get(kind="usage").statement == statement


def test_late_records_go_on_the_next_invoice_once(rated: Rated) -> None:
    line = a_line("C1")
    rated(line, "1.00")
    issue()
    rated(line, "2.00", at="2026-10-20T08:00:00")
    bill_period(month=NOVEMBER, issue_on=date(2026, 12, 1))
    nets = Invoice.objects.issued().order_by("position").values_list("net", flat=True)
    assert list(nets) == [Decimal("11.00"), Decimal("12.00")]
    assert list(Statement.objects.order_by("sequence").values_list("sequence", "amount")) == [
        (1, Decimal("1.000000")),
        (2, Decimal("2.000000")),
    ]


def test_late_records_of_a_month_already_billed_make_a_further_invoice(rated: Rated) -> None:
    line = a_line("C1")
    a_line("C2")
    issue()
    rated(line, "2.00")
    further = issue()
    assert [str(one.net) for one in further.invoices.all()] == ["2.00"]
    assert numbers() == ["F2026-000001", "F2026-000002", "F2026-000003"]


def test_one_bad_customer_does_not_hold_up_the_others() -> None:
    a_line("C1")
    bad = CustomerFactory(number="C2", vat_regime=VatRegime.DOM_8_5)
    OneOffChargeFactory(customer=bad, day=date(2026, 10, 5), goods=True)
    a_line("C3")
    outcome = bill_period(month=OCTOBER, issue_on=ISSUED_ON)
    assert [item.customer.number for item in outcome.refused] == ["C2"]
    assert numbers() == ["F2026-000001", "F2026-000002"]


def test_a_bug_on_one_customer_is_logged_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from apps.billing.services import computing

    a_line("C1")
    a_line("C2")
    real = computing.draft_of

    def broken(facts: Any, **more: Any) -> Any:
        if facts.customer.number == "C1":
            raise ZeroDivisionError
        return real(facts, **more)

    monkeypatch.setattr(computing, "draft_of", broken)
    outcome = bill_period(month=OCTOBER, issue_on=ISSUED_ON)
    assert [item.customer.number for item in outcome.refused] == ["C1"]
    assert numbers() == ["F2026-000001"]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("mode", "account"),
    [
        (PaymentMode.DIRECT_DEBIT, "sur le compte FR76 **** **** **** **** ***4 296, mandat"),
        (PaymentMode.TRANSFER, "sur le compte FR76 3000 4500 1908 5996 5184 296 (BIC"),
    ],
)
def test_an_account_number_is_told_in_groups_that_stay_together(
    integrator: Any, mode: PaymentMode, account: str
) -> None:
    integrator.iban = "FR7630004500190859965184296"
    integrator.save()
    customer = a_line("C1").customer
    customer.payment_mode = mode
    customer.save()
    MandateFactory(customer=customer, iban="FR7630004500190859965184296")
    issue()
    text = snapshot_of(Invoice.objects.get(), surroundings()).payment.text
    number = account.removeprefix("sur le compte ").partition(", mandat")[0].partition(" (")[0]
    assert account.replace(number, number.replace(" ", NBSP)) in text


def test_a_negative_total_waits_for_the_next_invoice() -> None:
    line = a_line("C1")
    line.subscriptions.update(in_advance=True)
    issue()  # October and November
    for periods in (line.subscriptions, line.numbers, line.sims, line.states, line.tariffs):
        periods.update(end=date(2026, 10, 16))
    Line.objects.filter(pk=line.pk).update(terminated_on=date(2026, 10, 16), status="terminated")
    line.sims.get().sim.__class__.objects.update(status="terminated")
    outcome = bill_period(month=NOVEMBER, issue_on=date(2026, 12, 1))
    assert [item.state for item in outcome.refused] == [ItemState.FAILED]
    assert numbers() == ["F2026-000001"]
    OneOffChargeFactory(customer=line.customer, day=date(2026, 12, 5), price=Decimal("100.00"))
    bill_period(month=Month(2026, 12), issue_on=date(2027, 1, 2))
    # 100.00 less 16/31 of October (5.16) and the whole of November (10.00)
    assert Invoice.objects.issued().latest("position").net == Decimal("84.84")
    bill_period(month=Month(2027, 1), issue_on=date(2027, 2, 2))
    assert Invoice.objects.issued().count() == 2


def test_a_counter_restarts_with_the_year_and_the_rank_does_not() -> None:
    line = a_line("C1")
    issue()
    bill_period(month=Month(2026, 12), issue_on=date(2027, 1, 2))
    assert numbers() == ["F2026-000001", "F2027-000001"]
    assert list(Invoice.objects.order_by("position").values_list("position", flat=True)) == [1, 2]
    assert verify_ledger().faults == []
    assert line.pk


def test_no_invoice_is_dated_before_the_last_one() -> None:
    a_line("C1")
    issue()
    a_line("C2")
    with pytest.raises(DomainError):
        bill_period(month=OCTOBER, issue_on=date(2026, 11, 2))
    assert numbers() == ["F2026-000001"]
    bill_period(month=OCTOBER, issue_on=ISSUED_ON)
    assert numbers() == ["F2026-000001", "F2026-000002"]


def test_without_an_identity_nothing_is_issued(integrator: Any) -> None:
    integrator.delete()
    a_line("C1")
    with pytest.raises(DomainError):
        issue()
    assert numbers() == []


def test_only_the_customers_asked_for() -> None:
    line = a_line("C1")
    a_line("C2")
    issue(customers=[line.customer])
    assert [invoice.customer.number for invoice in Invoice.objects.all()] == ["C1"]
    issue()
    assert [invoice.customer.number for invoice in Invoice.objects.order_by("position")] == ["C1", "C2"]


def one_more_line() -> None:
    line = InvoiceLine.objects.get()
    line.pk, line.position = None, 99
    line.save()


def a_drafts_line() -> None:
    a_line("C2")
    bill_period(month=OCTOBER)
    InvoiceLine.objects.filter(invoice__number=None).update(invoice=Invoice.objects.issued().get(), position=99)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Invoice.objects.update(net=1, gross=1, vat=0),
        lambda: Invoice.objects.update(number=None),
        lambda: Invoice.objects.all()._raw_delete("default"),
        lambda: InvoiceLine.objects.update(net=1),
        lambda: InvoiceLine.objects.all()._raw_delete("default"),
        one_more_line,
        a_drafts_line,
        lambda: InvoiceVat.objects.update(amount=0),
    ],
    ids=["amounts", "number", "delete", "line", "delete line", "one more line", "a draft's line", "VAT"],
)
def test_an_issued_invoice_is_refused_by_the_database_itself(change: Callable[[], Any]) -> None:
    a_line("C1")
    issue()
    before = verify_ledger()
    with pytest.raises(DatabaseError), transaction.atomic():
        change()
    assert verify_ledger() == before
    assert before.ok


def test_the_log_has_each_number_and_a_half_written_line_is_mended() -> None:
    a_line("C1")
    issue()
    path = log_path(DocumentKind.INVOICE)
    path.write_bytes(path.read_bytes()[:-20])
    a_line("C2")
    issue()
    assert [json.loads(line)["number"] for line in path.read_text().splitlines()] == ["F2026-000001", "F2026-000002"]
    assert verify_ledger().faults == []


def test_a_log_left_behind_is_completed() -> None:
    a_line("C1")
    issue()
    log_path(DocumentKind.INVOICE).unlink()
    assert verify_ledger().faults
    a_line("C2")
    issue()
    assert verify_ledger().faults == []


def test_a_log_ahead_of_a_restored_backup_stops_issuing() -> None:
    a_line("C1")
    issue()
    path = log_path(DocumentKind.INVOICE)
    with path.open("a") as log:
        entry = json.loads(path.read_text())
        log.write(json.dumps({**entry, "position": 2, "number": "F2026-000002"}) + "\n")
    a_line("C2")
    with pytest.raises(DomainError, match="F2026-000002"):
        issue()
    assert numbers() == ["F2026-000001"]


def test_the_next_numbers_are_told_before_they_are_given() -> None:
    a_line("C1")
    assert next_numbers(DocumentKind.INVOICE, ISSUED_ON) == ["F2026-000001", "F2026-000002", "F2026-000003"]
    issue()
    assert next_numbers(DocumentKind.INVOICE, date(2027, 1, 2), 1) == ["F2027-000001"]


def test_a_run_in_other_hands_is_not_touched() -> None:
    a_line("C1")
    run = open_run(month=OCTOBER)
    with leased(run, wait_seconds=0), pytest.raises(RunBusy):
        compute_run(run=run)
    compute_run(run=run)


def test_the_lease_of_a_dead_process_is_taken_over_at_once() -> None:
    import socket

    a_line("C1")
    run = open_run(month=OCTOBER)
    from django.utils import timezone

    BillingRun.objects.filter(pk=run.pk).update(
        lease_token="gone",
        lease_holder=f"{socket.gethostname()}/999999@1",
        lease_until=timezone.now() + timedelta(hours=1),
    )
    compute_run(run=run)


def test_whoever_lost_the_lease_writes_nothing_more() -> None:
    from apps.billing.services.computing import compute_under
    from apps.billing.services.leases import LeaseLost

    a_line("C1")
    run = open_run(month=OCTOBER)
    with leased(run, wait_seconds=0) as lease:
        BillingRun.objects.update(lease_token="somebody-else")
        with pytest.raises(LeaseLost):
            compute_under(lease)
    assert not Invoice.objects.exists()
    assert BillingRun.objects.get().lease_token == "somebody-else"


def test_tampering_is_found() -> None:
    from django.db import connection

    from apps.core import guards

    a_line("C1")
    issue()
    guards.lift(connection)
    try:
        Invoice.objects.update(net=Decimal("9.00"), gross=Decimal("11.00"))
        faults = verify_ledger().faults
    finally:
        guards.install(connection)
    assert any("guard missing" in fault for fault in faults)
    assert any("totals" in fault for fault in faults)
    assert any("contradicts" in fault for fault in faults)
