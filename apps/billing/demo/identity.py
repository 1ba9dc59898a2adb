"""Whose demonstration it is: an integrator that does not exist.

The SIREN and the bank are fictitious, their check digits right.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont
from simple_history.utils import bulk_create_with_history

from apps.branding.choices import BadgeColour
from apps.branding.logo import reencode
from apps.branding.models import Integrator
from apps.core.exceptions import DomainError
from apps.customers.models import Customer

NAME = "Acacia Télécom"
BLUE, ORANGE, WHITE = "#1f4e79", "#e07a1f", "#ffffff"
FONT = Path(settings.BASE_DIR) / "apps/documents/fonts/DejaVuSansCondensed-Bold.ttf"


def installed_integrator(*, reseller: str) -> Integrator:
    """The integrator of the demonstration, made if this installation is still nobody's.

    DomainError if it belongs to somebody, or holds another reseller. What has been edited since is left alone: the
    history of the row remembers how it began.
    """
    mark = f"demo: {reseller}"
    integrator = Integrator.objects.first()
    if integrator is None:
        if Customer.objects.exists():
            raise DomainError(_("This installation has customers: the demonstration goes into an empty one."))
        return _integrator(mark)
    first = integrator.history.earliest()
    if not (first.history_change_reason or "").startswith("demo: "):
        raise DomainError(_("This installation has an owner: the demonstration goes into an empty one."))
    if first.history_change_reason != mark:
        raise DomainError(_("This installation holds another demonstration: start from an empty database."))
    return integrator


def _integrator(mark: str) -> Integrator:
    integrator = Integrator(
        pk=Integrator.SOLE,
        legal_name="Acacia Télécom SAS",
        trade_name=NAME,
        legal_form="SAS",
        capital="50 000 €",
        siren="000720268",
        siret="00072026800010",
        rcs="RCS Villeneuve 000 720 268",
        vat_number="FR44000720268",
        address="7 rue des Acacias",
        postal_code="72026",
        city="Villeneuve",
        email="facturation@example.org",
        phone="01 99 00 20 26",
        contact="Service clients : 01 99 00 20 26, du lundi au vendredi de 9 h à 18 h",
        mail_sender_name=NAME,
        mail_sender="facturation@example.org",
        mail_reply_to="service.clients@example.org",
        welcome_message="Bienvenue chez Acacia Télécom.\nCe revendeur est fictif : essayez tout, rien ne part.",
        environment_name="Démonstration",
        environment_colour=BadgeColour.INFO,
        account_holder="Acacia Télécom SAS",
        iban="FR7699999000720000120261008",
        bic="DEMOFRPP",
        bank="Banque de démonstration",
        creditor_id="FR72ZZZ123456",
        primary_colour=BLUE,
        accent_colour=ORANGE,
    )
    integrator.put_logo(reencode(_logo()))
    integrator.full_clean()
    bulk_create_with_history([integrator], Integrator, default_change_reason=mark)
    return integrator


def _logo() -> bytes:
    """A SIM card with its chip, and the name."""
    image = Image.new("RGBA", (820, 200), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((10, 10, 150, 190), radius=22, fill=BLUE)
    draw.polygon([(110, 10), (150, 10), (150, 50)], fill=(0, 0, 0, 0))
    draw.rounded_rectangle((42, 84, 118, 156), radius=10, fill=ORANGE)
    draw.line([(80, 84), (80, 156)], fill=WHITE, width=4)
    draw.line([(42, 108), (118, 108)], fill=WHITE, width=4)
    draw.line([(42, 132), (118, 132)], fill=WHITE, width=4)
    draw.text((185, 100), NAME, font=ImageFont.truetype(FONT, 80), fill=BLUE, anchor="lm")
    encoded = BytesIO()
    image.save(encoded, "PNG")
    return encoded.getvalue()
