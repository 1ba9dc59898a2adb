from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class OrderKind(models.TextChoices):
    MOBILE = "mobile", _("Mobile order")
    SERVICE = "service", _("Service order")


class JobKind(StrEnum):
    CONFIRM = "orders.confirm"


class OrderState(BadgeChoices):
    DRAFT = "draft", "info", pgettext_lazy("order", "Draft")
    VALIDATED = "validated", "success", pgettext_lazy("order", "Validated")
    CANCELLED = "cancelled", "", pgettext_lazy("order", "Cancelled")
    EXPIRED = "expired", "", pgettext_lazy("order", "Expired")


class ItemState(BadgeChoices):
    """A mobile line that was ordered: ``waiting`` for its number or its porting once the order is validated."""

    DRAFT = "draft", "info", pgettext_lazy("order item", "Draft")
    WAITING = "waiting", "warning", pgettext_lazy("order item", "Waiting")
    DONE = "done", "success", pgettext_lazy("order item", "In service")
    CANCELLED = "cancelled", "", pgettext_lazy("order item", "Cancelled")


#: An item in one of these holds its card, and the number that it asks for: nobody else can have them.
HOLDING = (ItemState.DRAFT, ItemState.WAITING)


class NumberSource(models.TextChoices):
    """Where the number of a new line comes from."""

    CARD = "card", _("That of the SIM card")
    TYPED = "typed", _("Another number")
    LATER = "later", _("Given later by the operator")
    PORTED = "ported", _("Ported from another operator")


class PortState(BadgeChoices):
    """How far a port-in is (DOMAIN §2)."""

    DRAFT = "draft", "info", pgettext_lazy("port-in", "Draft")
    TO_SEND = "to_send", "warning", pgettext_lazy("port-in", "To be sent")
    SENT = "sent", "info", pgettext_lazy("port-in", "Sent")
    ELIGIBLE = "eligible", "info", pgettext_lazy("port-in", "Eligible")
    REFUSED = "refused", "danger", pgettext_lazy("port-in", "Refused")
    SCHEDULED = "scheduled", "info", pgettext_lazy("port-in", "Scheduled")
    PORTED = "ported", "success", pgettext_lazy("port-in", "Ported")
    FAILED = "failed", "danger", pgettext_lazy("port-in", "Failed")
    CANCELLED = "cancelled", "", pgettext_lazy("port-in", "Cancelled")


#: Something is still to be done with a number in one of these, or to happen to it.
OPEN_PORTINGS = (
    PortState.TO_SEND,
    PortState.SENT,
    PortState.ELIGIBLE,
    PortState.SCHEDULED,
    PortState.REFUSED,
    PortState.FAILED,
)


class PortRefusal(models.TextChoices):
    """Why the other operator refuses, or why it did not work on the day (DOMAIN §2)."""

    RIO = "rio", _("RIO incorrect")
    DATE_PASSED = "date_passed", _("Date passed")
    DATE_INVALID = "date_invalid", _("Date invalid")
    TOO_MANY = "too_many", _("Too many numbers")
    OTHER_PORTING = "other_porting", _("Another porting in progress")
    ADDRESSEE = "addressee", _("Wrong addressee")
    INACTIVE = "inactive", _("Number inactive")
    RECENTLY_ENDED = "recently_ended", _("Terminated under 10 days ago")
    OTHER = "other", pgettext_lazy("reason", "Other reason")
