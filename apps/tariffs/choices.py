from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    """MO covers forwarded calls too: a grid has no rows of their own for them."""

    MO = "MO", _("Outgoing")
    MT = "MT", _("Incoming")
