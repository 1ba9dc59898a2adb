"""Lines that are sold and do not serve yet: they wait for their day, their number, or their porting.

A pending line has no periods and no charges: :func:`~apps.lines.services.opening.open_lines` gives it all of that on
the day on which it begins to serve. Whoever sells lines holds the customer's row while it does, and is told by the slot
``lines.line_cancelled`` that a line will never serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.core.slots import notify
from apps.customers.models import Customer
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.models import Line, LineNumber
from apps.lines.services.periods import journal, not_ended, refuse_unless

#: Who wants to know. They get ``line`` and ``actor``, in the transaction that cancels it.
LINE_CANCELLED: Final = "lines.line_cancelled"


@transaction.atomic
def create_pending_line(
    *,
    customer: Customer,
    msisdn: str = "",
    user_name: str = "",
    commitment_months: int = 0,
    on: date,
    actor: User | None,
    reason: str = "",
    noted: Mapping[str, object] | None = None,
) -> Line:
    """A line that is sold and waits; ``msisdn`` is empty until it has a number. ``noted`` goes to the journal."""
    line = Line.objects.create(
        customer=customer, msisdn=msisdn, user_name=user_name, commitment_months=commitment_months
    )
    after = {"status": LineStatus.PENDING, "msisdn": msisdn, **(noted or {})}
    journal(line, OperationKind.ORDER, actor=actor, on=on, reason=reason, after=after)
    return line


@transaction.atomic
def assign_number(*, line: Line, msisdn: str, on: date, actor: User | None, reason: str = "") -> Line:
    """Note the number (digits, E.164) that a pending line will have. DomainError where somebody has it."""
    line = _pending(line)
    refuse_taken_number(msisdn, on=on, except_for=line)
    before, line.msisdn = line.msisdn, msisdn
    line.save()
    journal(
        line,
        OperationKind.NUMBER,
        actor=actor,
        on=on,
        reason=reason,
        before={"msisdn": before},
        after={"msisdn": msisdn},
    )
    return line


@transaction.atomic
def cancel_pending_line(*, line: Line, on: date, actor: User | None, reason: str = "") -> Line:
    """Give a line up that has not begun to serve; what was kept for it is free. DomainError for any other line."""
    # The customer first: as whoever validates its orders or brings its lines to serve.
    Customer.objects.locked().get(pk=line.customer_id)
    line = _pending(line)
    line.cancel()
    line.save()
    journal(
        line,
        OperationKind.CANCELLATION,
        actor=actor,
        on=on,
        reason=reason,
        before={"status": LineStatus.PENDING},
        after={"status": LineStatus.CANCELLED},
    )
    notify(LINE_CANCELLED, line=line, actor=actor)
    return line


def refuse_taken_number(msisdn: str, *, on: date, except_for: Line | None = None) -> None:
    """DomainError naming the line that has the number on ``on`` or later, or that waits to have it."""
    held = LineNumber.objects.filter(not_ended(on), msisdn=msisdn).select_related("line__customer").first()
    if held is not None:
        raise DomainError(
            _("%(number)s is in service already: a line of %(customer)s has it.")
            % {"number": national(msisdn), "customer": held.line.customer}
        )
    waiting = Line.objects.filter(msisdn=msisdn, status=LineStatus.PENDING).select_related("customer")
    if except_for is not None:
        waiting = waiting.exclude(pk=except_for.pk)
    line = waiting.first()
    if line is not None:
        raise DomainError(
            _("%(number)s is promised to a line that is pending, of %(customer)s.")
            % {"number": national(msisdn), "customer": line.customer}
        )


def _pending(line: Line) -> Line:
    line = Line.objects.locked().select_related("customer").get(pk=line.pk)
    refuse_unless(line.status == LineStatus.PENDING, line)
    return line
