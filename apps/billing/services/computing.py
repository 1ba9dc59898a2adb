"""Making the drafts of a run. Costs nothing: drafts are replaced at will, nothing issued is touched."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.billing.choices import ItemState, RunState
from apps.billing.drafting import Draft, DraftLine, draft_of
from apps.billing.facts import Facts, Rules, facts_of, rules_now
from apps.billing.models import BillingRun, Invoice, InvoiceLine, InvoiceVat, RunItem
from apps.billing.services.chunks import in_chunks
from apps.billing.services.leases import Lease, leased
from apps.billing.vat import NoRule
from apps.core.exceptions import DomainError
from apps.core.french import decimal_text
from apps.core.periods import Month
from apps.core.progress import Progress, unwatched
from apps.customers.models import Customer

logger = logging.getLogger(__name__)

CHUNK = 100
ROWS = 500  # per insert


@dataclass(frozen=True)
class Refusal:
    """Why one customer gets no draft."""

    customer: Customer
    reason: str


def preview_run(*, month: Month, customers: Sequence[Customer]) -> Iterator[tuple[Customer, Draft | Refusal]]:
    """What a run would make of each customer, in order, without writing anything. Those with nothing are left out."""
    rules = rules_now()
    for start in range(0, len(customers), CHUNK):
        for facts in facts_of(customers[start : start + CHUNK], run=month):
            outcome = _draft_or_refusal(facts, month, rules)
            if outcome is not None:
                yield facts.customer, outcome


def compute_run(*, run: BillingRun, wait_seconds: float = 0, progress: Progress = unwatched) -> BillingRun:
    """Make (or make again) the drafts of ``run``, customer by customer.

    A run killed half-way is computed again from its start. RunBusy when another process works on it for longer
    than ``wait_seconds``; DomainError once numbers have begun to be given.
    """
    with leased(run, wait_seconds=wait_seconds) as lease:
        compute_under(lease, progress=progress)
    run.refresh_from_db()
    return run


def compute_under(lease: Lease, *, progress: Progress = unwatched) -> None:
    """The computation itself, for whoever holds the lease; ``progress`` counts customers.

    Interrupted, it leaves the run COMPUTING, to be computed again from its start.
    """
    with transaction.atomic():
        run = lease.locked_run()
        if run.state not in (RunState.DRAFT, RunState.COMPUTING, RunState.REVIEW):
            raise DomainError(gettext_lazy("Numbers have been given in this run: its drafts are not recomputed."))
        run.compute()
        run.save()
        drop_drafts(run)
        run.items.all().delete()
        customers = list((run.customers.all() if run.customers.exists() else Customer.objects.all()).order_by("number"))

    done = 0

    def told(some: int) -> None:
        progress(done=done + some, total=len(customers))

    def compute(some: Sequence[Customer]) -> int:
        with transaction.atomic():
            lease.locked_run()
            _keep(run, list(preview_run(month=run.month, customers=some)))
            told(len(some))
        return len(some)

    def count(some: int) -> None:
        nonlocal done
        done += some

    def refuse(customer: Customer, fault: Exception) -> None:
        with transaction.atomic():
            lease.locked_run()
            _keep(run, [(customer, Refusal(customer, reason_of(fault, customer)))])
            told(1)
        count(1)

    in_chunks(customers, compute, then=count, refuse=refuse)
    with transaction.atomic():
        run = lease.locked_run()
        run.review()
        run.save()


def _draft_or_refusal(facts: Facts, month: Month, rules: Rules) -> Draft | Refusal | None:
    try:
        draft = draft_of(facts, run=month, rules=rules)
    except NoRule as missing:
        return Refusal(
            facts.customer,
            _("No VAT rule for the regime %(regime)s, %(supply)s at %(rate)s %%.")
            % {"regime": missing.regime, "supply": missing.supply, "rate": decimal_text(missing.product_rate)},
        )
    except Exception as fault:  # noqa: BLE001  # one bad customer never blocks the others
        return Refusal(facts.customer, reason_of(fault, facts.customer))
    return draft if draft.lines else None


def reason_of(fault: Exception, customer: Customer) -> str:
    """What to tell about ``fault``: its sentence, or, for a bug, that it is in the log."""
    if isinstance(fault, DomainError):
        return str(fault)
    logger.error("billing of customer %s", customer.number, exc_info=fault)
    return _("Unexpected error: see the server's log.")


def drop_drafts(run: BillingRun) -> None:
    """Delete the run's drafts, in the caller's transaction; its items and their reasons stay."""
    drafts = Invoice.objects.drafts().filter(run=run)
    InvoiceLine.objects.filter(invoice__in=drafts).delete()
    InvoiceVat.objects.filter(invoice__in=drafts).delete()
    drafts.delete()


def _keep(run: BillingRun, outcomes: Sequence[tuple[Customer, Draft | Refusal]]) -> None:
    drafts = [(customer, outcome) for customer, outcome in outcomes if isinstance(outcome, Draft)]
    refusals = [outcome for _customer, outcome in outcomes if isinstance(outcome, Refusal)]
    invoices = Invoice.objects.bulk_create(
        Invoice(
            run=run,
            customer=customer,
            period_start=draft.period_start,
            period_end=draft.period_end,
            net=draft.net,
            vat=draft.vat,
            gross=draft.gross,
        )
        for customer, draft in drafts
    )
    made = [(invoice, draft) for invoice, (_customer, draft) in zip(invoices, drafts, strict=True)]
    InvoiceLine.objects.bulk_create(
        [
            InvoiceLine(invoice=invoice, position=position, **stored_fields(line))
            for invoice, draft in made
            for position, line in enumerate(draft.lines, start=1)
        ],
        batch_size=ROWS,
    )
    InvoiceVat.objects.bulk_create(
        InvoiceVat(invoice=invoice, **{name: getattr(part, name) for name in VAT_FIELDS})
        for invoice, draft in made
        for part in draft.vat_parts
    )
    RunItem.objects.bulk_create(
        [RunItem(run=run, customer=invoice.customer, state=ItemState.DRAFTED) for invoice, _draft in made]
        + [RunItem(run=run, customer=one.customer, state=ItemState.FAILED, reason=one.reason) for one in refusals]
    )


VAT_FIELDS = ("category", "rate", "base", "amount", "mention")
#: Draft fields that no column of the invoice line holds: the mention is kept per rate, the month by the statement.
UNSTORED = frozenset({"mention", "usage_month"})
STORED = tuple(name for name in DraftLine.__dataclass_fields__ if name not in UNSTORED)


def stored_fields(line: DraftLine) -> dict[str, object]:
    """The columns of the invoice line that will hold ``line``."""
    return {name: getattr(line, name) for name in STORED}
