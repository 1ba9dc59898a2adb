"""The reminder of an invoice: what it says, and how often it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.billing.mailing import CUSTOMER, EXAMPLE, mail_context, samples
from apps.billing.models import Invoice
from apps.billing.querysets import InvoiceQuerySet
from apps.documents.choices import DocumentKind
from apps.messaging.events import Event, Placeholder, means
from apps.messaging.events import register as register_event
from apps.messaging.models import Delivery
from apps.messaging.querysets import COPY_MARK

EVENT = "payment_reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What templates see as ``reminder``."""

    sent_on: date = means(_("Day of the reminder"))
    days_late: int = means(_("Days since the invoice was due; 0 where it is not overdue yet"))
    rank: int = means(_("1 for the first reminder of the invoice, 2 for the second…"))


def remindable() -> InvoiceQuerySet:
    """Issued invoices that are to be paid: no credit note, and none that one cancels."""
    owed = Invoice.objects.issued().filter(kind=DocumentKind.INVOICE, gross__gt=0)
    return owed.exclude(pk__in=Invoice.objects.issued().filter(cancels__isnull=False).values("cancels"))


def reminders_of(invoice: Invoice) -> list[Delivery]:
    """Those that were asked for, the latest first; copies that people sent of one count as that one."""
    asked = Delivery.objects.filter(key__startswith=f"{EVENT}:{invoice.pk}:").exclude(key__contains=COPY_MARK)
    return list(asked.order_by("-pk"))


def key_of(invoice: Invoice, on: date) -> str:
    """One reminder per invoice and day."""
    return f"{EVENT}:{invoice.pk}:{on.isoformat()}"


def reminder_context(invoice: Invoice, *, on: date) -> dict[str, Any]:
    """The values of the placeholders for a reminder of this day."""
    late = (on - invoice.due_date).days if invoice.due_date else 0
    earlier = [one for one in reminders_of(invoice) if one.key != key_of(invoice, on)]
    return {
        **mail_context(invoice),
        "reminder": Reminder(sent_on=on, days_late=max(late, 0), rank=len(earlier) + 1),
    }


REMINDER = Event.from_files(
    code=EVENT,
    title=_("Payment reminder"),
    folder=Path(__file__).parent / "mails",
    placeholders=(
        EXAMPLE,
        CUSTOMER,
        Placeholder(
            "reminder",
            _("The reminder: its day and its rank."),
            Reminder(sent_on=date(2026, 12, 12), days_late=10, rank=1),
        ),
    ),
    samples=samples(remindable, lambda invoice: reminder_context(invoice, on=localdate())),
    optional=True,
)


def register() -> None:
    register_event(REMINDER)
