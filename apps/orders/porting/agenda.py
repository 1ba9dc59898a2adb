"""What the desk has to do next with each port-in, and on which day: pure, but for the words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from apps.orders.choices import OPEN_PORTINGS, PortState
from apps.orders.porting import calendar

NEXT: Mapping[PortState, str | Promise] = {
    PortState.TO_SEND: pgettext_lazy("port-in", "Send the request to the other operator"),
    PortState.SENT: pgettext_lazy("port-in", "Get the answer of the other operator"),
    PortState.ELIGIBLE: pgettext_lazy("port-in", "Fix the porting day"),
    PortState.SCHEDULED: pgettext_lazy("port-in", "The number arrives: the line begins to serve by itself"),
    PortState.REFUSED: pgettext_lazy("port-in", "Correct it and send it again, or cancel it"),
    PortState.FAILED: pgettext_lazy("port-in", "Correct it and send it again, or cancel it"),
}


def next_action(state: str) -> str | Promise:
    """What comes next, in words; nothing for what has ended."""
    return NEXT.get(PortState(state), "")


def next_day(state: PortState, *, port_on: date, today: date) -> date | None:
    """The day on which the next thing is due, a working day; None for what has ended.

    What is in our hands is due today; the other operator's answer on the next working day (◆ nothing says more);
    what is scheduled, on its day.
    """
    if state not in OPEN_PORTINGS:
        return None
    if state == PortState.SCHEDULED:
        return port_on
    if state == PortState.SENT:
        return calendar.next_working_day(today)
    return calendar.working_day(today)
