"""``python -m tests.faults.senders``: a process that sends what waits in the outbox, and ends when nothing is due.

``SMTP_PORT`` names the mail server. ``FAULTY`` makes waiting mails due at once, as long as there are any: a day of
back-off in a moment.
"""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.utils import timezone


def send_all(*, port: int, hurry: bool) -> int:
    """Sends until nothing is due; tells how many attempts it made."""
    from apps.messaging.choices import DeliveryState
    from apps.messaging.models import Delivery
    from apps.messaging.services import send_next
    from apps.messaging.transport import SMTP

    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port
    settings.EMAIL_TIMEOUT = settings.EMAIL_ACCEPTANCE_TIMEOUT = 1
    attempts = 0
    while True:
        while send_next():
            attempts += 1
        waiting = Delivery.objects.filter(state=DeliveryState.QUEUED)
        if not hurry or not waiting.update(next_attempt_at=timezone.now()):
            return attempts


if __name__ == "__main__":
    django.setup()
    print(send_all(port=int(os.environ["SMTP_PORT"]), hurry=bool(os.environ.get("FAULTY"))))  # noqa: T201
