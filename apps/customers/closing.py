"""The end of business with a customer, which may be taken up again: its past stays, and is still invoiced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.core.slots import contributions, notify
from apps.customers.models import Customer

#: Functions of higher apps ``(customer, on) -> sentences``: why the customer cannot be closed from the day ``on``.
BLOCKERS: Final = "customers.closing.blockers"
#: The same, of what is still to come and stops nothing.
REMARKS: Final = "customers.closing.remarks"
#: Who wants to know. They get ``customer`` and ``actor``, in the transaction that closes or reopens.
CLOSED: Final = "customers.closed"
REOPENED: Final = "customers.reopened"

_REASON_LENGTH = 100  # that of the history


def remarks_of(customer: Customer, *, on: date) -> Iterator[str]:
    for remarks in contributions(REMARKS):
        yield from remarks(customer, on)


def refuse_closing(customer: Customer, *, on: date, today: date) -> None:
    """Raise DomainError with everything that speaks against closing ``customer`` from the day ``on``, at once."""
    if customer.closed_on is not None:
        raise DomainError(_("This customer is closed already."))
    if on > today:
        raise DomainError(_("A customer is closed from today on, or from a day before, not from a day to come."))
    reasons = [sentence for blockers in contributions(BLOCKERS) for sentence in blockers(customer, on)]
    if reasons:
        raise DomainError(_("This customer cannot be closed yet."), reasons=reasons)


def refuse_closed(customer: Customer) -> None:
    """Raise DomainError where something new is to be sold to a closed customer. The caller has locked it."""
    if customer.closed_on is not None:
        raise DomainError(_("This customer is closed: reopen it first."))


@transaction.atomic
def close_customer(*, customer: Customer, on: date, today: date, reason: str, actor: Any) -> Customer:
    """No order and no sign-in from the day ``on``, today or before; DomainError says all that speaks against it."""
    # Whoever gives the customer a line holds its row until then.
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    refuse_closing(locked, on=on, today=today)
    locked.closed_on = on
    _save(locked, reason=reason, actor=actor)
    notify(CLOSED, customer=locked, actor=actor)
    return locked


@transaction.atomic
def reopen_customer(*, customer: Customer, reason: str, actor: Any) -> Customer:
    """As before it was closed; DomainError for one that is open."""
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    if locked.closed_on is None:
        raise DomainError(_("This customer is not closed."))
    locked.closed_on = None
    _save(locked, reason=reason, actor=actor)
    notify(REOPENED, customer=locked, actor=actor)
    return locked


def _save(customer: Customer, *, reason: str, actor: Any) -> None:
    customer._history_user = actor  # type: ignore[attr-defined]  # as simple_history asks for it
    customer._change_reason = reason[:_REASON_LENGTH]  # type: ignore[attr-defined]
    customer.save(update_fields=["closed_on"])
