"""The run that is worked on, as «Lancement des factures» and its own page show it: figures, buttons, invoices, jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from apps.billing.choices import DocumentState, JobKind, RunState, SendingState
from apps.billing.dialogs import next_number
from apps.billing.models import BillingRun, Invoice
from apps.billing.precautions import precautions
from apps.core.admin import ServiceDialog
from apps.core.admin.columns import status
from apps.core.exceptions import DomainError
from apps.jobs.models import Job
from apps.jobs.panels import lately, shown
from apps.messaging.choices import IN_TROUBLE, DeliveryState
from apps.usage.filters import month_name

INVOICES_SHOWN = 50
#: While these last, there is something to look at before the next step.
BEFORE_NUMBERS = (RunState.DRAFT, RunState.COMPUTING, RunState.REVIEW, RunState.ISSUING)


@dataclass(frozen=True, slots=True)
class Button:
    """What opens a dialog."""

    title: Any
    link: str
    icon: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One invoice of the run."""

    invoice: Invoice
    document: SafeString | str
    sending: SafeString | str


def buttons(admin: Any, request: HttpRequest, dialogs: Sequence[ServiceDialog], run: BillingRun | None) -> list[Button]:
    """Those that this user may use on this run now."""
    return [
        Button(
            dialog.title,
            reverse(f"admin:billing_billingrun_{dialog.name}", args=[] if run is None else [run.pk]),
            dialog.icon or "",
            dialog.variant.value == "primary",
        )
        for dialog in dialogs
        if dialog.offered(admin, request, run)
    ]


def run_shown_first() -> BillingRun | None:
    """The month being worked on: the latest run that is not over, else the latest."""
    runs = BillingRun.objects.with_totals().select_related("created_by")
    return runs.unfinished().order_by("-period", "-pk").first() or runs.order_by("-period", "-pk").first()


def figures_of(run: BillingRun) -> dict[str, Any]:
    """Counts and sums of a run with its totals: what has been numbered, drawn and sent of it."""
    counts: dict[str, Any] = run.invoices.with_sending_state().aggregate(
        drafts=Count("pk", filter=Q(number=None)),
        issued=Count("pk", filter=~Q(number=None)),
        sent=Count("pk", filter=Q(sending_state=DeliveryState.SENT)),
        queued=Count("pk", filter=Q(sending_state__in=[DeliveryState.QUEUED, DeliveryState.SENDING])),
        in_trouble=Count("pk", filter=Q(sending_state__in=IN_TROUBLE)),
    )
    issued = run.invoices.issued()
    ends = [issued.order_by(order).values_list("number", flat=True).first() for order in ("position", "-position")]
    return {
        **counts,
        "month": month_name(run.period),
        "state": status(RunState(run.state)),
        "drawn": issued.filter(documents__part="front").count(),
        "first": ends[0],
        "last": ends[1],
        "vat_total": run.gross_total - run.net_total,  # type: ignore[attr-defined]
    }


def rows_of(run: BillingRun) -> Iterator[Row]:
    invoices = run.invoices.with_sending_state().with_document_state().select_related("customer")
    for invoice in invoices.order_by("customer__number", "pk")[:INVOICES_SHOWN]:
        yield Row(invoice, document_badge(invoice), sending_badge(invoice))


def document_badge(invoice: Any) -> SafeString | str:
    """Of an invoice with its document's state; a draft is drawn when it is looked at."""
    if not invoice.is_issued:
        return ""
    if invoice.is_drawn:
        return status(DocumentState.READY)
    return status(DocumentState.FAULTY if invoice.drawing_fault else DocumentState.WAITING)


def sending_badge(invoice: Any) -> SafeString | str:
    """Of an invoice with its sending state."""
    if not invoice.is_issued:
        return ""
    return status(DeliveryState(invoice.sending_state) if invoice.sending_state else SendingState.UNSENT)


def jobs_of(run: BillingRun | None, request: HttpRequest) -> list[dict[str, Any]]:
    """The latest jobs about the run. Without one, also those whose run had nothing to bill and is gone."""
    if not request.user.has_perm("jobs.view_job"):
        return []
    jobs = Job.objects.filter(kind=JobKind.COMPUTE) if run is None else Job.objects.about(run)
    return [shown(job, request) for job in lately(jobs.seen_by(request.user))]


def next_number_or_reason() -> str:
    """Or why there is none: the page is where one sees that."""
    try:
        return next_number()
    except DomainError as refusal:
        return str(refusal)


def workspace(admin: Any, request: HttpRequest, run: BillingRun | None, *, on_list: bool) -> dict[str, Any]:
    """What ``billing/launch.html`` shows."""
    above = admin.list_dialogs() if on_list else []
    if run is None:
        return {"above": buttons(admin, request, above, None), "jobs": jobs_of(None, request)}
    left, right, middle = admin.placed_dialogs()
    jobs = jobs_of(run, request)
    if on_list:
        # One that was done for nothing has lost its run: it is told here.
        latest = jobs_of(None, request)[:1]
        jobs += [one for one in latest if one["job"].pk > max((other["job"].pk for other in jobs), default=0)]
    may_see_invoices = request.user.has_perm("billing.view_invoice")
    return {
        "run": run,
        "page": reverse("admin:billing_billingrun_change", args=[run.pk]),
        "invoice_list": reverse("admin:billing_invoice_changelist"),
        "outbox": reverse("admin:messaging_delivery_changelist"),
        "above": buttons(admin, request, above, None),
        "left": buttons(admin, request, left, run),
        "right": buttons(admin, request, right, run),
        "middle": buttons(admin, request, middle, run),
        "jobs": jobs,
        "next_number": next_number_or_reason(),
        "precautions": []
        if on_list or run.state not in BEFORE_NUMBERS
        else precautions(month=run.month, today=localdate(), run=run),
        "rows": list(rows_of(run)) if may_see_invoices else [],
        "may_send": request.user.has_perm("billing.send_invoice"),
        "on_list": on_list,
        **figures_of(run),
    }
