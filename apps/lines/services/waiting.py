"""Lines that are sold and do not serve yet: they wait for their day, their number, or their porting.

A pending line has no periods and no charges: :func:`~apps.lines.services.opening.open_lines` gives it all of that on
the day on which it begins to serve. Whoever sells lines holds the customer's row while it does, and is told by the slot
``lines.line_cancelled`` that a line will never serve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.core.imports import in_batches
from apps.core.slots import notify
from apps.customers.models import Customer
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.models import Line, LineNumber
from apps.lines.services.periods import journal, refuse_unless

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
    TakenNumbers([msisdn]).refuse(msisdn, on=on, except_for=line)
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


class TakenNumbers:
    """Which of some numbers (digits, E.164) lines have, or wait to have: two queries for any number of them."""

    def __init__(self, msisdns: Iterable[str]) -> None:
        wanted = sorted({msisdn for msisdn in msisdns if msisdn})
        self._held: defaultdict[str, list[LineNumber]] = defaultdict(list)
        self._waiting: defaultdict[str, list[Line]] = defaultdict(list)
        periods = LineNumber.objects.select_related("line__customer").order_by("start")
        for period in in_batches(periods, "msisdn", wanted):
            self._held[period.msisdn].append(period)
        pending = Line.objects.filter(status=LineStatus.PENDING).select_related("customer").order_by("pk")
        for line in in_batches(pending, "msisdn", wanted):
            self._waiting[line.msisdn].append(line)

    def refuse(self, msisdn: str, *, on: date, except_for: Line | None = None) -> None:
        """DomainError naming who has the number on ``on`` or later, or whose line waits to have it."""
        for period in self._held[msisdn]:
            if period.end is None or period.end > on:
                raise DomainError(
                    _("%(number)s is in service already: a line of %(customer)s has it.")
                    % {"number": national(msisdn), "customer": period.line.customer}
                )
        for line in self._waiting[msisdn]:
            if line != except_for:
                raise DomainError(
                    _("%(number)s is promised to a line that is pending, of %(customer)s.")
                    % {"number": national(msisdn), "customer": line.customer}
                )


def _pending(line: Line) -> Line:
    line = Line.objects.locked().select_related("customer").get(pk=line.pk)
    refuse_unless(line.status == LineStatus.PENDING, line)
    return line
