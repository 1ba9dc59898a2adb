from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class BadgeColour(models.TextChoices):
    """Colours of the badge beside the page's title, by unfold's names for them."""

    INFO = "info", pgettext_lazy("colour", "Blue")
    SUCCESS = "success", pgettext_lazy("colour", "Green")
    WARNING = "warning", pgettext_lazy("colour", "Orange")
    DANGER = "danger", pgettext_lazy("colour", "Red")
