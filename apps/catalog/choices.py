from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OfferKind(models.TextChoices):
    PLAN = "plan", _("Plan")
    OPTION = "option", _("Option")
    SERVICE = "service", _("Service")
    EQUIPMENT = "equipment", _("Equipment")


class UsageKind(models.TextChoices):
    """What a call record or a rate is about (TYPE in files)."""

    VOICE = "voice", _("Voice")
    SMS = "sms", _("SMS")
    MMS = "mms", _("MMS")
    DATA = "data", _("Data")
