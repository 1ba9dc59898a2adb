"""Who the integrator is: one row, printed on every document and shown on every page."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.branding.choices import BadgeColour

COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour is written #1f4e79."))


class Integrator(models.Model):
    """The one company that this installation serves."""

    SOLE = 1

    legal_name = models.CharField(_("legal name"), max_length=120)
    trade_name = models.CharField(_("trade name"), max_length=120, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=40, blank=True, help_text=_("SAS, SARL, SA…"))
    capital = models.CharField(_("share capital"), max_length=40, blank=True, help_text=_("As printed: 50 000 €."))
    siren = models.CharField(_("SIREN"), max_length=9)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    rcs = models.CharField(_("trade register"), max_length=80, blank=True, help_text=_("RCS and town."))
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    address = models.TextField(
        _("address"), max_length=300, help_text=_("One line per printed line, without postal code and city.")
    )
    postal_code = models.CharField(_("postal code"), max_length=10)
    city = models.CharField(_("city"), max_length=60)
    country = models.CharField(_("country"), max_length=2, default="FR")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    contact = models.TextField(
        _("your contact"), max_length=500, blank=True, help_text=_("The contact shown to customers.")
    )

    account_holder = models.CharField(_("account holder"), max_length=120, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    creditor_id = models.CharField(_("SEPA creditor identifier"), max_length=35, blank=True)

    mail_sender_name = models.CharField(
        _("sender’s name"), max_length=80, blank=True, help_text=_("As mailboxes show it; else the trade name.")
    )
    mail_sender = models.EmailField(
        _("sender’s address"), blank=True, help_text=_("Mails leave from this address; else from that of the company.")
    )
    mail_reply_to = models.EmailField(
        _("reply address"), blank=True, help_text=_("Where answers of customers go; else to the sender.")
    )

    welcome_message = models.TextField(
        _("welcome message"),
        max_length=1000,
        blank=True,
        help_text=_("Shown on the sign-in page and the dashboard. Plain text; lines are kept."),
    )

    logo = models.BinaryField(_("logo"), null=True, blank=True, editable=False)
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)
    favicon = models.BinaryField(_("site icon"), null=True, blank=True, editable=False)
    favicon_digest = models.CharField(max_length=64, blank=True, editable=False)
    primary_colour = models.CharField(_("main colour"), max_length=7, default="#1f4e79", validators=[COLOUR])
    accent_colour = models.CharField(_("second colour"), max_length=7, default="#e07a1f", validators=[COLOUR])

    environment_name = models.CharField(
        _("environment badge"),
        max_length=20,
        blank=True,
        help_text=_("Shown on every page, so that nobody takes a trial installation for the real one. Empty: none."),
    )
    environment_colour = models.CharField(
        _("colour of the badge"), max_length=8, choices=BadgeColour.choices, default=BadgeColour.WARNING
    )

    history = HistoricalRecords(excluded_fields=["logo", "favicon"])

    class Meta:
        verbose_name = _("integrator")
        verbose_name_plural = _("integrator")
        constraints = [
            models.CheckConstraint(name="branding_integrator_is_one_row", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="branding_integrator_badge_colour_is_known",
                condition=models.Q(environment_colour__in=BadgeColour.values),
            ),
        ]

    def __str__(self) -> str:
        return self.trade_name or self.legal_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Also tells the processes that remember the row for their pages."""
        from apps.branding import memory

        super().save(*args, **kwargs)
        memory.forget()

    def put_logo(self, image: bytes | None) -> None:
        """Take another logo, or none. The digest names it: in addresses, and in the snapshots of invoices."""
        self.logo = image
        self.logo_digest = hashlib.sha256(image).hexdigest() if image else ""

    def put_favicon(self, image: bytes | None) -> None:
        """Take another icon for the browser's tabs, or none."""
        self.favicon = image
        self.favicon_digest = hashlib.sha256(image).hexdigest() if image else ""
