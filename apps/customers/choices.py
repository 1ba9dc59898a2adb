from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.choices import BadgeChoices


class CustomerKind(models.TextChoices):
    COMPANY = "company", _("Company")
    ADMINISTRATION = "administration", _("Administration")
    ASSOCIATION = "association", _("Association")
    INDIVIDUAL = "individual", _("Individual")


class CustomerState(BadgeChoices):
    """What a customer is by the day of its closing: no column says it."""

    OPEN = "open", "", pgettext_lazy("customer", "Open")
    CLOSED = "closed", "warning", pgettext_lazy("customer", "Closed")


class VatRegime(models.TextChoices):
    METROPOLE = "METROPOLE", _("Metropolitan France")
    DOM_8_5 = "DOM_8_5", _("Guadeloupe, Martinique, Réunion (8.5 %)")
    EXEMPT_294 = "EXONERE_294", _("Guyane, Mayotte (not subject, CGI 294-1)")
    EU_REVERSE = "UE_AUTOLIQUIDATION", _("EU business (reverse charge)")


class ContactRole(models.TextChoices):
    BILLING = "billing", _("Billing manager")
    IDENTIFICATION = "identification", _("Site identification manager")


class AddressRole(models.TextChoices):
    MAIN = "main", _("Main address")
    DELIVERY = "delivery", _("Delivery address")
    BILLING = "billing", _("Billing address")
