"""What workers do about portings: put the lines in service whose number arrives."""

from __future__ import annotations

from typing import Final

from django.utils.timezone import localdate

from apps.core.slots import contribute
from apps.jobs.kinds import Chore, register_chore
from apps.lines.services import LINE_CANCELLED
from apps.orders.porting.arriving import line_cancelled, port_due

#: Days begin at midnight: a number that has arrived needs its card soon after.
DUE_SECONDS: Final = 60


def port() -> bool:
    """Not again at once for what cannot serve: it would be tried without end."""
    return port_due(today=localdate()) > 0


def register_work() -> None:
    register_chore(Chore(code="orders.port", run=port, every=DUE_SECONDS))
    contribute(LINE_CANCELLED, line_cancelled)
