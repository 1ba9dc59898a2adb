"""What workers do about orders. Each is safe to run twice."""

from __future__ import annotations

from typing import Final

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.exceptions import DomainError
from apps.jobs.choices import Queue
from apps.jobs.kinds import Chore, Kind, register, register_chore
from apps.jobs.work import Outcome, Work
from apps.orders.choices import JobKind

#: Days begin at midnight: what is due is looked for this often.
DUE_SECONDS: Final = 600


def confirm_order(work: Work) -> Outcome:
    """The order form of a validated order, kept, and its confirmation in the outbox."""
    from apps.messaging.in_force import is_sent
    from apps.orders.mails import CONFIRMATION, confirm
    from apps.orders.models import Order
    from apps.orders.services.order_form import keep_form

    order = Order.objects.select_related("customer").get(pk=work.parameters["order"])
    form = keep_form(order)
    if not is_sent(CONFIRMATION):
        return Outcome(sentences=[_("Order form drawn; such mails are switched off.")])
    try:
        confirm(order, form, actor=work.actor)
    except DomainError as refusal:
        return Outcome(sentences=[_("Order form drawn, no mail sent.")], refusals=[str(refusal)])
    return Outcome(sentences=[_("Order form drawn, confirmation given to the outbox.")])


def expire() -> bool:
    from apps.orders.services import expire_drafts

    return expire_drafts(today=localdate()) > 0


def activate() -> bool:
    """Not again at once for what cannot serve: it would be tried without end."""
    from apps.orders.services.activating import activate_due

    return activate_due(today=localdate()) > 0


def register_work() -> None:
    register(
        Kind(
            code=JobKind.CONFIRM,
            title=gettext_lazy("Confirmation of an order"),
            run=confirm_order,
            permission="orders.view_order",
            starts="orders.validate_order",
            queue=Queue.PDF,
        )
    )
    register_chore(Chore(code="orders.expire", run=expire, every=DUE_SECONDS))
    register_chore(Chore(code="orders.activate", run=activate, every=DUE_SECONDS))
