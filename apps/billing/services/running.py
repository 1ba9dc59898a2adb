"""A month from open run to done, for the command and the screen alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.billing.choices import ItemState, RunState
from apps.billing.models import BillingRun, RunItem
from apps.billing.services.computing import compute_under, drop_drafts
from apps.billing.services.issuing import issue_under
from apps.billing.services.leases import Lease, leased
from apps.billing.services.rendering import render_run
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.core.progress import Progress, unwatched
from apps.customers.models import Customer

# Longer than a lease: whoever waits outlives a holder that was killed.
WAIT_SECONDS = 600.0


@dataclass(frozen=True)
class RunOutcome:
    """The run that answers for a month, and the customers refused when it was last looked at.

    ``repeated``: nothing was left to bill, and ``run`` is the one that had billed the month before.
    """

    run: BillingRun
    refused: list[RunItem] = field(default_factory=list)
    repeated: bool = False


def open_run(*, month: Month, actor: User | None = None) -> BillingRun:
    """The open run of the month; it is made if there is none."""
    while True:
        run = BillingRun.objects.exclude(state=RunState.DONE).filter(period=month.start).first()
        if run is not None:
            return run
        try:
            with transaction.atomic():
                return BillingRun.objects.create(period=month.start, created_by=actor)
        except IntegrityError:
            continue  # somebody made it between the look and the leap


def bill_period(
    *,
    month: Month,
    customers: Sequence[Customer] = (),
    issue_on: date | None = None,
    actor: User | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> RunOutcome:
    """Compute the drafts of a month (of all customers unless some are given) and, with ``issue_on``, issue them.

    Safe to call again after a kill, and by two people at once: a run found half issued is finished first, then
    what is left is looked at. A month with nothing left to bill answers with the run that billed it.
    """
    while True:
        run = open_run(month=month, actor=actor)
        try:
            with leased(run, wait_seconds=wait_seconds) as lease:
                run.refresh_from_db()
                if run.state == RunState.DONE:  # somebody else's work while this call waited
                    continue
                if run.state in (RunState.ISSUING, RunState.RENDERING):
                    if issue_on is None:
                        raise DomainError(
                            _("A run of this month was interrupted while numbers were being given: issue it first.")
                        )
                    _issue(run, lease, issue_on)
                    continue
                return _bill(run, lease, customers, issue_on)
        except BillingRun.DoesNotExist:
            continue  # an empty run, dropped by whoever held it


def generate_drafts(
    *, run: BillingRun, customers: Sequence[Customer], wait_seconds: float = 0, progress: Progress = unwatched
) -> RunOutcome:
    """Compute the drafts of ``run`` for ``customers`` (all if none is given).

    A run with nothing to bill in a month that has been billed is dropped, and the outcome is the run before it.
    """
    with leased(run, wait_seconds=wait_seconds) as lease:
        return _compute(run, lease, customers, progress)


def finish_run(*, run: BillingRun) -> None:
    """Close a run whose invoices are issued and drawn; refused drafts are dropped, their reasons stay."""
    with transaction.atomic():
        run = BillingRun.objects.select_for_update().get(pk=run.pk)
        if run.state == RunState.DONE:
            return
        if run.state != RunState.RENDERING:
            raise DomainError(_("This billing run is not ready to be closed."))
        drop_drafts(run)
        run.finish()
        run.finished_at = timezone.now()
        run.save()


def _bill(run: BillingRun, lease: Lease, customers: Sequence[Customer], issue_on: date | None) -> RunOutcome:
    outcome = _compute(run, lease, customers)
    if issue_on is None or outcome.repeated:
        return outcome
    _issue(run, lease, issue_on)
    return RunOutcome(run, _refused(run))


def _compute(
    run: BillingRun, lease: Lease, customers: Sequence[Customer], progress: Progress = unwatched
) -> RunOutcome:
    with transaction.atomic():
        if lease.locked_run().state in (RunState.DRAFT, RunState.COMPUTING, RunState.REVIEW):
            run.customers.set(customers)
    compute_under(lease, progress=progress)
    run.refresh_from_db()
    previous = BillingRun.objects.filter(period=run.period, state=RunState.DONE).order_by("-pk").first()
    if previous is not None and not run.invoices.exists():
        refused = _refused(run)
        run.delete()
        return RunOutcome(previous, refused, repeated=True)
    return RunOutcome(run, _refused(run))


def _refused(run: BillingRun) -> list[RunItem]:
    return list(run.items.filter(state=ItemState.FAILED).select_related("customer"))


def _issue(run: BillingRun, lease: Lease, issue_on: date) -> None:
    issue_under(lease, issue_on=issue_on)
    render_run(run=run, lease=lease)
    finish_run(run=run)
    run.refresh_from_db()
