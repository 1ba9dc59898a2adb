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
from apps.billing.services.leases import Lease, leased
from apps.billing.vat import NoRule
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.customers.models import Customer

logger = logging.getLogger(__name__)

CHUNK = 100


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


def compute_run(*, run: BillingRun, wait_seconds: float = 0) -> BillingRun:
    """Make (or make again) the drafts of ``run``, customer by customer.

    A run killed half-way is computed again from its start. RunBusy when another process works on it for longer
    than ``wait_seconds``; DomainError once numbers have begun to be given.
    """
    with leased(run, wait_seconds=wait_seconds) as lease:
        compute_under(lease)
    run.refresh_from_db()
    return run


def compute_under(lease: Lease) -> None:
    """The computation itself, for whoever holds the lease."""
    with transaction.atomic():
        run = lease.locked_run()
        if run.state not in (RunState.DRAFT, RunState.COMPUTING, RunState.REVIEW):
            raise DomainError(gettext_lazy("Numbers have been given in this run: its drafts are not recomputed."))
        run.compute()
        run.save()
        drop_drafts(run)
        run.items.all().delete()
        customers = list((run.customers.all() if run.customers.exists() else Customer.objects.all()).order_by("number"))
    for start in range(0, len(customers), CHUNK):
        with transaction.atomic():
            lease.locked_run()
            for customer, outcome in preview_run(month=run.month, customers=customers[start : start + CHUNK]):
                _keep(run, customer, outcome)
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
            % {"regime": missing.regime, "supply": missing.supply, "rate": missing.product_rate},
        )
    except Exception:
        # One bad customer never blocks the others; the bug is logged whole.
        logger.exception("draft of customer %s", facts.customer.number)
        return Refusal(facts.customer, _("Unexpected error: see the server's log."))
    return draft if draft.lines else None


def drop_drafts(run: BillingRun) -> None:
    """Delete the run's drafts, in the caller's transaction; its items and their reasons stay."""
    drafts = Invoice.objects.drafts().filter(run=run)
    InvoiceLine.objects.filter(invoice__in=drafts).delete()
    InvoiceVat.objects.filter(invoice__in=drafts).delete()
    drafts.delete()


def _keep(run: BillingRun, customer: Customer, outcome: Draft | Refusal) -> None:
    if isinstance(outcome, Refusal):
        RunItem.objects.create(run=run, customer=customer, state=ItemState.FAILED, reason=outcome.reason)
        return
    invoice = Invoice.objects.create(
        run=run,
        customer=customer,
        period_start=outcome.period_start,
        period_end=outcome.period_end,
        net=outcome.net,
        vat=outcome.vat,
        gross=outcome.gross,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, position=position, **stored_fields(line))
        for position, line in enumerate(outcome.lines, start=1)
    )
    InvoiceVat.objects.bulk_create(
        InvoiceVat(
            invoice=invoice,
            category=part.category,
            rate=part.rate,
            base=part.base,
            amount=part.amount,
            mention=part.mention,
        )
        for part in outcome.vat_parts
    )
    RunItem.objects.create(run=run, customer=customer, state=ItemState.DRAFTED)


#: Draft fields that no column of the invoice line holds: the mention is kept per rate, the month by the statement.
UNSTORED = frozenset({"mention", "usage_month"})
STORED = tuple(name for name in DraftLine.__dataclass_fields__ if name not in UNSTORED)


def stored_fields(line: DraftLine) -> dict[str, object]:
    """The columns of the invoice line that will hold ``line``."""
    return {name: getattr(line, name) for name in STORED}
