"""Reminding a customer of an invoice: by hand, once a day at most."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.models import Invoice
from apps.billing.reminders import EVENT, REMINDER, key_of, remindable, reminder_context
from apps.billing.services.mailing import addresses_of, document_of
from apps.core.exceptions import DomainError
from apps.messaging.in_force import is_sent
from apps.messaging.models import Delivery
from apps.messaging.services import queue_mail


def send_reminder(*, invoice: Invoice, on: date, actor: User | None) -> Delivery:
    """Give a reminder of ``invoice`` with its PDF to the outbox, for the addresses that its customer has now.

    Asked twice at the same moment, one leaves. DomainError: what cannot be reminded of, one of this day, reminders
    that are switched off, no address.
    """
    refuse_reminder(invoice, on=on)
    with transaction.atomic():
        return queue_mail(
            event=EVENT,
            to=addresses_of(invoice),
            context=reminder_context(invoice, on=on),
            attachments=[document_of(invoice)],
            key=key_of(invoice, on),
            actor=actor,
        )


def refuse_reminder(invoice: Invoice, *, on: date) -> None:
    """DomainError with the reason why there is no reminder of ``invoice`` on this day."""
    if not is_sent(REMINDER):
        raise DomainError(_("Payment reminders are switched off in “E-mail templates”."))
    if not remindable().filter(pk=invoice.pk).exists():
        raise DomainError(_("There is nothing to pay on this document: it is not reminded of."))
    if Delivery.objects.filter(key=key_of(invoice, on)).exists():
        raise DomainError(_("A reminder of this invoice was asked for today already: see the outbox."))
