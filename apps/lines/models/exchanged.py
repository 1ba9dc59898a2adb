"""Files that went to the operator and came from it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.lines.choices import Direction, FileOutcome


class ProvisioningFile(models.Model):
    """A file of requests or of answers. Its number gives the name of ours, so that no name is ever used twice.

    ``settled_at`` is when it lay in the operator's folder, or had been read. ``report`` says what was wrong with a file
    of answers, a sentence to a line.
    """

    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices)
    name = models.CharField(pgettext_lazy("file", "name"), max_length=255)
    lines = models.PositiveIntegerField(pgettext_lazy("file", "lines"), default=0)
    outcome = models.CharField(_("outcome"), max_length=10, choices=FileOutcome.choices, default=FileOutcome.CLAIMED)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)
    report = models.TextField(_("report"), blank=True)
    created_at = models.DateTimeField(pgettext_lazy("file", "begun at"), auto_now_add=True)
    settled_at = models.DateTimeField(pgettext_lazy("file", "exchanged at"), null=True)

    class Meta:
        verbose_name = _("file exchanged with the operator")
        verbose_name_plural = _("files exchanged with the operator")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["direction", "name", "digest"], name="lines_exchanged_file_once"),
        ]

    def __str__(self) -> str:
        return self.name
