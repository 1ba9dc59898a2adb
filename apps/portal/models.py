"""What the customer space writes itself: that somebody asked for a new password."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Recovery(models.Model):
    """That somebody typed an e-mail to get a new password. Whether it is anybody's is found out later, by a worker.

    The e-mail is kept until then; afterwards its digest alone, by which requests are counted for an hour.
    """

    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    ip = models.GenericIPAddressField(_("IP address"), null=True)

    class Meta:
        verbose_name = _("request for a new password")
        verbose_name_plural = _("requests for a new password")
        default_permissions = ()
        indexes = [
            models.Index(fields=["digest", "asked_at"], name="portal_recovery_digest"),
            models.Index(fields=["ip", "asked_at"], name="portal_recovery_ip"),
            models.Index(fields=["id"], name="portal_recovery_waiting", condition=Q(answered_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="portal_answered_recovery_forgets",
                condition=Q(answered_at=None) | Q(email=""),
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:8]
