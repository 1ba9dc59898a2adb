"""Giving numbers: one transaction per invoice, in customer order, gapless and dated.

Lock order: run (with its lease), invoice, the customer's lines, series. Each transaction drafts the customer anew and
refuses if the result is not the draft that was looked at; then the usage is closed into statements, the number is
taken from the locked series, and the document is frozen with its hash chained to the one before.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.billing.choices import ItemState, RunState
from apps.billing.drafting import Draft
from apps.billing.models import (
    BillingRun,
    Invoice,
    InvoiceLine,
    OneOffClaim,
    RunItem,
    SliceClaim,
    StatementClaim,
)
from apps.billing.services.computing import STORED, Refusal, preview_run
from apps.billing.services.leases import Lease, LeaseLost, leased
from apps.billing.services.numbers import settle_number_log, take_number
from apps.billing.snapshots import Surroundings, snapshot_of, surroundings
from apps.core.exceptions import DomainError
from apps.documents.canonical import canonical
from apps.documents.choices import DocumentKind
from apps.lines.models import Line
from apps.usage.services import close_statement

logger = logging.getLogger(__name__)


def issue_run(*, run: BillingRun, issue_on: date, wait_seconds: float = 0) -> BillingRun:
    """Number the drafts of ``run``, dated ``issue_on`` (Paris); those refused keep their reason on their item.

    DomainError when the date is before the last invoice's, or when the numbers' log says that a backup was
    restored; RunBusy when another process works on the run.
    """
    with leased(run, wait_seconds=wait_seconds) as lease:
        issue_under(lease, issue_on=issue_on)
    run.refresh_from_db()
    return run


def issue_under(lease: Lease, *, issue_on: date) -> None:
    """The issuing itself, for whoever holds the lease. An interrupted one goes on with the date it had."""
    with transaction.atomic():
        run = lease.locked_run()
        if run.state == RunState.RENDERING:
            return
        if run.state not in (RunState.REVIEW, RunState.ISSUING):
            raise DomainError(gettext_lazy("There are no drafts to issue in this billing run."))
        settle_number_log(DocumentKind.INVOICE)
        _refuse_earlier(issue_on if run.issue_date is None else run.issue_date)
        run.issue()
        run.issue_date = run.issue_date or issue_on
        run.save()
    around = surroundings()
    pending = run.invoices.drafts().filter(customer__in=_items(run, ItemState.DRAFTED).values("customer"))
    for invoice_id in pending.order_by("customer__number").values_list("pk", flat=True):
        _issue_or_refuse(lease, invoice_id, around)
    settle_number_log(DocumentKind.INVOICE)
    with transaction.atomic():
        run = lease.locked_run()
        run.render()
        run.save()


def _refuse_earlier(day: date) -> None:
    last = Invoice.objects.issued().filter(kind=DocumentKind.INVOICE).aggregate(last=Max("issue_date"))["last"]
    if last is not None and day < last:
        raise DomainError(
            gettext_lazy("The invoice date %(date)s is before the last invoice's (%(last)s).")
            % {"date": f"{day:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
        )


def _items(run: BillingRun, state: ItemState) -> Iterable[RunItem]:
    return run.items.filter(state=state)


def _issue_or_refuse(lease: Lease, invoice_id: int, around: Surroundings) -> None:
    try:
        with transaction.atomic():
            invoice = _issue_one(lease, invoice_id, around)
    except LeaseLost:
        raise
    except Exception as refusal:
        if not isinstance(refusal, DomainError):
            logger.exception("issue of draft %s", invoice_id)
        reason = str(refusal) if isinstance(refusal, DomainError) else _("Unexpected error: see the server's log.")
        with transaction.atomic():
            run = lease.locked_run()
            customer = Invoice.objects.get(pk=invoice_id).customer
            run.items.filter(customer=customer).update(state=ItemState.FAILED, reason=reason)
    else:
        settle_number_log(DocumentKind.INVOICE, upto=invoice)


def _issue_one(lease: Lease, invoice_id: int, around: Surroundings) -> Invoice:
    run = lease.locked_run()
    invoice = Invoice.objects.select_for_update().select_related("customer").get(pk=invoice_id)
    # Loads and re-ratings lock the lines they touch: nothing moves between the sums and their closing.
    list(Line.objects.select_for_update().filter(customer=invoice.customer).order_by("pk").values_list("pk"))
    draft = _draft_still_true(run, invoice)
    if draft.net < 0:
        raise DomainError(
            gettext_lazy("The total is negative: it is not numbered, and the next invoice will take it into account.")
        )
    _close_usage(invoice, draft)
    assert run.issue_date is not None  # set when issuing began
    series, counter, number = take_number(DocumentKind.INVOICE, run.issue_date)
    invoice.series, invoice.counter, invoice.number = series, counter, number
    invoice.position = series.position
    invoice.issue_date = run.issue_date
    invoice.due_date = around.terms_of(invoice.customer).due_date(run.issue_date)
    invoice.snapshot = snapshot_of(invoice, around).as_json()
    invoice.previous_digest = series.last_hash
    invoice.digest = chained_digest(invoice.previous_digest, invoice.snapshot)
    series.last_hash = invoice.digest
    series.save()
    invoice.save()
    _claim(invoice, draft)
    run.items.filter(customer=invoice.customer).update(state=ItemState.ISSUED)
    return invoice


def chained_digest(previous: str, snapshot: object) -> str:
    """SHA-256 over the digest of the document before and the canonical text of this one."""
    return hashlib.sha256(f"{previous}\n{canonical(snapshot)}".encode()).hexdigest()


def _draft_still_true(run: BillingRun, invoice: Invoice) -> Draft:
    outcomes = [outcome for _customer, outcome in preview_run(month=run.month, customers=[invoice.customer])]
    if not outcomes or isinstance(outcomes[0], Refusal):
        reason = outcomes[0].reason if outcomes else _("there is nothing left to bill")
        raise DomainError(gettext_lazy("The draft is out of date: %(reason)s") % {"reason": reason})
    draft = outcomes[0]
    stored = list(invoice.lines.order_by("position").values_list(*STORED))
    if stored != [tuple(getattr(line, name) for name in STORED) for line in draft.lines] or invoice.vat != draft.vat:
        raise DomainError(gettext_lazy("Something changed since the draft was computed: compute the drafts again."))
    return draft


def _close_usage(invoice: Invoice, draft: Draft) -> None:
    for (line_id, month), (records, amount) in draft.usage.items():
        statement = close_statement(line_id=line_id, month=month)
        if statement.amount != amount:
            raise DomainError(gettext_lazy("The usage changed while the invoice was being issued."))
        InvoiceLine.objects.filter(
            invoice=invoice, line_id=line_id, usage_kind__gt="", period_start=month
        ).update(statement=statement)
        StatementClaim.objects.create(statement=statement, invoice=invoice)


def _claim(invoice: Invoice, draft: Draft) -> None:
    for billed in draft.slices:
        SliceClaim.objects.update_or_create(
            subscription_id=billed.subscription_id,
            month=billed.month.start,
            defaults={"net": billed.net, "discount": billed.discount, "invoice": invoice},
        )
    OneOffClaim.objects.bulk_create(OneOffClaim(charge_id=charge, invoice=invoice) for charge in draft.charge_ids)
