"""What is kept of mails: the outbox, and the texts that the integrator has written for them."""

from apps.messaging.models.outbox import BACK_OFF, Addressee, Attempt, Delivery, InlineImage
from apps.messaging.models.templates import EmailTemplate, EmailTemplateVersion, EventSwitch, TemplateAttachment

__all__ = [
    "BACK_OFF",
    "Addressee",
    "Attempt",
    "Delivery",
    "EmailTemplate",
    "EmailTemplateVersion",
    "EventSwitch",
    "InlineImage",
    "TemplateAttachment",
]
