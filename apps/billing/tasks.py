"""The long work of billing as jobs: the run's id in, a service called, sentences out. Each is safe to run twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.billing.choices import DownloadFormat, ItemState, JobKind, RunState
from apps.billing.models import BillingRun, RunItem
from apps.core import french
from apps.core.exceptions import DomainError
from apps.core.files import temporary_folder
from apps.customers.models import Customer
from apps.jobs.choices import JobState, Queue
from apps.jobs.kinds import Chore, Kind, register, register_chore
from apps.jobs.models import Job
from apps.jobs.services import start_job
from apps.jobs.work import Outcome, Work

# How long a job waits for a command that works on its run: less than a worker that is told to stop is given.
WAIT_SECONDS = 20.0
HELP_SECONDS = 2.0
REFUSALS_TOLD = 50


def compute(work: Work) -> Outcome:
    """The drafts of a month."""
    from apps.billing.services import generate_drafts

    run = _run_of(work)
    customers = list(Customer.objects.filter(pk__in=work.parameters["customers"]))
    outcome = generate_drafts(run=run, customers=customers, wait_seconds=WAIT_SECONDS, progress=work.progress)
    refusals = _told(outcome.refused)
    if outcome.repeated:
        sentence = _("There is nothing left to bill in this month: see the run that has billed it.")
        return Outcome(sentences=[sentence], refusals=refusals, link=_page(outcome.run))
    drafts = outcome.run.invoices.drafts()
    count, totals = drafts.count(), drafts.totals()
    sentence = ngettext(
        "%(count)d draft: %(net)s excluding tax, %(gross)s including tax.",
        "%(count)d drafts: %(net)s excluding tax, %(gross)s including tax.",
        count,
    ) % {"count": count, "net": french.euros(totals["net"]), "gross": french.euros(totals["gross"])}
    return Outcome(sentences=[sentence], refusals=refusals, data={"drafts": count})


def issue(work: Work) -> Outcome:
    """The numbers; the drawing of the PDFs follows as a job of its own, which several workers share."""
    from apps.billing.services import issue_run

    run = _run_of(work)
    if run.state in (RunState.REVIEW, RunState.ISSUING):  # else an earlier attempt came to its end
        day = date.fromisoformat(work.parameters["date"])
        run = issue_run(run=run, issue_on=day, wait_seconds=WAIT_SECONDS, progress=work.progress)
    if run.state == RunState.RENDERING:
        start_job(kind=JobKind.RENDER, actor=work.actor, about=run, parameters={"run": run.pk})
    numbers = list(run.invoices.issued().order_by("series", "position").values_list("number", flat=True))
    refused = run.items.filter(state=ItemState.FAILED).select_related("customer")
    return Outcome(sentences=[_issued(numbers)], refusals=_told(list(refused)), data={"issued": len(numbers)})


def _issued(numbers: list[str | None]) -> str:
    if not numbers:
        return _("No invoice could be numbered.")
    return ngettext(
        "%(count)d invoice numbered: %(first)s.",
        "%(count)d invoices numbered, from %(first)s to %(last)s.",
        len(numbers),
    ) % {"count": len(numbers), "first": numbers[0], "last": numbers[-1]}


def render(work: Work) -> Outcome:
    """The PDFs of what has been numbered; then the run is over."""
    from apps.billing.services import finish_run
    from apps.billing.services.drawing import draw_run

    run = _run_of(work)
    draw_run(run=run, progress=work.progress)
    finish_run(run=run)
    drawn = run.invoices.issued().filter(drawing=None).count()
    faulty = run.invoices.issued().exclude(drawing=None).select_related("customer")
    return Outcome(
        sentences=[ngettext("%(count)d PDF drawn.", "%(count)d PDFs drawn.", drawn) % {"count": drawn}],
        refusals=[_("%(invoice)s cannot be drawn: see the server's log.") % {"invoice": one} for one in faulty],
        data={"drawn": drawn},
    )


def download(work: Work) -> Outcome:
    """«Télécharger les factures»: one file of them all."""
    from apps.billing.services.downloading import CONTENT_TYPES, download_name, write_download

    run, format = _run_of(work), DownloadFormat(work.parameters["format"])
    with temporary_folder() as folder:
        path = Path(folder) / "download"
        count, refusals = write_download(run=run, format=format, path=path, progress=work.progress)
        with transaction.atomic():
            work.keep_file(name=download_name(run, format), content_type=CONTENT_TYPES[format], data=path)
    sentence = ngettext("%(count)d invoice in the file.", "%(count)d invoices in the file.", count) % {"count": count}
    return Outcome(sentences=[sentence], refusals=refusals, data={"invoices": count})


def mail(work: Work) -> Outcome:
    """«Envoyer les factures»: every issued invoice that has not been sent goes to the outbox."""
    from apps.billing.services.mailing import send_run

    report = send_run(run=_run_of(work), actor=work.actor, progress=work.progress)
    refusals = [f"{invoice} {invoice.customer.name}{french.NBSP}: {reason}" for invoice, reason in report.refused]
    return Outcome(
        sentences=report.sentences(),
        refusals=_shortened(refusals),
        link=reverse("admin:messaging_delivery_changelist"),
        data={"queued": report.queued, "earlier": report.earlier, "refused": len(report.refused)},
    )


def help_drawing() -> bool:
    """A chore of the workers that draw: give a hand where one of them draws a run; tells whether there was need."""
    from apps.billing.services.drawing import draw_taken, take_undrawn

    under_way = Job.objects.filter(kind=JobKind.RENDER, state=JobState.RUNNING, cancel_requested=False)
    for parameters in under_way.values_list("parameters", flat=True):
        run = BillingRun.objects.filter(pk=parameters["run"], state=RunState.RENDERING).first()
        batch = take_undrawn(run) if run is not None else []
        if batch:
            draw_taken(batch)
            return True
    return False


def _run_of(work: Work) -> BillingRun:
    run = BillingRun.objects.filter(pk=work.parameters["run"]).first()
    if run is None:
        raise DomainError(_("This billing run is no longer there: there was nothing to bill in it."))
    return run


def _page(run: BillingRun) -> str:
    return reverse("admin:billing_billingrun_change", args=[run.pk])


def _told(refused: list[RunItem]) -> list[str]:
    return _shortened([f"{item.customer}{french.NBSP}: {item.reason}" for item in refused])


def _shortened(refusals: list[str]) -> list[str]:
    more = len(refusals) - REFUSALS_TOLD
    if more <= 0:
        return refusals
    return [
        *refusals[:REFUSALS_TOLD],
        ngettext("… and %(count)d more.", "… and %(count)d more.", more) % {"count": more},
    ]


def register_kinds() -> None:
    see_runs = "billing.view_billingrun"
    for kind in (
        Kind(
            code=JobKind.COMPUTE,
            title=gettext_lazy("Generation of the invoices"),
            run=compute,
            permission=see_runs,
            starts="billing.change_billingrun",
        ),
        Kind(
            code=JobKind.ISSUE,
            title=gettext_lazy("Numbering of the invoices"),
            run=issue,
            permission=see_runs,
            starts="billing.issue_billingrun",
        ),
        Kind(
            code=JobKind.RENDER,
            title=gettext_lazy("Drawing of the PDFs"),
            run=render,
            permission=see_runs,
            starts="billing.issue_billingrun",
            queue=Queue.PDF,
        ),
        Kind(
            code=JobKind.DOWNLOAD,
            title=gettext_lazy("Download of the invoices"),
            run=download,
            permission="billing.download_billingrun",
            queue=Queue.PDF,
        ),
        Kind(
            code=JobKind.MAIL,
            title=gettext_lazy("Sending of the invoices"),
            run=mail,
            permission=see_runs,
            starts="billing.send_invoice",
        ),
    ):
        register(kind)
    register_chore(Chore(code="billing.draw", run=help_drawing, every=HELP_SECONDS, queue=Queue.PDF))
