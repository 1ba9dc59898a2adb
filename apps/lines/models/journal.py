from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.lines.choices import OperationKind
from apps.lines.models.line import Line


class LineOperation(models.Model):
    """Who did what to a line, when, why, from which date, and what it was before and after. Never changed."""

    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="operations", verbose_name=pgettext_lazy("mobile line", "line")
    )
    kind = models.CharField(_("operation"), max_length=15, choices=OperationKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("operation", "by"),
    )
    at = models.DateTimeField(pgettext_lazy("operation", "at"), auto_now_add=True)
    effective_on = models.DateField(_("effective on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("line operation")
        verbose_name_plural = _("line operations")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.effective_on})"
