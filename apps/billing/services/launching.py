"""Starting the long work of a run as jobs, and refusing at once what the job would refuse.

Computing and issuing have one key per run: asked for twice they are done once, and neither begins under the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.choices import DownloadFormat, JobKind, RunState
from apps.billing.models import BillingRun
from apps.billing.services.issuing import issue_date_of
from apps.billing.services.running import open_run
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.jobs.models import Job
from apps.jobs.services import start_job


def start_generating(
    *, month: Month, customers: Sequence[Customer] = (), again: bool = False, actor: User | None
) -> BillingRun:
    """Have the drafts of a month made; the open run of the month, whose page shows how far they are.

    DomainError when the month has drafts already and ``again`` is not said, when numbers are being given, or when
    the drafts are just being made for other customers.
    """
    while True:
        run = open_run(month=month, actor=actor)
        try:
            with transaction.atomic():
                run = BillingRun.objects.select_for_update().get(pk=run.pk)
                if run.state == RunState.REVIEW and not again and run.invoices.exists():
                    raise DomainError(
                        _("The invoices of this month have been generated already: tick “Bill again” to replace them.")
                    )
                _compute(run, (customer.pk for customer in customers), actor)
                return run
        except BillingRun.DoesNotExist:
            continue  # an empty run, dropped by the job that computed it


def start_recomputing(*, run: BillingRun, actor: User | None) -> BillingRun:
    """Have the drafts of a run made again, for the customers that it had."""
    with transaction.atomic():
        run = BillingRun.objects.select_for_update().get(pk=run.pk)
        _compute(run, run.customers.values_list("pk", flat=True), actor)
    return run


def _compute(run: BillingRun, customers: Iterable[int], actor: User | None) -> Job:
    if run.state in (RunState.ISSUING, RunState.RENDERING, RunState.DONE):
        raise DomainError(_("Numbers have been given in this run: its drafts are not recomputed."))
    asked = sorted(customers)
    job = _start(JobKind.COMPUTE, run, actor, key=working_on(run), customers=asked)
    if job.parameters["customers"] != asked:
        raise DomainError(_("The invoices of this month are just being generated for other customers: wait for them."))
    return job


def start_issuing(*, run: BillingRun, issue_on: date, actor: User | None) -> Job:
    """Have the drafts of a run numbered, dated ``issue_on``, and their PDFs drawn.

    DomainError as :func:`~apps.billing.services.issuing.issue_run` has it, and while the drafts are being made.
    """
    with transaction.atomic():
        run = BillingRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in (RunState.REVIEW, RunState.ISSUING):
            raise DomainError(_("There are no drafts to issue in this billing run."))
        if run.state == RunState.REVIEW and not run.invoices.drafts().exists():
            raise DomainError(_("There are no drafts to issue in this billing run."))
        issue_date_of(run, asked=issue_on)
        return _start(JobKind.ISSUE, run, actor, key=working_on(run), date=issue_on.isoformat())


def start_drawing(*, run: BillingRun, actor: User | None) -> Job:
    """Have the PDFs of a numbered run drawn, and the run closed."""
    if run.state != RunState.RENDERING:
        raise DomainError(_("There is nothing to draw in this billing run."))
    return _start(JobKind.RENDER, run, actor)


def start_mailing(*, run: BillingRun, actor: User | None) -> Job:
    """Have the run's invoices that have not been sent given to the outbox."""
    if not run.invoices.issued().exists():
        raise DomainError(_("Nothing of this run has been issued yet: drafts are not sent."))
    return _start(JobKind.MAIL, run, actor)


def start_download(*, run: BillingRun, format: DownloadFormat, actor: User | None) -> Job:
    """Have the run's invoices put into one file: the issued ones, or the drafts as long as none is."""
    if not run.invoices.exists():
        raise DomainError(_("There are no invoices in this billing run."))
    return _start(JobKind.DOWNLOAD, run, actor, key=f"{JobKind.DOWNLOAD} {run.pk} {format}", format=str(format))


def working_on(run: BillingRun) -> str:
    """The key of what only one job does to a run at a time."""
    return f"billing.run {run.pk}"


def _start(kind: JobKind, run: BillingRun, actor: User | None, *, key: str = "", **parameters: object) -> Job:
    return start_job(kind=kind, actor=actor, about=run, key=key, parameters={"run": run.pk, **parameters})
