from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class SimStatus(BadgeChoices):
    IN_STOCK = "in_stock", "info", _("In stock")
    RESERVED = "reserved", "warning", _("Reserved")
    ACTIVE = "active", "success", pgettext_lazy("SIM card", "Active")
    SUSPENDED = "suspended", "warning", pgettext_lazy("SIM card", "Suspended")
    TERMINATED = "terminated", "danger", pgettext_lazy("SIM card", "Terminated")
    REPLACED = "replaced", "", pgettext_lazy("SIM card", "Replaced")
    LOST = "lost", "danger", pgettext_lazy("SIM card", "Lost")
    FAULTY = "faulty", "danger", pgettext_lazy("SIM card", "Faulty")


class SimFormat(models.TextChoices):
    TRIO = "TRIO", _("Trio")
    MINI = "MINI", _("Mini")
    MICRO = "MICRO", _("Micro")
    NANO = "NANO", _("Nano")
    ESIM = "ESIM", _("eSIM")
    M2M = "M2M", _("M2M")
