"""What is wrong with the address that customers are told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

UNSAFE = "PUBLIC_URL does not begin with https://: the links by which customers choose a password would go in clear."
HERE = "PUBLIC_URL is not set: links in mails would lead to this machine, which customers do not reach."


def links_reach_us(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    address = urlsplit(settings.PUBLIC_URL)
    if address.hostname in (None, "localhost", "127.0.0.1", "::1"):
        return [Warning(HERE, id="portal.W001")]
    return [] if address.scheme == "https" else [Warning(UNSAFE, id="portal.W002")]


def register_checks() -> None:
    register(links_reach_us, Tags.security, deploy=True)
