"""What is wrong with the mail settings of a real installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from apps.messaging.transport import SMTP

TRIAL = "Mails of this installation reach nobody: EMAIL_URL names a folder, the screen or nothing."
UNSAFE = "The password of the mail server would be sent in clear: use smtp+tls:// or smtp+ssl:// in EMAIL_URL."
NO_TIME = "EMAIL_TIMEOUT, EMAIL_ACCEPTANCE_TIMEOUT and EMAIL_DEADLINE are positive, and the deadline is the longest."


def mails_reach_customers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_BACKEND != SMTP:
        return [Warning(TRIAL, id="messaging.W001")]
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if settings.EMAIL_HOST_USER and not encrypted:
        return [Warning(UNSAFE, id="messaging.W002")]
    return []


def dialogues_come_to_an_end(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    waits = (settings.EMAIL_TIMEOUT, settings.EMAIL_ACCEPTANCE_TIMEOUT)
    if not all(wait and 0 < wait <= settings.EMAIL_DEADLINE for wait in waits):
        return [Error(NO_TIME, id="messaging.E001")]
    return []


def register_checks() -> None:
    register(mails_reach_customers, Tags.security, deploy=True)
    register(dialogues_come_to_an_end)
