from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class OfferKind(models.TextChoices):
    PLAN = "plan", _("Plan")
    OPTION = "option", _("Option")
    SERVICE = "service", _("Service")
    EQUIPMENT = "equipment", _("Equipment")


class UsageKind(models.TextChoices):
    """What a call record or a rate is about (TYPE in files)."""

    VOICE = "voice", _("Voice")
    SMS = "sms", _("SMS")
    MMS = "mms", _("MMS")
    DATA = "data", _("Data")


#: What an offer can include each month: messages with pictures never are (DOMAIN §5.4).
INCLUDED_KINDS = (UsageKind.VOICE, UsageKind.SMS, UsageKind.DATA)


class BeyondCeiling(models.TextChoices):
    """What becomes of usage beyond the fair-use ceiling of an unlimited allowance."""

    CHARGED = "charged", _("charged at the rates of the grid")
    FREE = "free", _("free, and pointed out")


class FeeKind(models.TextChoices):
    """What is charged once, when something happens to a line. The offer's amount is in the field ``<kind>_fee``."""

    ACTIVATION = "activation", _("Activation")
    SIM = "sim", _("SIM card")
    SWAP = "swap", _("Replacement of the SIM card")
    TERMINATION = "termination", _("Termination")


class RuleKind(models.TextChoices):
    REQUIRES = "requires", _("requires")
    EXCLUDES = "excludes", _("incompatible with")


class SaleState(BadgeChoices):
    """Whether something is sold today: follows from its two days."""

    NOW = "now", "success", pgettext_lazy("offer", "On sale")
    LATER = "later", "info", pgettext_lazy("offer", "On sale later")
    WITHDRAWN = "withdrawn", "", pgettext_lazy("offer", "Withdrawn")


class SaleMode(models.TextChoices):
    """How a handset is sold (DOMAIN §12)."""

    OUTRIGHT = "outright", pgettext_lazy("handset", "Outright")
    SUBSIDISED = "subsidised", pgettext_lazy("handset", "Subsidised")
    INSTALMENTS = "instalments", pgettext_lazy("handset", "Instalments")
    RENTAL = "rental", pgettext_lazy("handset", "Rental")


#: French rates of VAT (CGI 278 to 281 nonies); overseas ones follow from these by the customer's regime.
VAT_RATES = (Decimal(20), Decimal(10), Decimal("5.5"), Decimal("2.1"), Decimal(0))

#: «Débits» (DOMAIN §12), from the slowest. An offer taken over from a file may name another one.
THROUGHPUTS = ("128k", "384k", "1M", "7.2M", "14.4M", "42M", "150M", "300M", "5G")
