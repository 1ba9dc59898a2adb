"""What is done with mails: asked for, sent, sent again, given up.

A mail is a row as soon as its caller's transaction commits, and workers send it from there (``manage.py work``).
The integrator's own texts are written by :mod:`apps.messaging.services.templates`.
"""

from apps.messaging.services.purging import forget_old_attachments
from apps.messaging.services.queueing import Attachment, queue_mail
from apps.messaging.services.resending import cancel, resend, retry, retry_failed
from apps.messaging.services.sending import send_next, settle_lost

__all__ = [
    "Attachment",
    "cancel",
    "forget_old_attachments",
    "queue_mail",
    "resend",
    "retry",
    "retry_failed",
    "send_next",
    "settle_lost",
]
