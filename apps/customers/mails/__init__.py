"""The mails by which a customer gets into its space: both hold a personal link and a login, never a password."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.messaging.events import Event, Placeholder, means
from apps.messaging.events import register as register_event

ACCOUNT_OPENED = "account_opened"
PASSWORD_RECOVERY = "password_recovery"  # noqa: S105  # the name of an event


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What templates see as ``customer``."""

    number: str = means(_("customer number"))
    name: str = means(_("The name that its invoices carry"))


PLACEHOLDERS: tuple[Placeholder, ...] = (
    Placeholder("customer", _("The customer"), Invited(number="C000001", name="Atelier Durand")),
    Placeholder("login", _("What the customer types to sign in"), "C000001"),
    Placeholder(
        "link",
        _("The address on which the customer chooses its password: personal, for one use"),
        "https://telecom.example/espace-client/mot-de-passe/…",
    ),
    Placeholder("hours", _("For how many hours the link can be used"), 24),
    Placeholder(
        "sign_in", _("The address of the sign-in page of the customer space"), "https://telecom.example/espace-client/"
    ),
)


def event_of(code: str, title: Any) -> Event:
    return Event.from_files(
        code=code,
        title=title,
        folder=Path(__file__).parent,
        placeholders=PLACEHOLDERS,
        confidential=True,
        indispensable=("link",),
    )


def register() -> None:
    register_event(event_of(ACCOUNT_OPENED, _("Opening of an account of the customer space")))
    register_event(event_of(PASSWORD_RECOVERY, _("Recovery of the password of the customer space")))
