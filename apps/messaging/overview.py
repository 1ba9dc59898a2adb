"""«Ce qui est envoyé»: of every event which text is in force, and whether its mails are sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Max

from apps.messaging.events import Event, events
from apps.messaging.models import EmailTemplate, EventSwitch


@dataclass(slots=True)
class Sent:
    """One event: ``template`` in use, if any, and its ``version``; the ``others`` wait beside it."""

    event: Event
    is_sent: bool
    template: EmailTemplate | None = None
    others: list[EmailTemplate] = field(default_factory=list)


def overview() -> list[Sent]:
    """The events that are told by themselves, by their names. Two queries."""
    switches = dict(EventSwitch.objects.values_list("event", "is_sent"))
    templates: dict[str, list[EmailTemplate]] = defaultdict(list)
    template: EmailTemplate
    for template in EmailTemplate.objects.annotate(version=Max("versions__number")).order_by("name"):
        templates[template.event].append(template)
    rows = []
    for event in sorted(events().values(), key=lambda one: str(one.title)):
        if event.by_hand:
            continue
        row = Sent(event, not event.optional or switches.get(event.code, event.sent_at_first))
        for template in templates[event.code]:
            if template.in_use:
                row.template = template
            else:
                row.others.append(template)
        rows.append(row)
    return rows
