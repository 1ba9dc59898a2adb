"""The integrator's row, remembered between requests by each process and forgotten by all of them when it changes.

Every page needs it. Asking the database whether it has changed would cost as much as asking for the row, so the sign of
a change lies in a file under PRIVATE_ROOT, which all machines share: a token drawn anew by every change. A process
reads the token with each request (a few bytes, no query) and the row only when the token is another one. The token is
read before the row and drawn again after the commit, so that a row read in between is not kept.

A page costs no query, or one. Where the file cannot be read, one always; and what changes the row behind the model's
back (a restored backup) shows after LONGEST seconds.
"""

from __future__ import annotations

import logging
import secrets
import time
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction

from apps.branding.models import Integrator

LONGEST: Final = 300  # seconds
logger = logging.getLogger(__name__)


class Remembered(NamedTuple):
    token: str
    until: float
    company: Integrator


_remembered: Remembered | None = None


def integrator() -> Integrator | None:
    """The company of this installation, without its images; None before its row exists."""
    global _remembered
    token = _token()
    if token and _remembered and _remembered.token == token and time.monotonic() < _remembered.until:
        return _remembered.company
    company = Integrator.objects.defer("logo", "favicon").first()
    if company and token:
        _remembered = Remembered(token, time.monotonic() + LONGEST, company)
    return company


def forget() -> None:
    """Tell every process, now and once the change is committed, that the row is another one."""
    _draw()
    transaction.on_commit(_draw)


def _path() -> Path:
    return Path(settings.PRIVATE_ROOT) / "branding" / "token"


def _token() -> str:
    try:
        return _path().read_text()
    except FileNotFoundError:
        _draw()
    except OSError:
        logger.exception("the sign of the integrator's changes cannot be read")
    return ""


def _draw() -> None:
    path = _path()
    aside = path.with_name(f"token.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(secrets.token_hex(16))
        aside.replace(path)
    except OSError:
        logger.exception("the sign of the integrator's changes cannot be written")
