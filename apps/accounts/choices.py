from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class Audience(models.TextChoices):
    """Whose account it is: somebody of the integrator, or a customer in the customer space."""

    OFFICE = "office", _("Back office")
    CUSTOMER = "customer", _("Customer space")


class Outcome(BadgeChoices):
    """How a sign-in ended, or a session."""

    SUCCESS = "success", "success", _("Signed in")
    FAILED = "failed", "warning", pgettext_lazy("sign-in", "Failed")
    #: Too many failures: the name is locked for this address, whatever the password.
    LOCKED = "locked", "danger", pgettext_lazy("sign-in", "Locked")
    OUT = "out", "info", _("Signed out")
    #: Signed out by the clock: idle, or signed in for too long.
    EXPIRED = "expired", "info", _("Session ended")


class Deed(BadgeChoices):
    """What the admin's journal says was done (``LogEntry.action_flag``)."""

    ADDED = "1", "success", _("Added")
    CHANGED = "2", "info", _("Changed")
    DELETED = "3", "danger", _("Deleted")
