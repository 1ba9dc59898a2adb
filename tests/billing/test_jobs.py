"""A month by jobs: what each says at its end, what it refuses, what stays when it is stopped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.choices import ItemState, JobKind, RunState
from apps.billing.models import BillingRun, Drawing, Invoice, InvoiceDocument
from apps.billing.services import bill_period, issuing, open_run, verify_ledger
from apps.billing.services.chunks import in_chunks
from apps.billing.services.drawing import take_undrawn
from apps.billing.services.launching import (
    start_drawing,
    start_generating,
    start_issuing,
    start_mailing,
    start_recomputing,
)
from apps.billing.services.leases import leased
from apps.billing.tasks import help_drawing
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.core.processes import this_process
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from apps.jobs.services import cancel_job, restart_job
from tests.billing.working import said, work_off
from tests.factories import CustomerFactory, LineFactory, UserFactory

OCTOBER = Month(2026, 10)
ISSUED_ON = date(2026, 11, 3)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator")]


@pytest.fixture
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing has its own tests; here it would only be slow."""
    from apps.documents.workshop import Drawn

    monkeypatch.setattr(
        "apps.billing.services.drawing.draw", lambda order: Drawn(order.key, f"PDF {order.key}".encode())
    )


undrawn = pytest.mark.usefixtures("_undrawn")


def some_lines(*numbers: str) -> None:
    for number in numbers:
        LineFactory(customer=CustomerFactory(number=number), billing_start=OCTOBER.start, price=Decimal("10.00"))


def drafted(*numbers: str, **more: Any) -> BillingRun:
    some_lines(*numbers)
    run = start_generating(month=OCTOBER, actor=None, **more)
    work_off()
    run.refresh_from_db()
    return run


def issued(*numbers: str) -> BillingRun:
    run = drafted(*numbers)
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    work_off()
    run.refresh_from_db()
    return run


@undrawn
def test_a_month_goes_from_generation_to_its_pdfs() -> None:
    some_lines("C1", "C2")
    run = start_generating(month=OCTOBER, actor=UserFactory())
    (generated,) = work_off()
    assert (generated.state, generated.done, generated.total) == (JobState.DONE, 2, 2)
    assert said(generated) == ["2 brouillons : 20,00 € HT, 24,00 € TTC."]
    start_issuing(run=run, issue_on=ISSUED_ON, actor=UserFactory())
    numbered, drawn = work_off()
    assert said(numbered) == ["2 factures numérotées, de F2026-000001 à F2026-000002."]
    assert (numbered.kind, drawn.kind) == (JobKind.ISSUE, JobKind.RENDER)
    assert (drawn.done, drawn.total, said(drawn)) == (2, 2, ["2 PDF édités."])
    run.refresh_from_db()
    assert (run.state, run.issue_date) == (RunState.DONE, ISSUED_ON)
    assert InvoiceDocument.objects.count() == 2


def test_customers_can_be_chosen() -> None:
    some_lines("C1", "C2", "C3")
    chosen = [CustomerFactory._meta.model.objects.get(number="C2")]
    start_generating(month=OCTOBER, customers=chosen, actor=None)
    work_off()
    assert [invoice.customer.number for invoice in Invoice.objects.all()] == ["C2"]


def test_a_month_that_has_drafts_is_generated_again_only_when_that_is_said() -> None:
    run = drafted("C1")
    some_lines("C2")
    with pytest.raises(DomainError, match="Refaire la facturation"):
        start_generating(month=OCTOBER, actor=None)
    assert start_generating(month=OCTOBER, again=True, actor=None) == run
    work_off()
    assert run.invoices.count() == 2


def test_two_people_who_generate_the_same_month_get_one_job() -> None:
    some_lines("C1")
    for person in (UserFactory(), UserFactory()):
        start_generating(month=OCTOBER, actor=person)
    assert (Job.objects.count(), BillingRun.objects.count()) == (1, 1)


def test_somebody_who_wants_other_customers_meanwhile_is_told() -> None:
    some_lines("C1")
    start_generating(month=OCTOBER, actor=None)
    with pytest.raises(DomainError, match="pour d’autres clients"):
        start_generating(month=OCTOBER, customers=[CustomerFactory()], actor=None)


def test_nothing_is_numbered_while_the_drafts_are_being_made() -> None:
    run = drafted("C1")
    start_recomputing(run=run, actor=None)
    with pytest.raises(DomainError, match="Génération des factures"):
        start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    assert not Invoice.objects.issued().exists()


def test_drafts_are_not_made_again_while_numbers_are_given() -> None:
    run = drafted("C1")
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    with pytest.raises(DomainError, match="Validation et numérotation"):
        start_recomputing(run=run, actor=None)


def test_a_date_before_the_last_invoice_is_refused_before_anything_starts() -> None:
    issued("C1")
    some_lines("C2")
    run = start_generating(month=OCTOBER, actor=None)
    work_off()
    with pytest.raises(DomainError, match="antérieure"):
        start_issuing(run=run, issue_on=date(2026, 11, 1), actor=None)
    assert not Job.objects.active().exists()


@undrawn
def test_a_month_with_nothing_left_to_bill_leads_to_the_run_that_billed_it() -> None:
    first = issued("C1")
    again = start_generating(month=OCTOBER, actor=None)
    (job,) = work_off()
    assert not BillingRun.objects.filter(pk=again.pk).exists()
    assert job.state == JobState.DONE
    assert job.result["link"] == f"/admin/billing/billingrun/{first.pk}/change/"


@undrawn
def test_a_job_that_comes_back_after_all_is_done_says_so_and_changes_nothing() -> None:
    """Its worker was killed between its last step and saying that it was over."""
    run = issued("C1")
    job = Job.objects.get(kind=JobKind.ISSUE)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    (again,) = work_off()
    assert said(again) == ["1 facture numérotée : F2026-000001."]
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_a_job_whose_run_a_command_works_on_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.billing.tasks.WAIT_SECONDS", 0.1)
    some_lines("C1")
    run = start_generating(month=OCTOBER, actor=None)
    with leased(run, wait_seconds=0):
        (job,) = work_off()
    assert (job.state, job.error) == (JobState.FAILED, "Un autre processus travaille sur ce lancement de factures.")
    restart_job(job=job, actor=None)
    (again,) = work_off()
    assert again.state == JobState.DONE


def stopping_after(calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody cancels the job while its ``calls``-th chunk is under way. Chunks hold one customer."""
    monkeypatch.setitem(in_chunks.__kwdefaults__, "size", 1)
    from apps.jobs.work import Work

    real, seen = Work.progress, [0]

    def progress(work: Work, **told: Any) -> None:
        seen[0] += 1
        if seen[0] == calls:
            Job.objects.filter(pk=work.job.pk).update(cancel_requested=True)
        real(work, **told)

    monkeypatch.setattr(Work, "progress", progress)


@undrawn
def test_issuing_that_is_cancelled_keeps_what_it_numbered_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = drafted("C1", "C2", "C3")
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    with monkeypatch.context() as somebody:
        stopping_after(2, somebody)
        (stopped,) = work_off()
    assert (stopped.state, stopped.done, stopped.total) == (JobState.CANCELLED, 1, 3)
    assert list(Invoice.objects.issued().values_list("number", flat=True)) == ["F2026-000001"]
    run.refresh_from_db()
    assert run.state == RunState.ISSUING
    start_issuing(run=run, issue_on=date(2026, 11, 20), actor=None)
    work_off()
    assert set(Invoice.objects.issued().values_list("issue_date", flat=True)) == {ISSUED_ON}
    assert Invoice.objects.issued().count() == 3
    monkeypatch.undo()
    assert verify_ledger().ok


def test_computing_that_is_cancelled_is_done_again_from_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    some_lines("C1", "C2", "C3")
    run = start_generating(month=OCTOBER, actor=None)
    with monkeypatch.context() as somebody:
        stopping_after(2, somebody)
        (stopped,) = work_off()
    assert (stopped.state, stopped.done) == (JobState.CANCELLED, 1)
    run.refresh_from_db()
    assert (run.state, run.invoices.count(), run.items.filter(state=ItemState.FAILED).count()) == (
        RunState.COMPUTING,
        1,
        0,
    )
    start_generating(month=OCTOBER, actor=None)
    work_off()
    run.refresh_from_db()
    assert (run.state, run.invoices.count()) == (RunState.REVIEW, 3)


def test_one_bad_customer_counts_and_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    run = drafted("C1", "C2")
    real = issuing._issue

    def break_on_c1(lease: Any, ids: Any, around: Any) -> Any:
        if Invoice.objects.filter(pk__in=ids, customer__number="C1").exists():
            raise DomainError("C1 est fâché.")
        return real(lease, ids, around)

    monkeypatch.setattr(issuing, "_issue", break_on_c1)
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    job = work_off()[0]
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    assert [refusal.endswith("C1 est fâché.") for refusal in job.result["refusals"]] == [True]


# --- Drawing


@undrawn
def test_drawing_that_was_cancelled_is_taken_up_again() -> None:
    run = drafted("C1")
    start_issuing(run=run, issue_on=ISSUED_ON, actor=None)
    from apps.jobs.worker import claim_job, run_job

    work = claim_job(["default"])
    assert work is not None
    run_job(work)
    cancel_job(job=Job.objects.get(kind=JobKind.RENDER), actor=None)
    run.refresh_from_db()
    assert run.state == RunState.RENDERING
    start_drawing(run=run, actor=None)
    work_off()
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_a_document_that_cannot_be_drawn_is_told_and_does_not_keep_the_run_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from apps.documents.workshop import Drawn

    monkeypatch.setattr("apps.billing.services.drawing.draw", lambda order: Drawn(order.key, fault="KeyError: logo"))
    run = issued("C1")
    assert run.state == RunState.DONE
    job = Job.objects.get(kind=JobKind.RENDER)
    assert said(job)[1:] == ["F2026-000001 ne peut pas être éditée : voir le journal du serveur."]
    assert Drawing.objects.get().fault == "KeyError: logo"


@undrawn
def test_what_somebody_draws_nobody_else_takes() -> None:
    run = drafted("C1", "C2", "C3")
    bill_like_a_command(run)
    assert [invoice.number for invoice in take_undrawn(run, size=2)] == ["F2026-000001", "F2026-000002"]
    assert set(Drawing.objects.values_list("holder", flat=True)) == {this_process()}
    assert [invoice.number for invoice in take_undrawn(run, size=2)] == ["F2026-000003"]
    assert take_undrawn(run) == []
    # A process that is gone holds nothing.
    machine = this_process().rpartition("/")[0]
    Drawing.objects.filter(invoice__number="F2026-000002").update(holder=f"{machine}/999999999@1")
    assert [invoice.number for invoice in take_undrawn(run)] == ["F2026-000002"]


@undrawn
def test_a_worker_without_a_job_helps_where_another_draws() -> None:
    run = drafted("C1", "C2")
    bill_like_a_command(run)
    assert not help_drawing()  # nobody draws
    job = start_drawing(run=run, actor=None)
    assert not help_drawing()  # nor does anybody yet
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_token="somebody")
    assert help_drawing()
    assert (InvoiceDocument.objects.count(), Drawing.objects.count()) == (2, 0)
    assert not help_drawing()


def bill_like_a_command(run: BillingRun) -> None:
    from apps.billing.services import issue_run

    issue_run(run=run, issue_on=ISSUED_ON)
    run.refresh_from_db()


def test_nothing_is_drawn_or_mailed_of_a_run_that_has_no_numbers() -> None:
    run = drafted("C1")
    for start in (start_drawing, start_mailing):
        with pytest.raises(DomainError):
            start(run=run, actor=None)
    with pytest.raises(DomainError):
        start_issuing(run=open_run(month=Month(2026, 9)), issue_on=ISSUED_ON, actor=None)
    assert not Job.objects.active().exists()


@undrawn
def test_a_command_finishes_what_a_cancelled_job_left() -> None:
    run = drafted("C1")
    bill_like_a_command(run)
    assert run.state == RunState.RENDERING
    assert bill_period(month=OCTOBER, issue_on=ISSUED_ON).run == run
    run.refresh_from_db()
    assert run.state == RunState.DONE
