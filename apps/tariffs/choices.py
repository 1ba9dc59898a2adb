from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.catalog.choices import UsageKind
from apps.core.choices import BadgeChoices


class Direction(models.TextChoices):
    """MO covers forwarded calls too: a grid has no rows of their own for them."""

    MO = "MO", _("Outgoing")
    MT = "MT", _("Incoming")


#: The price of a rate that each kind of usage is charged at; the two others do not count.
PRICE_FIELDS = {
    UsageKind.VOICE: "price_minute",
    UsageKind.SMS: "price_unit",
    UsageKind.MMS: "price_unit",
    UsageKind.DATA: "price_megabyte",
}


class VersionState(BadgeChoices):
    """Where a version of a grid stands today: follows from its dates."""

    CURRENT = "current", "success", pgettext_lazy("grid version", "In force")
    COMING = "coming", "info", pgettext_lazy("grid version", "To come")
    PAST = "past", "", pgettext_lazy("grid version", "Past")

    @classmethod
    def on(cls, day: date, *, valid_from: date | None, ends_on: date | None) -> VersionState:
        if valid_from is not None and valid_from > day:
            return cls.COMING
        return cls.PAST if ends_on is not None and ends_on <= day else cls.CURRENT
