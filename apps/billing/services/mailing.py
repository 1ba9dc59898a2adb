"""Giving invoices to the outbox: each once, and again only when somebody says so.

The outbox keeps the promise: the mail of an invoice has one key, so that two people, two clicks or a job that is done
twice ask for the same mail.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.billing.mailing import EVENT, mail_context
from apps.billing.models import BillingRun, Invoice, InvoiceSending
from apps.billing.services.drawing import draw_here
from apps.billing.services.rendering import invoice_pdf
from apps.core.exceptions import DomainError
from apps.core.progress import Progress, unwatched
from apps.customers.recipients import billing_addresses
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Delivery
from apps.messaging.services import Attachment, queue_mail, resend


@dataclass
class SendingReport:
    """What became of a run's invoices: given to the outbox now, before, and refused with their reasons."""

    queued: int = 0
    earlier: int = 0
    refused: list[tuple[Invoice, str]] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """How many there are of each, the refused apart."""
        said = [
            ngettext("%(count)d invoice given to the outbox.", "%(count)d invoices given to the outbox.", self.queued)
            % {"count": self.queued}
        ]
        if self.earlier:
            said.append(
                ngettext("%(count)d had been sent before.", "%(count)d had been sent before.", self.earlier)
                % {"count": self.earlier}
            )
        return said


def send_run(*, run: BillingRun, actor: User | None, progress: Progress = unwatched) -> SendingReport:
    """Give every issued invoice of ``run`` that has not been given yet to the outbox, one at a time.

    What cannot be sent (no address, one that is none, a document that cannot be drawn) never blocks the others.
    """
    issued = run.invoices.issued()
    waiting = list(issued.unsent().order_by("series", "position").values_list("pk", flat=True))
    total = issued.count()
    report = SendingReport(earlier=total - len(waiting))
    for done, pk in enumerate(waiting, start=report.earlier + 1):
        invoice = Invoice.objects.select_related("customer").get(pk=pk)
        try:
            with transaction.atomic():
                progress(done=done, total=total)  # ends it before the PDF is in the store, where nobody would find it
                _queue(invoice, actor)
            report.queued += 1
        except DomainError as refusal:
            report.refused.append((invoice, str(refusal)))
            progress(done=done, total=total)
    return report


def send_invoice(*, invoice: Invoice, actor: User | None) -> Delivery:
    """Give one invoice to the outbox; one that was sent is sent again, to the addresses that its customer has now.

    DomainError for a draft, without an address, and while the mail is on its way.
    """
    if not invoice.is_issued:
        raise DomainError(_("A draft is not sent: number it first."))
    sending = invoice.sendings.select_related("delivery").first()
    if sending is None:
        with transaction.atomic():
            return _queue(invoice, actor)
    if sending.delivery.state in (DeliveryState.QUEUED, DeliveryState.SENDING):
        raise DomainError(_("The mail with this invoice is on its way already."))
    anew = () if sending.delivery.keeps_attachments else (document_of(invoice),)
    return resend(delivery=sending.delivery, actor=actor, to=addresses_of(invoice), anew=anew)


def _queue(invoice: Invoice, actor: User | None) -> Delivery:
    """In the caller's transaction. Where the mail is there already, it stays the one that there is."""
    delivery = queue_mail(
        event=EVENT,
        to=addresses_of(invoice),
        context=mail_context(invoice),
        attachments=[document_of(invoice)],
        key=f"{EVENT}:{invoice.pk}",
        actor=actor,
    )
    InvoiceSending.objects.get_or_create(delivery=delivery, defaults={"invoice": invoice, "created_by": actor})
    return delivery


def document_of(invoice: Invoice) -> Attachment:
    return Attachment(f"{invoice.number}.pdf", "application/pdf", invoice_pdf(invoice, draw=draw_here))


def addresses_of(invoice: Invoice) -> list[str]:
    to = billing_addresses(invoice.customer)
    if not to:
        raise DomainError(_("The customer has no e-mail address for invoices."))
    return to
