"""Why a customer cannot be closed yet: what is on order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import ngettext

from apps.core import french
from apps.core.slots import contribute
from apps.customers.closing import BLOCKERS
from apps.customers.models import Customer
from apps.lines.services import LINE_CANCELLED
from apps.orders.choices import ItemState, OrderState
from apps.orders.models import MobileItem, Order
from apps.orders.services.activating import line_cancelled


def blocks_closing(customer: Customer, on: date) -> Iterator[str]:
    """Drafts, which hold cards and numbers, and lines that are sold and wait."""
    drafts = Order.objects.filter(customer=customer, state=OrderState.DRAFT).count()
    if drafts:
        yield ngettext("%(count)s order is a draft.", "%(count)s orders are drafts.", drafts) % {
            "count": french.whole(drafts)
        }
    waiting = MobileItem.objects.filter(order__customer=customer, state=ItemState.WAITING).count()
    if waiting:
        yield ngettext(
            "%(count)s line that was ordered is not in service yet.",
            "%(count)s lines that were ordered are not in service yet.",
            waiting,
        ) % {"count": french.whole(waiting)}


def register() -> None:
    contribute(BLOCKERS, blocks_closing)
    contribute(LINE_CANCELLED, line_cancelled)
