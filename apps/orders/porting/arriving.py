"""What a port-in does to its line: the number arrives and the line serves, or it does not (ADR 0018)."""

from __future__ import annotations

import logging
from datetime import date

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.models import Line
from apps.lines.services import cancel_pending_line, reactivate_line, suspend_line
from apps.orders.choices import OPEN_PORTINGS, PortRefusal, PortState
from apps.orders.models import PortIn
from apps.orders.porting.services import locked, move, refuse_unless_possible
from apps.orders.services.activating import activate_item

logger = logging.getLogger(__name__)

#: A number can arrive: the other operator has let it go.
EXPECTED = (PortState.ELIGIBLE, PortState.SCHEDULED)


@transaction.atomic
def mark_ported(*, port_in: PortIn, actor: User | None, today: date) -> PortIn:
    """The number is ours: its line serves from the porting day on, which has come.

    DomainError where the line cannot serve; nothing is changed then.
    """
    port_in = _locked_with_customer(port_in)
    refuse_unless_possible(port_in, *EXPECTED)
    if port_in.port_on > today:
        raise DomainError(too_early(port_in))
    _begin_service(port_in, actor=actor, today=today)
    return move(port_in, "port", actor=actor, today=today)


@transaction.atomic
def mark_failed(*, port_in: PortIn, code: PortRefusal, remark: str, actor: User | None, today: date) -> PortIn:
    """The day came and the number did not; it can be corrected and sent again.

    A line that serves by then is restricted from that day on and not billed until the number does arrive: what was
    done to it stays in its dated history, and nothing that was rated or invoiced is touched.
    """
    port_in = _locked_with_customer(port_in)
    refuse_unless_possible(port_in, *EXPECTED, PortState.PORTED)
    if port_in.port_on > today:
        raise DomainError(
            _("The porting is for %(day)s: it cannot have failed yet.") % {"day": f"{port_in.port_on:%d/%m/%Y}"}
        )
    if port_in.state == PortState.PORTED and port_in.line.status == LineStatus.ACTIVE:
        reason = _("The porting of the number failed.")
        suspend_line(line=port_in.line, on=port_in.port_on, today=today, actor=actor, billed=False, reason=reason)
    return move(port_in, "fail", code=code, remark=remark, actor=actor, today=today)


@transaction.atomic
def cancel_port_in(*, port_in: PortIn, reason: str, actor: User | None, today: date) -> PortIn:
    """The customer keeps its number where it is: the line never serves, its card is free for another.

    DomainError where the line serves already: it is then terminated like any other.
    """
    port_in = _locked_with_customer(port_in)
    if port_in.line.status not in (LineStatus.PENDING, LineStatus.CANCELLED):
        raise DomainError(_("The line %(line)s has served: terminate it instead.") % {"line": port_in.line})
    port_in = move(port_in, "cancel", remark=reason, actor=actor, today=today)
    if port_in.line.status == LineStatus.PENDING:
        cancel_pending_line(line=port_in.line, on=today, actor=actor, reason=reason)
    return port_in


def line_cancelled(*, line: Line, actor: User | None) -> None:
    """A line that waited will never serve: whoever cancelled it, its number is no longer asked for."""
    port_in = PortIn.objects.filter(line=line).first()
    if port_in is not None and (port_in := locked(port_in)).state in OPEN_PORTINGS:
        move(port_in, "cancel", remark=_("The line was cancelled."), actor=actor, today=localdate())


def _locked_with_customer(port_in: PortIn) -> PortIn:
    """Locked in the order of all that sells: the customer first (:mod:`apps.orders.services.locking`)."""
    Customer.objects.locked().get(pk=port_in.line.customer_id)
    return locked(port_in)


def too_early(port_in: PortIn) -> str:
    return _("This number is ported on %(day)s only: if it came earlier, fix the day first.") % {
        "day": f"{port_in.port_on:%d/%m/%Y}"
    }


def _begin_service(port_in: PortIn, *, actor: User | None, today: date) -> None:
    """The line serves from the porting day on: for the first time, or again where an earlier porting had failed."""
    line = port_in.line
    if line.status == LineStatus.PENDING:
        activate_item(item=port_in.item, on=port_in.port_on, msisdn=port_in.msisdn, actor=actor, today=today)
    elif line.status == LineStatus.SUSPENDED:
        reason = _("The number has been ported.")
        reactivate_line(line=line, on=port_in.port_on, today=today, actor=actor, reason=reason)
    elif line.status != LineStatus.ACTIVE:
        raise DomainError(
            _("The line %(line)s is “%(status)s”: this cannot be done to it.")
            % {"line": line, "status": line.get_status_display()}
        )


# --- By itself


def port_due(*, today: date) -> int:
    """Put the lines in service whose number arrives today, or should have: how many.

    Each in a transaction of its own: a worker that is killed leaves each done or not begun, and one that cannot be done
    stops no other. It stays «scheduled», late, with the reason as its remark, and is tried again.
    """
    due = PortIn.objects.filter(state=PortState.SCHEDULED, port_on__lte=today).order_by("port_on", "pk")
    done = 0
    for port_in in list(due):
        try:
            mark_ported(port_in=port_in, actor=None, today=today)
            done += 1
        except DomainError as refusal:
            told = " ".join([str(refusal), *refusal.reasons])[:200]
            # Not for one that another worker, or a person, has done meanwhile.
            PortIn.objects.filter(pk=port_in.pk, state=PortState.SCHEDULED).exclude(remark=told).update(remark=told)
            logger.warning("port-in %s waits: %s", port_in.pk, told)
    return done
