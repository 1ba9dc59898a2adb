"""What the dialogs of billing say before they act, and how they call the services.

The services are imported when they are called: they bring the libraries that draw PDFs, which no list needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.billing.choices import DownloadFormat, ItemState, JobKind, RunState
from apps.billing.models import BillingRun, Invoice
from apps.billing.precautions import precautions, to_see_to
from apps.billing.reminders import reminders_of
from apps.core import french
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.customers.recipients import billing_addresses
from apps.documents.choices import DocumentKind
from apps.jobs.models import Job
from apps.messaging.choices import DeliveryState
from apps.messaging.letterhead import letterhead
from apps.messaging.models import Delivery
from apps.usage.filters import month_name

TAKING_FURTHER = (JobKind.COMPUTE, JobKind.ISSUE, JobKind.RENDER)
NAMED = 5  # of those that a sentence is about

# --- «Générer les factures»


def preview_generation(row: None, answers: dict[str, Any]) -> list[str]:
    """The warnings of a month, and the number that its first invoice would get today."""
    month: Month = answers["month"]
    run = BillingRun.objects.unfinished().filter(period=month.start).first()
    has_drafts = run is not None and run.invoices.exists()
    if has_drafts and not answers["again"]:
        raise DomainError(
            _("The invoices of this month have been generated already: tick “Bill again” to replace them.")
        )
    found = precautions(month=month, today=localdate(), customers=answers["customers"])
    return list(_generation(month, has_drafts=has_drafts, warnings=to_see_to(found)))


def preview_recomputation(run: BillingRun, answers: dict[str, Any]) -> list[str]:
    found = precautions(month=run.month, today=localdate(), run=run)
    return list(_generation(run.month, has_drafts=run.invoices.exists(), warnings=to_see_to(found)))


def _generation(month: Month, *, has_drafts: bool, warnings: list[str]) -> Iterator[str]:
    yield _("Invoices of %(month)s.") % {"month": month_name(month.start)}
    yield from warnings
    if has_drafts:
        yield _("The drafts that have been made already are replaced.")
    yield _("Next invoice number: %(number)s.") % {"number": next_number()}


def next_number(day: date | None = None, *, rank: int = 1) -> str:
    """The number of the next invoice of ``day`` (today), or of the ``rank``-th from now."""
    from apps.billing.services.numbers import next_numbers

    return next_numbers(DocumentKind.INVOICE, day or localdate(), rank)[-1]


def generate(row: None, actor: Any, answers: dict[str, Any]) -> BillingRun:
    from apps.billing.services.launching import start_generating

    return start_generating(
        month=answers["month"], customers=list(answers["customers"]), again=answers["again"], actor=actor
    )


def recompute(run: BillingRun, actor: Any, answers: dict[str, Any]) -> BillingRun:
    from apps.billing.services.launching import start_recomputing

    return start_recomputing(run=run, actor=actor)


def can_recompute(run: BillingRun) -> bool:
    return run.state in (RunState.DRAFT, RunState.COMPUTING, RunState.REVIEW) and not _is_worked_on(run)


def _is_worked_on(run: BillingRun) -> bool:
    """Whether a job takes it to its next state: what would only say so has no button meanwhile."""
    return Job.objects.active().about(run).filter(kind__in=TAKING_FURTHER).exists()


# --- «Valider et numéroter»


def can_issue(run: BillingRun) -> bool:
    return run.state in (RunState.REVIEW, RunState.ISSUING) and not _is_worked_on(run)


def preview_issue(run: BillingRun, answers: dict[str, Any]) -> list[str]:
    """How many, from which number to which, how much; who gets none, and why; what else to look at."""
    from apps.billing.services.issuing import issue_date_of
    from apps.billing.snapshots import surroundings

    surroundings()  # refused here, as numbering would be
    day = issue_date_of(run, asked=answers["issue_on"])
    return list(_issue(run, day))


def _issue(run: BillingRun, day: date) -> Iterator[str]:
    drafts = run.invoices.drafts().filter(
        customer__in=run.items.filter(state=ItemState.DRAFTED).values("customer"), net__gte=0
    )
    count = drafts.count()
    if not count:
        raise DomainError(_("There are no drafts to issue in this billing run."))
    yield ngettext(
        "%(count)s invoice dated %(date)s: %(first)s.",
        "%(count)s invoices dated %(date)s, from %(first)s to %(last)s.",
        count,
    ) % {
        "count": french.whole(count),
        "date": french.long_day(day),
        "first": next_number(day),
        "last": next_number(day, rank=count),
    }
    yield _("Gross total: %(gross)s.") % {"gross": french.euros(drafts.totals()["gross"])}
    for item in run.items.refused().select_related("customer").order_by("customer__number")[:NAMED]:
        yield f"{item.customer}{french.NBSP}: {item.reason}"
    yield from to_see_to(precautions(month=run.month, today=localdate(), run=run))
    yield _("After this nothing changes any more: an invoice that is wrong is cancelled by a credit note.")


def issue(run: BillingRun, actor: Any, answers: dict[str, Any]) -> Job:
    from apps.billing.services.launching import start_issuing

    return start_issuing(run=run, issue_on=answers["issue_on"], actor=actor)


def can_draw(run: BillingRun) -> bool:
    return run.state == RunState.RENDERING and not _is_worked_on(run)


def draw(run: BillingRun, actor: Any, answers: dict[str, Any]) -> Job:
    from apps.billing.services.launching import start_drawing

    return start_drawing(run=run, actor=actor)


# --- «Télécharger les factures», «Envoyer les factures»


def has_invoices(run: BillingRun) -> bool:
    return run.state in (RunState.REVIEW, RunState.ISSUING, RunState.RENDERING, RunState.DONE)


def download(run: BillingRun, actor: Any, answers: dict[str, Any]) -> Job:
    from apps.billing.services.launching import start_download

    return start_download(run=run, format=DownloadFormat(answers["format"]), actor=actor)


def can_send(run: BillingRun) -> bool:
    return run.state in (RunState.RENDERING, RunState.DONE)


def preview_sending(run: BillingRun, answers: dict[str, Any]) -> list[str]:
    letterhead()  # without a sender, every one of them would be refused
    return list(_sending(run))


def _sending(run: BillingRun) -> Iterator[str]:
    issued = run.invoices.issued()
    unsent = issued.unsent()
    total, waiting, unreachable = issued.count(), unsent.count(), unsent.without_address()
    nowhere = unreachable.count()
    sent = waiting - nowhere
    yield ngettext(
        "%(count)s invoice is sent by e-mail, with its PDF.",
        "%(count)s invoices are sent by e-mail, with their PDF.",
        sent,
    ) % {"count": french.whole(sent)}
    if total > waiting:
        yield ngettext(
            "%(count)s has been sent already and is not sent again.",
            "%(count)s have been sent already and are not sent again.",
            total - waiting,
        ) % {"count": french.whole(total - waiting)}
    if nowhere:
        names = unreachable.order_by("customer__number").values_list("customer__number", flat=True)[:NAMED]
        yield ngettext(
            "%(count)s customer has no e-mail address for invoices: %(customers)s.",
            "%(count)s customers have no e-mail address for invoices: %(customers)s.",
            nowhere,
        ) % {"count": french.whole(nowhere), "customers": ", ".join(names) + (", …" if nowhere > NAMED else "")}


def send_all(run: BillingRun, actor: Any, answers: dict[str, Any]) -> Job:
    from apps.billing.services.launching import start_mailing

    letterhead()
    return start_mailing(run=run, actor=actor)


# --- «Envoyer», beside one invoice


def can_send_invoice(invoice: Invoice) -> bool:
    return invoice.is_issued


def preview_invoice(invoice: Invoice, answers: dict[str, Any]) -> list[str]:
    letterhead()
    return list(_invoice(invoice))


def _invoice(invoice: Invoice) -> Iterator[str]:
    to = billing_addresses(invoice.customer)
    if not to:
        yield _("The customer has no e-mail address for invoices.")
        return
    sending = invoice.sendings.select_related("delivery__email").first()
    if sending is not None:
        yield from _sent_already(sending.delivery)
    yield _("%(invoice)s goes to %(addresses)s.") % {"invoice": invoice, "addresses": ", ".join(to)}


def _sent_already(delivery: Delivery) -> Iterator[str]:
    said = {
        "date": french.day(localdate(delivery.sent_at or delivery.created_at)),
        "addresses": ", ".join(delivery.email.to),
        "state": delivery.get_state_display(),
    }
    if delivery.state == DeliveryState.SENT:
        yield _("It was sent on %(date)s to %(addresses)s: confirm to send it again.") % said
    elif delivery.state == DeliveryState.UNKNOWN:
        yield _("Whether the mail of %(date)s to %(addresses)s has arrived is uncertain: a copy may come twice.") % said
    elif delivery.state in (DeliveryState.QUEUED, DeliveryState.SENDING):
        yield _("The mail with this invoice is on its way already.")
    else:
        yield _("The mail of %(date)s to %(addresses)s did not leave (%(state)s): confirm to send it again.") % said


def send_invoice(invoice: Invoice, actor: Any, answers: dict[str, Any]) -> Delivery:
    from apps.billing.services.mailing import send_invoice

    return send_invoice(invoice=invoice, actor=actor)


# --- «Envoyer un rappel»


def can_remind(invoice: Invoice) -> bool:
    return invoice.is_issued and invoice.kind == DocumentKind.INVOICE and invoice.gross > 0


def preview_reminder(invoice: Invoice, answers: dict[str, Any]) -> list[str]:
    """To whom it goes, when the invoice was due, and how often it was reminded of."""
    from apps.billing.services.reminding import refuse_reminder

    letterhead()
    refuse_reminder(invoice, on=localdate())
    return list(_reminder(invoice, localdate()))


def _reminder(invoice: Invoice, today: date) -> Iterator[str]:
    to = billing_addresses(invoice.customer)
    if not to:
        raise DomainError(_("The customer has no e-mail address for invoices."))
    yield _("The reminder goes to %(addresses)s, with the invoice.") % {"addresses": ", ".join(to)}
    due = invoice.due_date or today
    if due < today:
        late = (today - due).days
        yield ngettext(
            "The invoice of %(gross)s has been due since %(date)s: %(days)d day.",
            "The invoice of %(gross)s has been due since %(date)s: %(days)d days.",
            late,
        ) % {"gross": french.euros(invoice.gross), "date": french.day(due), "days": late}
    else:
        yield _("The invoice of %(gross)s is only due on %(date)s.") % {
            "gross": french.euros(invoice.gross),
            "date": french.day(due),
        }
    earlier = reminders_of(invoice)
    if not earlier:
        yield _("It has not been reminded of yet.")
        return
    yield ngettext(
        "It has been reminded of once, on %(date)s.",
        "It has been reminded of %(count)d times, the last time on %(date)s.",
        len(earlier),
    ) % {"count": len(earlier), "date": french.day(localdate(earlier[0].created_at))}


def send_reminder(invoice: Invoice, actor: Any, answers: dict[str, Any]) -> Delivery:
    from apps.billing.services.reminding import send_reminder

    return send_reminder(invoice=invoice, on=localdate(), actor=actor)
