"""The whole past of something as one story: what it was, who did it and why; the latest on top.

Apps tell what they know of it through a slot of the page's own (``sims.simcard.past``): a :class:`Past` each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest
from django.utils.timezone import make_aware
from django.utils.translation import gettext

from apps.core import french
from apps.core.slots import contributions

TEMPLATE: Final = "admin/past.html"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, on a day or at a moment (aware). ``details`` are told below it, one a line."""

    at: date
    what: str
    who: str = ""
    why: str = ""
    link: str = ""
    colour: str = ""
    details: tuple[str, ...] = ()

    @property
    def is_moment(self) -> bool:
        return isinstance(self.at, datetime)

    @property
    def moment(self) -> datetime:
        """For their order: a day begins at its midnight."""
        return self.at if isinstance(self.at, datetime) else make_aware(datetime.combine(self.at, time.min))


@dataclass(frozen=True)
class Past:
    """What one app knows of the past of a row: shown to holders of ``permission``."""

    events: Callable[[Any], Iterable[Event]]
    permission: str
    order: int = 100


def past_of(row: Any, request: HttpRequest, *, slot: str) -> dict[str, Any]:
    tellers: list[Past] = contributions(slot)
    events = [event for teller in tellers if request.user.has_perm(teller.permission) for event in teller.events(row)]
    return {"events": sorted(events, key=lambda event: event.moment, reverse=True)}


def value_told(field: Any, value: Any) -> str:
    """What a field held, as people read it: «Active» for ``active``, «Oui» for ``True``, «–» for nothing."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Decimal):
        return french.decimal_text(value, at_least=2)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, date) and not isinstance(value, datetime):
        return french.day(value)
    return str(dict(field.flatchoices).get(value, value))
