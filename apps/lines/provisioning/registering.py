"""What provisioning adds elsewhere: its chore, its checks of the settings, its card on the home page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import register as register_check

from apps.jobs.kinds import Chore, register_chore
from apps.lines.choices import ProvisioningBackend
from apps.lines.provisioning import tiles
from apps.lines.provisioning.exchange import exchange_now

SECONDS = 30

UNKNOWN = "PROVISIONING is one of: " + ", ".join(ProvisioningBackend.values) + "."
NO_FOLDER = "PROVISIONING=file_drop needs PROVISIONING_DIR, the folder that the operator and this installation share."


def settings_name_a_way(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.PROVISIONING not in ProvisioningBackend.values:
        return [Error(UNKNOWN, id="lines.E001")]
    if settings.PROVISIONING == ProvisioningBackend.FILE_DROP and not settings.PROVISIONING_DIR:
        return [Error(NO_FOLDER, id="lines.E002")]
    return []


def register() -> None:
    register_chore(Chore(code="lines.provisioning", run=exchange_now, every=SECONDS))
    register_check(settings_name_a_way)
    tiles.register()
