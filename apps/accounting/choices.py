from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecapFormat(models.TextChoices):
    """The file that the accountant takes away."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("XLSX (Excel)")
