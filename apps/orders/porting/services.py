"""The life of a port-in: asked of the other operator, accepted or refused, ported on its day (DOMAIN §2)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.orders.choices import PortState
from apps.orders.models import MobileItem, PortEvent, PortIn
from apps.orders.porting import calendar
from apps.orders.porting.checking import faults_of_porting


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
        item=item,
        line=line,
        msisdn=item.msisdn,
        holder=item.holder,
        rio=item.rio,
        port_on=port_on,
        state=PortState.TO_SEND,
        next_on=calendar.working_day(today),
    )
    PortEvent.objects.create(
        port_in=port_in, actor=actor, before=PortState.DRAFT, after=PortState.TO_SEND, rio=item.rio, port_on=port_on
    )
    return port_in
