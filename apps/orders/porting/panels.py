"""What portings show on their own page, on that of their line, and on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import french, tiles
from apps.core.admin.past import TEMPLATE, Event, Past, past_of
from apps.core.slots import Panel, Tile, contribute
from apps.lines.models import Line
from apps.orders.choices import OPEN_PORTINGS, PortState
from apps.orders.models import PortEvent, PortIn
from apps.orders.porting.agenda import next_action

SLOT: Final = "orders.portin.past"


def events_of(port_in: PortIn) -> Iterator[Event]:
    """Everything that happened to it: states, and what was asked anew."""
    earlier: PortEvent | None = None
    for event in port_in.events.select_related("actor").order_by("at", "pk"):
        yield Event(
            at=event.at,
            what=_what(event),
            who=str(event.actor or ""),
            why=" – ".join(filter(None, [event.get_refusal_display(), event.remark])),
            colour=PortState(event.after).colour,
            details=tuple(_changes(earlier, event)),
        )
        earlier = event


def _what(event: PortEvent) -> str:
    after = str(PortState(event.after).label)
    return f"{PortState(event.before).label} → {after}" if event.before != event.after else after


def _changes(earlier: PortEvent | None, event: PortEvent) -> Iterator[str]:
    if earlier is None:
        yield _("RIO %(rio)s, for %(day)s") % {"rio": event.rio, "day": _day(event)}
        return
    if event.rio != earlier.rio:
        yield _("RIO: %(before)s → %(after)s") % {"before": earlier.rio, "after": event.rio}
    if event.port_on != earlier.port_on:
        yield _("Porting date: %(before)s → %(after)s") % {"before": _day(earlier), "after": _day(event)}


def _day(event: PortEvent) -> str:
    return french.day(event.port_on) if event.port_on else "–"


PAST = Panel(
    title=gettext_lazy("What happened"),
    template=TEMPLATE,
    context=partial(past_of, slot=SLOT),
    permission="orders.view_portevent",
    order=5,
    tab=False,
)


def porting_of_line(line: Line, request: HttpRequest) -> dict[str, Any]:
    port_in = PortIn.objects.filter(line=line).first()
    return {"port_in": port_in, "next_action": port_in and next_action(port_in.state)}


# --- The home page


def agenda(request: HttpRequest) -> dict[str, Any]:
    """What is due today or late, and what arrives next: the desk's reminder."""
    today = localdate()
    rows = PortIn.objects.all()
    reminders = rows.reminders_on(today)
    listed = reverse("admin:orders_portin_changelist")
    counts = dict(rows.open().order_by().values_list("state").annotate(Count("pk")))
    bars = tiles.bars_by_status(OPEN_PORTINGS, counts, link=f"{listed}?state__exact=")
    return tiles.content(
        figures=[tiles.Figure(_("to be done today"), french.whole(reminders["due"]))] if counts else (),
        bars=bars,
        notices=[tiles.Notice(one) for one in _reminders(reminders["late"], reminders["reminded"])],
        nothing=_("No number is on its way."),
    )


def _reminders(late: int, arriving: int) -> Iterator[str]:
    if late:
        yield ngettext("%(count)s porting is late.", "%(count)s portings are late.", late) % {
            "count": french.whole(late)
        }
    if arriving:
        yield ngettext(
            "%(count)s number arrives on the next working day.",
            "%(count)s numbers arrive on the next working day.",
            arriving,
        ) % {"count": french.whole(arriving)}


def register() -> None:
    contribute(SLOT, Past(events_of, "orders.view_portevent"))
    contribute(
        "lines.line.panels",
        Panel(
            title=gettext_lazy("Portability"),
            template="orders/line_porting.html",
            context=porting_of_line,
            permission="orders.view_portin",
            order=5,
            tab=False,
        ),
    )
    contribute(
        "dashboard.tiles",
        Tile(
            title=gettext_lazy("Portabilities"),
            template=tiles.TEMPLATE,
            context=agenda,
            permission="orders.view_portin",
            link=lambda: f"{reverse('admin:orders_portin_changelist')}?due=today",
            order=55,
        ),
    )
