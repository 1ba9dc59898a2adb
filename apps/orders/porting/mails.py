"""Mails about a port-in: the other operator lets the number go, or does not."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.customers.recipients import billing_addresses
from apps.lines.mails import LineHolder
from apps.messaging.events import Event, Placeholder, Sample, Samples, means
from apps.messaging.events import register as register_event
from apps.messaging.in_force import is_sent
from apps.messaging.services import queue_mail
from apps.orders.models import PortEvent, PortIn

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedPorting:
    """What templates see as ``porting``."""

    number: str = means(_("Telephone number that is ported"), shown="number")
    user_name: str = means(_("Who uses the line; empty where nobody is named"))
    on: date = means(_("Day of the porting"))
    reason: str = means(_("Why it is refused; empty where it is not"))
    remark: str = means(_("What was noted with the refusal; may be empty"))


def porting_context(port_in: PortIn) -> dict[str, Any]:
    """The values of the placeholders, as the port-in is now."""
    customer = port_in.line.customer
    return {
        "porting": MailedPorting(
            number=port_in.msisdn,
            user_name=port_in.line.user_name,
            on=port_in.port_on,
            reason=port_in.get_refusal_display(),
            remark=port_in.remark,
        ),
        "customer": LineHolder(number=customer.number, name=customer.legal_name or customer.name),
    }


def _search(text: str, limit: int) -> list[Sample]:
    rows = PortIn.objects.select_related("line__customer").order_by("-pk")
    found = rows.matching(text) if text.strip() else rows
    return [Sample(one.pk, f"{one.line} – {one.line.customer}") for one in found[:limit]]


def _context(pk: int) -> dict[str, Any]:
    port_in = PortIn.objects.select_related("line__customer").filter(pk=pk).first()
    if port_in is None:
        raise LookupError(pk)
    return porting_context(port_in)


def _event(code: str, title: Any, **example: str) -> Event:
    given = {"reason": "", "remark": "", **example}
    return Event.from_files(
        code=code,
        title=title,
        folder=Path(__file__).parent / "mails",
        placeholders=(
            Placeholder(
                "porting",
                pgettext_lazy("port-in", "The porting: its number, its day, why it is refused."),
                MailedPorting(number="33639980001", user_name="ALICE MARTIN", on=date(2026, 12, 8), **given),
            ),
            Placeholder(
                "customer", _("The customer: number, name."), LineHolder(number="C000001", name="Atelier Durand")
            ),
        ),
        samples=Samples(_search, _context),
        optional=True,
    )


ACCEPTED = _event("portability_accepted", _("Portability accepted"))
REFUSED = _event(
    "portability_refused",
    _("Portability refused"),
    reason="RIO incorrect",
    remark="Le RIO est celui d’un autre numéro",
)


def tell_accepted(port_in: PortIn, *, actor: User | None) -> None:
    """Tell the customer on which day its number comes to us."""
    _tell(ACCEPTED, port_in, actor)


def tell_refused(port_in: PortIn, *, actor: User | None) -> None:
    """Tell the customer that its number does not come yet, and why."""
    _tell(REFUSED, port_in, actor)


def _tell(event: Event, port_in: PortIn, actor: User | None) -> None:
    """In the caller's transaction; a mail that cannot be made (no address, no sender) never stops the porting."""
    if not is_sent(event):
        return
    to = billing_addresses(port_in.line.customer)
    if not to:
        logger.info("port-in %s: the customer of the line has no address", port_in.pk)
        return
    moment = PortEvent.objects.filter(port_in=port_in).latest("pk").pk
    try:
        with transaction.atomic():
            queue_mail(
                event=event.code,
                to=to,
                context=porting_context(port_in),
                key=f"{event.code}:{moment}",
                actor=actor,
            )
    except DomainError as refusal:
        logger.warning("port-in %s is told to nobody: %s", port_in.pk, refusal)


def register() -> None:
    register_event(ACCEPTED)
    register_event(REFUSED)
