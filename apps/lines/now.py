"""What a line is today, fact by fact, as its page says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from apps.catalog.choices import OfferKind
from apps.core import french
from apps.core.slots import Panel
from apps.lines.choices import LineStatus
from apps.lines.commitment import Commitment
from apps.lines.models import Line, LineHandset, Subscription
from apps.lines.operations.restricting import state_text
from apps.lines.wording import discount_text


@dataclass(frozen=True, slots=True)
class Agreed:
    """A plan, an option or a service of the line, the price agreed for it, and what else was agreed on it."""

    name: str
    price: str
    about: str


@dataclass(frozen=True, slots=True)
class Clock:
    """How much of a commitment is behind: for a bar, and in words."""

    done: int
    months: int
    told: str

    @property
    def percent(self) -> int:
        return 100 * self.done // self.months


def clock_of(line: Line, today: date) -> Clock | None:
    """The commitment of the line; None for one that never had any."""
    if not line.commitment_months or line.committed_from is None:
        return None
    commitment = Commitment(line.committed_from, line.commitment_months)
    last = french.day(commitment.until - timedelta(days=1))
    left = commitment.left(today)
    if not left:
        told = _("Commitment of %(months)d months, ended on %(day)s.") % {
            "months": line.commitment_months,
            "day": last,
        }
    elif left.months:
        told = ngettext(
            "Committed until %(day)s: %(count)d whole month is left.",
            "Committed until %(day)s: %(count)d whole months are left.",
            left.months,
        ) % {"day": last, "count": left.months}
    else:
        told = _("Committed until %(day)s: less than a month is left.") % {"day": last}
    return Clock(commitment.done(today), line.commitment_months, told)


def agreed_on(line: Line, today: date) -> Iterator[Agreed]:
    """What the line pays each month today, its plan first."""
    held = line.subscriptions.on(today).select_related("offer").prefetch_related("discounts")
    rank = list(OfferKind)
    for one in sorted(held, key=lambda one: (rank.index(OfferKind(one.kind)), one.offer.code)):
        yield Agreed(one.offer.label, french.euros(one.price), ", ".join(_conditions(one)))


def _conditions(subscription: Subscription) -> Iterator[str]:
    if subscription.throughput:
        yield subscription.throughput
    if subscription.quantity > 1:
        yield f"× {french.whole(subscription.quantity)}"
    yield from (discount_text(one) for one in subscription.discounts.all() if not one.is_over)


def restriction_of(line: Line, today: date) -> str:
    """«Suspendue (sortante, non facturée), depuis le 12/10/2026»; empty for a line that is not restricted."""
    state = line.states.on(today).filter(status=LineStatus.SUSPENDED).first()
    return "" if state is None else f"{state_text(state.status, state.barring, state.billed)}, {state.held}"


def handset_of(line: Line, today: date) -> str:
    handset: LineHandset | None = line.handsets.on(today).select_related("handset").first()
    if handset is None:
        return ""
    told = [str(handset.handset), f"IMEI {handset.imei}" if handset.imei else ""]
    return ", ".join(filter(None, [*told, handset.get_sale_mode_display() if handset.sale_mode else ""]))


def now_of(line: Line, request: HttpRequest) -> dict[str, Any]:
    today = localdate()
    international = line.internationals.on(today).first()
    return {
        "agreed": list(agreed_on(line, today)),
        "clock": clock_of(line, today),
        "restriction": restriction_of(line, today),
        "international": international.get_behaviour_display() if international else "",
        "handset": handset_of(line, today),
    }


NOW = Panel(
    title=pgettext_lazy("mobile line", "The line today"),
    template="lines/now.html",
    context=now_of,
    permission="lines.view_line",
    order=1,
    tab=False,
)
