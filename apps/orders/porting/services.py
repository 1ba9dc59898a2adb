"""A port-in between us and the other operator: asked for, accepted or refused, its day fixed (DOMAIN §2).

What happens to the line is in :mod:`apps.orders.porting.arriving`.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.lines.models import Line
from apps.orders.choices import PortRefusal, PortState
from apps.orders.models import MobileItem, PortEvent, PortIn
from apps.orders.porting.agenda import next_day
from apps.orders.porting.checking import check_day, check_rio, check_working_day, faults_of_porting
from apps.orders.porting.mails import tell_accepted, tell_refused

#: What has not been sent, or came back, can still be put right.
CORRECTABLE = (PortState.TO_SEND, PortState.REFUSED, PortState.FAILED)


@transaction.atomic
def open_port_in(*, item: MobileItem, line: Line, actor: User | None, today: date, bounds: bool = True) -> PortIn:
    """Ask for the number of a line that was just sold and waits for it: it is to be sent to the other operator.

    In the transaction that validates the order. DomainError, with every reason, when the RIO is not that of the number
    or no number can be ported on the day; ``bounds`` false is for those who may choose a day out of bounds.
    """
    port_on = item.port_on
    if port_on is None:
        raise LookupError(f"item {item.pk} brings no number along")
    reasons = list(faults_of_porting(rio=item.rio, msisdn=item.msisdn, day=port_on, today=today, bounds=bounds))
    if reasons:
        raise DomainError(_("The number cannot be ported like this."), reasons=reasons)
    port_in = PortIn.objects.create(
        item=item, line=line, msisdn=item.msisdn, holder=item.holder, rio=item.rio, port_on=port_on
    )
    return settle(port_in, PortState.DRAFT, actor=actor, today=today)


@transaction.atomic
def mark_sent(*, port_in: PortIn, actor: User | None, today: date) -> PortIn:
    """The request is with the other operator. DomainError where its day has passed: it would be refused."""
    port_in = locked(port_in)
    refuse_unless_possible(port_in, PortState.TO_SEND)
    check_working_day(port_in.port_on, today=today)
    return move(port_in, "send", actor=actor, today=today)


@transaction.atomic
def mark_eligible(*, port_in: PortIn, actor: User | None, today: date) -> PortIn:
    """The other operator lets the number go on the day that was asked for. The customer is told."""
    port_in = move(locked(port_in), "accept", actor=actor, today=today)
    tell_accepted(port_in, actor=actor)
    return port_in


@transaction.atomic
def mark_refused(*, port_in: PortIn, code: PortRefusal, remark: str, actor: User | None, today: date) -> PortIn:
    """The other operator says no, and why. The customer is told."""
    port_in = move(locked(port_in), "refuse", code=code, remark=remark, actor=actor, today=today)
    tell_refused(port_in, actor=actor)
    return port_in


@transaction.atomic
def schedule(*, port_in: PortIn, day: date, actor: User | None, today: date) -> PortIn:
    """The day is fixed, or fixed anew, by both operators; the line begins to serve on it by itself.

    It is a fact of theirs and not a choice, so that the customer's bounds do not hold; a Sunday is still none. The
    customer is told of a day other than the one it knows.
    """
    port_in = locked(port_in)
    known = port_in.port_on
    port_in.port_on = check_working_day(day, today=today)
    port_in = move(port_in, "schedule", actor=actor, today=today)
    if day != known:
        tell_accepted(port_in, actor=actor)
    return port_in


@transaction.atomic
def correct(
    *, port_in: PortIn, rio: str, holder: str, day: date, actor: User | None, today: date, bounds: bool = True
) -> PortIn:
    """Put right what was wrong with what is not sent yet, or was refused, or failed: it is to be sent (again).

    ``bounds`` as in :func:`open_port_in`. What was agreed on the order stays there.
    """
    port_in = locked(port_in)
    refuse_unless_possible(port_in, *CORRECTABLE)
    if not holder.strip():
        raise DomainError(_("Say who holds the number at the other operator."))
    port_in.rio = check_rio(rio, port_in.msisdn)
    port_in.holder = holder.strip()
    if day != port_in.port_on or day < today:
        check_day(day, today=today, bounds=bounds)
    port_in.port_on = day
    if port_in.state != PortState.TO_SEND:
        return move(port_in, "correct", actor=actor, today=today)
    return settle(port_in, PortState.TO_SEND, actor=actor, today=today)


# --- What all of them share


def locked(port_in: PortIn) -> PortIn:
    """The port-in as it is now, locked until the caller's transaction ends."""
    found: PortIn = PortIn.objects.select_for_update(of=("self",)).select_related("line__customer").get(pk=port_in.pk)
    return found


def refuse_unless_possible(port_in: PortIn, *states: PortState) -> None:
    """DomainError naming the state of a port-in to which something cannot be done."""
    if port_in.state not in states:
        raise impossible(port_in)


def impossible(port_in: PortIn) -> DomainError:
    return DomainError(
        _("The porting of %(number)s is “%(state)s”: this cannot be done to it.")
        % {"number": national(port_in.msisdn), "state": port_in.get_state_display()}
    )


def move(
    port_in: PortIn,
    transition: str,
    *,
    actor: User | None,
    today: date,
    code: PortRefusal | str = "",
    remark: str = "",
) -> PortIn:
    """Bring a locked port-in on by one of its transitions, and write down who did it."""
    before = PortState(port_in.state)
    try:
        getattr(port_in, transition)()
    except TransitionNotAllowed:
        raise impossible(port_in) from None
    port_in.refusal, port_in.remark = code, remark.strip()[:200]
    return settle(port_in, before, actor=actor, today=today)


def settle(port_in: PortIn, before: PortState, *, actor: User | None, today: date) -> PortIn:
    """Save it with what is due next, and the journal."""
    port_in.next_on = next_day(PortState(port_in.state), port_on=port_in.port_on, today=today)
    port_in.save()
    PortEvent.objects.create(
        port_in=port_in,
        actor=actor,
        before=before,
        after=port_in.state,
        refusal=port_in.refusal,
        remark=port_in.remark,
        rio=port_in.rio,
        port_on=port_in.port_on,
    )
    return port_in
