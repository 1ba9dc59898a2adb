"""Mails about what happened to a mobile line: restricted, in service again, ended.

They are not sent until the integrator switches them on: see «Modèles d'e-mail».
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.exceptions import DomainError
from apps.customers.models import Customer
from apps.customers.recipients import billing_addresses
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.models import Line, LineOperation
from apps.messaging.events import Event, Placeholder, Sample, Samples, means
from apps.messaging.events import register as register_event
from apps.messaging.in_force import is_sent
from apps.messaging.services import queue_mail

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedLine:
    """What templates see as ``line``."""

    number: str = means(_("Telephone number of the line"), shown="number")
    user_name: str = means(_("Who uses the line; empty where nobody is named"))
    on: date = means(_("First day of what is told"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHolder:
    """What templates see as ``customer``."""

    number: str = means(_("Customer number"))
    name: str = means(_("Legal name of the customer"))


def line_context(line: Line, *, on: date) -> dict[str, Any]:
    """The values of the placeholders: ``on`` is the first day of what is told."""
    holder: Customer = line.customer
    return {
        "line": MailedLine(number=line.msisdn, user_name=line.user_name, on=on),
        "customer": LineHolder(number=holder.number, name=holder.legal_name or holder.name),
    }


def _samples(*statuses: LineStatus) -> Samples:
    """Lines in such a state, found by their number or their customer."""

    def search(text: str, limit: int) -> list[Sample]:
        lines = Line.objects.filter(status__in=statuses).exclude(msisdn="")
        found = lines.matching(text) if text.strip() else lines
        return [Sample(one.pk, f"{one} – {one.customer}") for one in found.select_related("customer")[:limit]]

    def context(pk: int) -> dict[str, Any]:
        line = Line.objects.select_related("customer").filter(pk=pk).first()
        if line is None:
            raise LookupError(pk)
        return line_context(line, on=line.terminated_on or localdate())

    return Samples(search, context)


def _event(code: str, title: Any, *statuses: LineStatus) -> Event:
    return Event.from_files(
        code=code,
        title=title,
        folder=Path(__file__).parent / "mails",
        placeholders=(
            Placeholder(
                "line",
                pgettext_lazy("mobile line", "The line: its number, its user, the day."),
                MailedLine(number="33639980001", user_name="ALICE MARTIN", on=date(2026, 11, 2)),
            ),
            Placeholder(
                "customer", _("The customer: number, name."), LineHolder(number="C000001", name="Atelier Durand")
            ),
        ),
        samples=_samples(*statuses),
        optional=True,
        sent_at_first=False,
    )


SERVING = (LineStatus.ACTIVE, LineStatus.SUSPENDED)
SUSPENDED = _event("line_suspended", _("Restriction of a line"), *SERVING)
REACTIVATED = _event("line_reactivated", _("Reactivation of a line"), *SERVING)
TERMINATED = _event("line_terminated", _("Termination of a line"), *SERVING, LineStatus.TERMINATED)
EVENTS = {
    OperationKind.RESTRICTION: SUSPENDED,
    OperationKind.REACTIVATION: REACTIVATED,
    OperationKind.TERMINATION: TERMINATED,
}


def tell(operation: LineOperation) -> None:
    """Tell the customer's «gestionnaire de facturation» what was done to its line, if such mails are wanted.

    In the caller's transaction: what is undone is told to nobody, what is kept is told once. A mail that cannot be
    made (no address, no sender) never stops the operation: the log says so.
    """
    event = EVENTS[OperationKind(operation.kind)]
    line = operation.line
    if not is_sent(event) or not line.msisdn:
        return
    to = billing_addresses(line.customer)
    if not to:
        logger.info("operation %s: the customer of the line has no address", operation.pk)
        return
    try:
        with transaction.atomic():
            queue_mail(
                event=event.code,
                to=to,
                context=line_context(line, on=operation.effective_on),
                key=f"{event.code}:{operation.pk}",
                actor=operation.actor,
            )
    except DomainError as refusal:
        logger.warning("operation %s is told to nobody: %s", operation.pk, refusal)


def register() -> None:
    for event in EVENTS.values():
        register_event(event)
