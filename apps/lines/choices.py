from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class LineStatus(BadgeChoices):
    PENDING = "pending", "info", pgettext_lazy("mobile line", "Pending")
    ACTIVE = "active", "success", pgettext_lazy("mobile line", "Active")
    SUSPENDED = "suspended", "warning", pgettext_lazy("mobile line", "Suspended")
    TERMINATED = "terminated", "danger", pgettext_lazy("mobile line", "Terminated")
    CANCELLED = "cancelled", "", pgettext_lazy("mobile line", "Cancelled")


class OperationKind(models.TextChoices):
    """What was done to a line."""

    TAKE_OVER = "take_over", _("Take-over")
    ACTIVATION = "activation", _("Activation")
    RESTRICTION = "restriction", _("Restriction")
    REACTIVATION = "reactivation", _("Reactivation")
    TERMINATION = "termination", _("Termination")
    PLAN_CHANGE = "plan_change", _("Change of offers")
    USER_CHANGE = "user_change", _("Change of user")
    SIM_SWAP = "sim_swap", _("SIM swap")


class DiscountBasis(models.TextChoices):
    SUBSCRIPTION = "subscription", _("Subscription")
    USAGE = "usage", _("Usage")
