"""The whole past of a card, as one story: what it was, where it was, who did it and why, who looked at its codes.

Higher apps add to it through the slot :data:`SLOT`: lines tell when they held the card.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.admin.journal import entries_of
from apps.core.admin.past import TEMPLATE, Event, Past, past_of
from apps.core.slots import Panel, contribute
from apps.jobs.bulk.tasks import undoing
from apps.sims import declaring
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard

SLOT: Final = "sims.simcard.past"
#: The button that shows the codes of a card, by which the journal knows the looks at them.
SHOW_CODES: Final = gettext_lazy("Show the codes")
#: Of each sort: nothing in a card's life comes near.
EVENTS_SHOWN: Final = 200


def versions(card: SimCard) -> Iterator[Event]:
    """Its entry, and every change of its status or of what is known of it."""
    history: Any = card.history
    latest = history.select_related("history_user").order_by("-history_date", "-history_id")[:EVENTS_SHOWN]
    status = ""
    for version in reversed(latest):
        was, status = status, version.status
        told = {"at": version.history_date, "who": str(version.history_user or "")}
        why = version.history_change_reason or ""
        if version.history_type == "+":
            yield Event(what=_("Taken into the stock"), why=why, colour="info", **told)
            if status != SimStatus.IN_STOCK:
                yield Event(what=_moved("", status), colour=SimStatus(status).colour, **told)
        elif was != status:
            yield Event(what=_moved(was, status), why=why, colour=SimStatus(status).colour, **told)
        else:
            yield Event(what=_("Data of the card changed"), why=why, **told)


def _moved(before: str, after: str) -> str:
    label = str(SimStatus(after).label)
    return f"{SimStatus(before).label} → {label}" if before else label


def entries(card: SimCard) -> Iterator[Event]:
    """What was done on screen and made no version: the looks at its codes."""
    told = (str(declaring.DECLARE.title), str(undoing(declaring.DECLARE)))
    for entry in entries_of(card).select_related("user").order_by("-action_time")[:EVENTS_SHOWN]:
        message = entry.get_change_message()
        if not message.startswith(told):
            what = _("Codes looked at") if message == str(SHOW_CODES) else message
            yield Event(at=entry.action_time, what=what, who=str(entry.user))


PAST = Panel(
    title=gettext_lazy("Past of the card"),
    template=TEMPLATE,
    context=partial(past_of, slot=SLOT),
    permission="sims.view_simcard",
    order=5,
    tab=False,
)


def register() -> None:
    contribute(SLOT, Past(versions, "sims.view_simcard", order=10))
    contribute(SLOT, Past(entries, "admin.view_logentry", order=20))
