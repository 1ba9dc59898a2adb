from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices

#: The event of templates that are sent by hand: letters to chosen customers.
LETTER = "letter"


class DeliveryState(BadgeChoices):
    """What is known of a mail. Who does not know says so: «Incertain» is for a person to clear up."""

    QUEUED = "queued", "info", pgettext_lazy("mail", "Waiting")
    SENDING = "sending", "info", pgettext_lazy("mail", "Being sent")
    SENT = "sent", "success", pgettext_lazy("mail", "Sent")
    FAILED = "failed", "danger", pgettext_lazy("mail", "Failed")
    REFUSED = "refused", "danger", pgettext_lazy("mail", "Refused")
    UNKNOWN = "unknown", "warning", pgettext_lazy("mail", "Uncertain")
    CANCELLED = "cancelled", "", pgettext_lazy("mail", "Cancelled")


#: What a person may send once more. Of an uncertain mail a copy may have arrived already.
RESENDABLE = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.REFUSED,
    DeliveryState.UNKNOWN,
    DeliveryState.CANCELLED,
)
#: What somebody has to look after.
IN_TROUBLE = (DeliveryState.FAILED, DeliveryState.REFUSED, DeliveryState.UNKNOWN)


class AttemptOutcome(BadgeChoices):
    """How one attempt ended. Only a refusal that is not for good is tried again by itself."""

    RUNNING = "running", "info", pgettext_lazy("attempt", "Under way")
    ACCEPTED = "accepted", "success", pgettext_lazy("attempt", "Accepted")
    TEMPORARY = "temporary", "warning", pgettext_lazy("attempt", "To try again")
    PERMANENT = "permanent", "danger", pgettext_lazy("attempt", "Refused for good")
    UNCLEAR = "unclear", "warning", pgettext_lazy("attempt", "Unclear")


class AddressRole(models.TextChoices):
    TO = "to", pgettext_lazy("addressee", "To")
    CC = "cc", pgettext_lazy("addressee", "Copy")
    BCC = "bcc", pgettext_lazy("addressee", "Hidden copy")


class TemplateState(BadgeChoices):
    """Whether mails are made of a template."""

    IN_USE = "in_use", "success", pgettext_lazy("template", "In use")
    FAULTY = "faulty", "danger", pgettext_lazy("template", "In error")
    UNUSED = "unused", "", pgettext_lazy("template", "Not in use")

    @classmethod
    def of(cls, template: Any) -> TemplateState:
        if template.fault:
            return cls.FAULTY
        return cls.IN_USE if template.in_use else cls.UNUSED
