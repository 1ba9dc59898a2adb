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


#: A line that serves is on the operator's network, restricted or not.
SERVING = frozenset({LineStatus.ACTIVE, LineStatus.SUSPENDED})


class OperationKind(models.TextChoices):
    """What was done to a line."""

    TAKE_OVER = "take_over", _("Take-over")
    ORDER = "order", pgettext_lazy("line operation", "Order")
    NUMBER = "number", _("Attribution of the number")
    ACTIVATION = "activation", _("Activation")
    RESTRICTION = "restriction", _("Restriction")
    REACTIVATION = "reactivation", _("Reactivation")
    TERMINATION = "termination", _("Termination")
    PLAN_CHANGE = "plan_change", _("Change of offers")
    USER_CHANGE = "user_change", _("Change of user")
    SIM_SWAP = "sim_swap", _("SIM swap")
    INTERNATIONAL = "international", _("International behaviour")
    CANCELLATION = "cancellation", pgettext_lazy("line operation", "Cancellation")
    RIO = "rio", _("RIO noted")


class Barring(models.TextChoices):
    """What a restricted line cannot do (DOMAIN §12). Emergency calls are never barred."""

    BOTH = "both", _("Incoming and outgoing")
    OUTGOING = "outgoing", pgettext_lazy("restriction", "Outgoing")


class RestrictionReason(models.TextChoices):
    UNPAID = "unpaid", pgettext_lazy("reason of a restriction", "Unpaid invoice")
    LOST = "lost", _("Loss or theft")
    REQUEST = "request", _("At the customer’s request")
    FRAUD = "fraud", _("Fraud or unusual usage")
    OTHER = "other", pgettext_lazy("reason", "Other reason")


class TerminationReason(models.TextChoices):
    REQUEST = "request", _("At the customer’s request")
    PORT_OUT = "port_out", _("Port-out: the number goes to another operator")
    UNPAID = "unpaid", pgettext_lazy("reason of a termination", "Unpaid invoices")
    CLOSED = "closed", _("The customer ceases its activity")
    OTHER = "other", pgettext_lazy("reason", "Other reason")


class SwapReason(models.TextChoices):
    """Why a line gets another SIM card."""

    LOST = "lost", pgettext_lazy("reason of a SIM swap", "The card is lost or stolen")
    FAULTY = "faulty", pgettext_lazy("reason of a SIM swap", "The card is faulty")
    UPGRADE = "upgrade", pgettext_lazy("reason of a SIM swap", "Another format, or an eSIM")
    OTHER = "other", pgettext_lazy("reason", "Other reason")


class International(models.TextChoices):
    """What a line may do beyond France (DOMAIN §12): barrings of the network, from none to all."""

    WORLD = "world", _("World: calls abroad and roaming everywhere")
    EUROPE = "europe", _("Europe: calls and roaming in Europe only")
    HOME_WHEN_ROAMING = "home", _("When roaming, calls to France only (BOIC-exHC)")
    NO_CALLS_ABROAD = "no_calls", _("Calls abroad barred (BOIC)")
    NO_ROAMING = "no_roaming", _("Roaming barred")
    NATIONAL = "national", _("National only: neither calls abroad nor roaming")


class PurchaseMode(models.TextChoices):
    """Where a handset that goes with a line comes from (DOMAIN §12)."""

    STOCK = "stock", pgettext_lazy("purchase mode", "Stock")
    OPERATOR = "operator", pgettext_lazy("purchase mode", "Operator")
    WHOLESALER = "wholesaler", pgettext_lazy("purchase mode", "Wholesaler")
    OWN = "own", pgettext_lazy("purchase mode", "The customer’s own")


class PlannedState(BadgeChoices):
    """What became of an operation that was asked for a day to come."""

    PLANNED = "planned", "info", pgettext_lazy("planned operation", "Planned")
    DONE = "done", "success", pgettext_lazy("planned operation", "Done")
    REFUSED = "refused", "danger", pgettext_lazy("planned operation", "Refused")
    CANCELLED = "cancelled", "", pgettext_lazy("planned operation", "Cancelled")


class ProvisioningState(BadgeChoices):
    """How far the operator is with what was asked of it for a line."""

    TO_SEND = "to_send", "info", pgettext_lazy("provisioning", "To be sent")
    SENT = "sent", "warning", pgettext_lazy("provisioning", "Sent")
    ACKNOWLEDGED = "acknowledged", "success", pgettext_lazy("provisioning", "Acknowledged")
    REFUSED = "refused", "danger", pgettext_lazy("provisioning", "Refused")


class ProvisioningBackend(models.TextChoices):
    """How the operator is asked (setting ``PROVISIONING``)."""

    IMMEDIATE = "immediate", _("Acknowledged at once")
    FILE_DROP = "file_drop", _("By file")


class Direction(models.TextChoices):
    """Which way a file went."""

    OUT = "out", _("To the operator")
    IN = "in", _("From the operator")


class FileOutcome(BadgeChoices):
    """What became of a file that is exchanged with the operator."""

    CLAIMED = "claimed", "info", pgettext_lazy("file", "Being written")
    WRITTEN = "written", "success", pgettext_lazy("file", "Written")
    READ = "read", "success", pgettext_lazy("file", "Read")
    IN_PART = "in_part", "warning", pgettext_lazy("file", "Read in part")
    REFUSED = "refused", "danger", pgettext_lazy("file", "Refused")


class DiscountBasis(models.TextChoices):
    SUBSCRIPTION = "subscription", _("Subscription")
    USAGE = "usage", _("Usage")
