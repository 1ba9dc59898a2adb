"""Giving numbers, in customer order, gapless and dated, chunk by chunk.

Lock order: run (with its lease), invoices, series, the customers' lines. Each transaction drafts its customers anew and
refuses those whose draft is not the one that was looked at; then the usage is closed into statements, numbers are taken
from the locked series, and the documents are frozen with their hash chained to the one before. A chunk that is rolled
back gives its numbers back with it. See ADR 0003.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.billing.choices import ItemState, RunState
from apps.billing.drafting import Draft, DraftLine
from apps.billing.models import BillingRun, Invoice, InvoiceLine, OneOffClaim, SliceClaim, StatementClaim
from apps.billing.services.chunks import in_chunks
from apps.billing.services.computing import STORED, Refusal, preview_run, reason_of
from apps.billing.services.leases import Lease, leased
from apps.billing.services.numbers import locked_series, next_numbers, settle_number_log, take_number
from apps.billing.snapshots import Surroundings, snapshot_of, surroundings
from apps.core.exceptions import DomainError
from apps.core.progress import Progress, unwatched
from apps.documents.canonical import canonical
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.lines.models import Line
from apps.usage.models import Statement
from apps.usage.services import close_statements
from apps.usage.services.files import loading_files


def issue_run(
    *, run: BillingRun, issue_on: date, wait_seconds: float = 0, progress: Progress = unwatched
) -> BillingRun:
    """Number the drafts of ``run``, dated ``issue_on`` (Paris); those refused keep their reason on their item.

    DomainError when the date is before the last invoice's, when a file of call records is half loaded, or when the
    numbers' log says that a backup was restored; RunBusy when another process works on the run.
    """
    with leased(run, wait_seconds=wait_seconds) as lease:
        issue_under(lease, issue_on=issue_on, progress=progress)
    run.refresh_from_db()
    return run


def issue_under(lease: Lease, *, issue_on: date, progress: Progress = unwatched) -> None:
    """The issuing itself, for whoever holds the lease; ``progress`` counts customers, those of earlier attempts too.

    An interrupted one goes on with the date it had, unless a later one has been numbered since.
    """
    with transaction.atomic():
        run = lease.locked_run()
        if run.state == RunState.RENDERING:
            return
        if run.state not in (RunState.REVIEW, RunState.ISSUING):
            raise DomainError(gettext_lazy("There are no drafts to issue in this billing run."))
        settle_number_log(DocumentKind.INVOICE)
        run.issue_date = issue_date_of(run, asked=issue_on)
        run.issue()
        run.save()
    around = surroundings()
    pending = run.invoices.drafts().filter(customer__in=run.items.filter(state=ItemState.DRAFTED).values("customer"))
    ids = list(pending.order_by("customer__number").values_list("pk", flat=True))
    # Refused ones count as done, as those that earlier attempts have refused or numbered.
    total = run.items.count()
    done = total - len(ids)

    def issue(some: Sequence[int]) -> tuple[int, list[Invoice]]:
        with transaction.atomic():
            issued = _issue(lease, some, around)
            progress(done=done + len(some), total=total)
        return len(some), issued

    def log(outcome: tuple[int, Sequence[Invoice]]) -> None:
        nonlocal done
        some, issued = outcome
        done += some
        settle_number_log(DocumentKind.INVOICE, fresh=issued)

    def refuse(invoice_id: int, fault: Exception) -> None:
        nonlocal done
        with transaction.atomic():
            run = lease.locked_run()
            customer = Invoice.objects.select_related("customer").get(pk=invoice_id).customer
            run.items.filter(customer=customer).update(state=ItemState.FAILED, reason=reason_of(fault, customer))
            progress(done=done + 1, total=total)
        done += 1

    in_chunks(ids, issue, then=log, refuse=refuse)
    settle_number_log(DocumentKind.INVOICE)
    with transaction.atomic():
        run = lease.locked_run()
        run.render()
        run.save()


def issue_date_of(run: BillingRun, *, asked: date) -> date:
    """The date that the invoices of ``run`` get: the one it has begun with, else ``asked``.

    DomainError when that is before the last invoice's date, when there is no number for it, or while call records are
    being loaded.
    """
    _refuse_half_loaded_usage()
    next_numbers(DocumentKind.INVOICE, run.issue_date or asked, 1)
    last = NumberSeries.objects.get(kind=DocumentKind.INVOICE).last_date
    if run.issue_date is not None and (last is None or run.issue_date >= last):
        return run.issue_date
    _refuse_past(asked, last=last)
    return asked


def _refuse_half_loaded_usage() -> None:
    if files := loading_files():
        raise DomainError(
            gettext_lazy("Call records are still being loaded (%(files)s): load the file again to finish it.")
            % {"files": ", ".join(files)}
        )


def _refuse_past(day: date, *, last: date | None) -> None:
    if last is not None and day < last:
        raise DomainError(
            gettext_lazy("The invoice date %(date)s is before the last invoice's (%(last)s).")
            % {"date": f"{day:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
        )


@dataclass(frozen=True, slots=True)
class _Issue:
    """One invoice about to be issued, with the draft that was made anew for it."""

    invoice: Invoice
    draft: Draft


def _issue(lease: Lease, invoice_ids: Sequence[int], around: Surroundings) -> list[Invoice]:
    run = lease.locked_run()
    assert run.issue_date is not None  # noqa: S101  # set when issuing began
    list(Invoice.objects.select_for_update().filter(pk__in=invoice_ids).order_by("pk").values_list("pk"))
    # Before the drafts: runs of two months hold the same slices, and one of them sees what the other has claimed.
    series = locked_series(DocumentKind.INVOICE)
    issues = _checked(run, _with_lines_locked(invoice_ids))
    _close_usage(issues)
    for one in issues:
        invoice = one.invoice
        invoice.counter, invoice.number = take_number(series, run.issue_date)
        invoice.series, invoice.position = series, series.position
        invoice.issue_date = run.issue_date
        invoice.due_date = around.terms_of(invoice.customer).due_date(run.issue_date)
        invoice.snapshot = snapshot_of(invoice, around).as_json()
        invoice.previous_digest = series.last_hash
        invoice.digest = series.last_hash = chained_digest(invoice.previous_digest, invoice.snapshot)
        invoice.save()
    series.save()
    _claim(issues)
    run.items.filter(customer__in=[one.invoice.customer_id for one in issues]).update(state=ItemState.ISSUED)
    return [one.invoice for one in issues]


def chained_digest(previous: str, snapshot: object) -> str:
    """SHA-256 over the digest of the document before and the canonical text of this one."""
    return hashlib.sha256(f"{previous}\n{canonical(snapshot)}".encode()).hexdigest()


def _with_lines_locked(invoice_ids: Sequence[int]) -> list[Invoice]:
    invoices = list(
        Invoice.objects.filter(pk__in=invoice_ids)
        .select_related("customer__payment_terms")
        .prefetch_related("lines", "vat_totals", "customer__addresses", "customer__mandates")
        .order_by("customer__number")
    )
    # Loads and re-ratings lock the lines they touch: nothing moves between the sums and their closing.
    customers = [invoice.customer_id for invoice in invoices]
    list(Line.objects.locked().filter(customer__in=customers).values_list("pk"))
    return invoices


def _checked(run: BillingRun, invoices: Sequence[Invoice]) -> list[_Issue]:
    """Those whose draft is still true; the others are refused, each with its reason."""
    customers = [invoice.customer for invoice in invoices]
    anew = {customer.pk: outcome for customer, outcome in preview_run(month=run.month, customers=customers)}
    issues = []
    for invoice in invoices:
        outcome = anew.get(invoice.customer_id)
        reason = _out_of_date(invoice, outcome)
        if reason:
            run.items.filter(customer=invoice.customer).update(state=ItemState.FAILED, reason=reason)
        elif isinstance(outcome, Draft):
            issues.append(_Issue(invoice, outcome))
    return issues


def _out_of_date(invoice: Invoice, outcome: Draft | Refusal | None) -> str:
    if isinstance(outcome, Refusal):
        return outcome.reason
    if outcome is None or not _same(invoice, outcome):
        return _("Something changed since the draft was computed: compute the drafts again.")
    if outcome.net < 0:
        return _("The total is negative: it is not numbered, and the next invoice will take it into account.")
    return ""


def _same(invoice: Invoice, draft: Draft) -> bool:
    def told(line: InvoiceLine | DraftLine) -> tuple[object, ...]:
        return tuple(getattr(line, name) for name in STORED)

    stored = sorted(invoice.lines.all(), key=lambda line: line.position)
    return [told(line) for line in stored] == [told(line) for line in draft.lines] and invoice.vat == draft.vat


def _close_usage(issues: Sequence[_Issue]) -> None:
    owner = {key: one for one in issues for key in one.draft.usage}
    statements = close_statements(owner)
    for statement in statements:
        _records, amount = owner[statement.line_id, statement.month].draft.usage[statement.line_id, statement.month]
        if statement.amount != amount:
            raise DomainError(gettext_lazy("The usage changed while the invoice was being issued."))
    made = Statement.objects.filter(
        pk__in=[statement.pk for statement in statements], line=OuterRef("line"), month=OuterRef("period_start")
    )
    InvoiceLine.objects.filter(invoice__in=[one.invoice for one in issues], usage_kind__gt="").update(
        statement=Subquery(made.values("pk")[:1])
    )
    StatementClaim.objects.bulk_create(
        StatementClaim(statement=statement, invoice=owner[statement.line_id, statement.month].invoice)
        for statement in statements
    )


def _claim(issues: Sequence[_Issue]) -> None:
    """Claims are made, or brought up to date where a slice billed before has been adjusted."""
    SliceClaim.objects.bulk_create(
        [
            SliceClaim(
                subscription_id=billed.subscription_id,
                month=billed.month.start,
                net=billed.net,
                discount=billed.discount,
                invoice=one.invoice,
            )
            for one in issues
            for billed in one.draft.slices
        ],
        update_conflicts=True,
        unique_fields=["subscription", "month"],
        update_fields=["net", "discount", "invoice"],
    )
    OneOffClaim.objects.bulk_create(
        OneOffClaim(charge_id=charge, invoice=one.invoice) for one in issues for charge in one.draft.charge_ids
    )
