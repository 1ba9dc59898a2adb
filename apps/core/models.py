"""Abstract rows that every app builds on."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.core import french
from apps.core.periods import Days


class PeriodQuerySet[M: models.Model](models.QuerySet[M]):
    def on(self, day: date) -> Self:
        """Those in force on ``day`` (a Paris date)."""
        return self.filter(Q(end__isnull=True) | Q(end__gt=day), start__lte=day)

    def open(self) -> Self:
        return self.filter(end__isnull=True)

    def overlapping(self, days: Days) -> Self:
        """Those with at least one day in common with ``days``."""
        rows = self.filter(Q(end__isnull=True) | Q(end__gt=days.start))
        return rows if days.end is None else rows.filter(start__lt=days.end)


class Period(models.Model):
    """A fact that holds from ``start`` up to, not including, ``end`` (open when null). Paris dates.

    ``no_overlap`` lists, for each guard, the columns by which two periods exclude one another: the owner of the
    fact, and the resource it holds. :mod:`apps.core.guards` turns them into database constraints.
    """

    start = models.DateField(pgettext_lazy("dated fact", "from"))
    end = models.DateField(
        pgettext_lazy("dated fact", "until"),
        null=True,
        blank=True,
        help_text=_("The first day on which it no longer holds."),
    )

    objects = PeriodQuerySet.as_manager()

    no_overlap: ClassVar[tuple[tuple[str, ...], ...]] = ()
    no_overlap_condition: ClassVar[str] = ""

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_end_after_start", condition=Q(end__isnull=True) | Q(end__gt=F("start"))
            )
        ]

    @property
    def days(self) -> Days:
        return Days(self.start, self.end)

    @property
    def held(self) -> str:
        """The days on which it holds, the first and the last named: «du 01/10/2026 au 31/10/2026»."""
        if self.end is None:
            return gettext("since %(day)s") % {"day": french.day(self.start)}
        return french.days(self.start, self.end)


class Frozen(models.Model):
    """A row that the database itself refuses to change once ``frozen_when`` holds.

    ``frozen_when`` is an SQL condition on ``{row}`` (the OLD or NEW row of a trigger). ``frozen_insert`` extends
    the refusal to rows that are added or moved there, for the children of a frozen document.
    """

    frozen_when: ClassVar[str] = ""
    frozen_insert: ClassVar[bool] = False

    class Meta:
        abstract = True
