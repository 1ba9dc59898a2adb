"""Adjectives of port-ins."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Count, F, OrderBy, Q

from apps.core.search import by_number
from apps.customers.models import Customer
from apps.lines.rio import normalise
from apps.orders.choices import OPEN_PORTINGS, PortState
from apps.orders.porting.calendar import next_working_day

#: From so many characters on, a text may be the beginning of a RIO.
RIO_BEGINNING = 4


def by_next_action() -> list[OrderBy | str]:
    """What is to be done first stands first; what has ended, last."""
    return [F("next_on").asc(nulls_last=True), "port_on", "pk"]


def _due(day: date) -> Q:
    return Q(state__in=OPEN_PORTINGS, next_on__lte=day)


def _late(day: date) -> Q:
    return Q(state__in=OPEN_PORTINGS, next_on__lt=day)


def _reminded(day: date) -> Q:
    arriving = Q(state__in=[PortState.SCHEDULED, PortState.ELIGIBLE])
    return arriving & Q(port_on__gt=day, port_on__lte=next_working_day(day))


class PortInQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those with which something is still to be done, or to happen."""
        return self.filter(state__in=OPEN_PORTINGS)

    def due_on(self, day: date) -> Self:
        """What is to be done on ``day``, also what should have been done before."""
        return self.filter(_due(day))

    def late_on(self, day: date) -> Self:
        """What should have been done before ``day``."""
        return self.filter(_late(day))

    def arriving_on(self, day: date) -> Self:
        """Numbers whose porting is fixed for ``day``."""
        return self.filter(state=PortState.SCHEDULED, port_on=day)

    def to_be_reminded_on(self, day: date) -> Self:
        """Numbers that arrive on the next working day: ``day`` is the last one before it."""
        return self.filter(_reminded(day))

    def reminders_on(self, day: date) -> dict[str, int]:
        """How many are ``due``, ``late`` and to be ``reminded`` of on ``day``, in one query."""
        counted = {"due": _due(day), "late": _late(day), "reminded": _reminded(day)}
        return self.aggregate(**{name: Count("pk", filter=those) for name, those in counted.items()})

    def matching(self, text: str) -> Self:
        """By number in any form, by customer, by RIO, by holder."""
        text = text.strip()
        found = Q(line__customer__in=Customer.objects.matching(text)) | Q(holder__icontains=text)
        if (number := by_number("msisdn", text)) is not None:
            found |= number
        if len(rio := normalise(text)) >= RIO_BEGINNING:
            found |= Q(rio__startswith=rio)
        return self.filter(found)
