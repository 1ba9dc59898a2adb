"""Codes of call records. Small integers: there are millions of rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import UsageKind
from apps.core.choices import BadgeChoices


class RecordKind(models.IntegerChoices):
    VOICE = 1, _("Voice")
    SMS = 2, _("SMS")
    MMS = 3, _("MMS")
    DATA = 4, _("Data")

    @property
    def usage(self) -> UsageKind:
        return UsageKind[self.name]


class RecordDirection(models.IntegerChoices):
    MO = 1, _("Outgoing")
    MT = 2, _("Incoming")
    FWD = 3, _("Forwarded")


class FileState(BadgeChoices):
    LOADING = "loading", "info", _("Loading")
    LOADED = "loaded", "success", _("Loaded")
    BACKED_OUT = "backed_out", "", _("Backed out")


class SuspenseReason(models.TextChoices):
    """Why a record waits. Malformed lines wait too, for a corrected file, but hold no identifier."""

    UNKNOWN_NUMBER = "unknown_number", _("Unknown number")
    INACTIVE_LINE = "inactive_line", _("Line not active on that date")
    UNRATED = "unrated", _("No rate")
    MALFORMED = "malformed", _("Malformed")
