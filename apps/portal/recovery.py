"""A forgotten password: asked for on a page, answered by a worker.

The page does the same whatever was typed, one row, and so takes the same time and says the same: nobody learns by it
whose e-mail opens an account. The worker looks up and sends.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.customers import logins
from apps.portal.models import Recovery

logger = logging.getLogger(__name__)

#: Within which requests are counted, and after which one that no worker has seen is no longer answered.
WINDOW: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=1)


def ask(*, email: str, ip: str | None, at: datetime) -> bool:
    """Note that a new password is asked for. False, and nothing noted, where there were too many requests lately."""
    digest = salted_hmac("apps.portal.recovery", email.strip().casefold(), algorithm="sha256").hexdigest()
    lately = Recovery.objects.filter(asked_at__gt=at - WINDOW)
    of_email, of_client = lately.filter(digest=digest).count(), lately.filter(ip=ip).count()
    if of_email >= settings.RECOVERIES_PER_EMAIL or of_client >= settings.RECOVERIES_PER_CLIENT:
        return False
    Recovery.objects.create(asked_at=at, email=email.strip(), digest=digest, ip=ip)
    return True


def answer_next() -> bool:
    """Answer the request that has waited longest: send the link, if the e-mail is anybody's. False: none waits."""
    if not Recovery.objects.filter(answered_at=None).exists():
        return False
    now = timezone.now()
    with transaction.atomic():
        waiting = Recovery.objects.filter(answered_at=None).select_for_update(skip_locked=True)
        request = waiting.order_by("pk").first()
        if request is None:
            return False
        if now - request.asked_at < WINDOW:
            _send(request.email, now)
        request.answered_at, request.email = now, ""
        request.save()
    return True


def forget_old() -> bool:
    """Delete what is no longer counted. Whether there was anything."""
    deleted, _by_model = Recovery.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()
    return bool(deleted)


def _send(email: str, now: datetime) -> None:
    """One request that cannot be answered keeps no other waiting: it can be made again."""
    try:
        with transaction.atomic():
            logins.send_recovery(email=email, at=now)
    except Exception:
        logger.exception("a request for a new password was not answered")
