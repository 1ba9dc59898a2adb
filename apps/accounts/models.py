"""Who signs in: staff of the integrator, customers in their space; and the journal of their sign-ins."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.choices import Audience, Outcome


class User(AbstractUser):
    """Somebody who signs in: to the back office, or as a customer to the customer space and nowhere else.

    The name of a customer's account is our own (``apps.customers.logins``): customers sign in by their login.
    """

    audience = models.CharField(_("audience"), max_length=8, choices=Audience, default=Audience.OFFICE, editable=False)

    #: How often all its sessions were ended at once.
    sessions_ended = models.PositiveIntegerField(_("sessions ended"), default=0, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
        permissions = [("give_roles", _("Can give roles"))]
        constraints = [
            models.CheckConstraint(
                name="accounts_customers_are_no_staff",
                condition=Q(audience=Audience.OFFICE)
                | Q(audience=Audience.CUSTOMER, is_staff=False, is_superuser=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    # What each session is compared with, at each request: it changes with the password, and when all of them are ended.

    def get_session_auth_hash(self) -> str:
        return self._until_ended(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._until_ended, super().get_session_auth_fallback_hash())

    def _until_ended(self, digest: str) -> str:
        return f"{digest}.{self.sessions_ended}" if self.sessions_ended else digest


class SignIn(models.Model):
    """That somebody signed in or out, or tried to.

    ``username`` is what was typed if somebody is called so, else empty: people type passwords into that field, and no
    journal may keep one. Nothing here says which names exist to anybody but the Administrateur.
    """

    # No permission of the usual four: addresses and hours of colleagues are not for everybody who may look at rows.
    at = models.DateTimeField(_("date"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="sign_ins", verbose_name=_("user")
    )
    username = models.CharField(pgettext_lazy("sign-in", "user name"), max_length=150, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = pgettext_lazy("journal", "sign-ins")
        default_permissions = ()
        permissions = [("view_signin", _("Can see sign-ins"))]
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["at"], name="accounts_signin_at"),
            models.Index(fields=["user", "at"], name="accounts_signin_user_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="accounts_signin_user_is_named",
                condition=Q(user=None, username="") | (Q(user__isnull=False) & ~Q(username="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username or '?'} · {Outcome(self.outcome).label}"
