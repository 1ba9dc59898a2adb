from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class JobState(BadgeChoices):
    QUEUED = "queued", "", pgettext_lazy("task", "Waiting")
    RUNNING = "running", "info", pgettext_lazy("task", "Running")
    DONE = "done", "success", pgettext_lazy("task", "Done")
    FAILED = "failed", "danger", pgettext_lazy("task", "Failed")
    CANCELLED = "cancelled", "warning", pgettext_lazy("task", "Cancelled")


#: What is still to come to an end.
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class Queue(models.TextChoices):
    """What workers are started for: a load of hours never keeps a mail waiting."""

    CDR = "cdr", _("Call records")
    PDF = "pdf", _("Documents")
    MAIL = "mail", _("Mails")
    DEFAULT = "default", _("Everything else")
