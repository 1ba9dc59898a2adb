"""The integrator as mails show it: name, contact, legal line, colour, logo, and the addresses mails come from."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address

from django.utils.translation import gettext_lazy as _

from apps.branding.logo import content_type
from apps.branding.models import Integrator
from apps.core import french
from apps.core.exceptions import DomainError
from apps.messaging.addresses import mailbox
from apps.messaging.events import Placeholder, means
from apps.messaging.models import InlineImage

SEPARATOR = " · "
LONGEST_NAME = 80  # of a sender: beyond, mailboxes show dots


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What templates see as ``company``."""

    name: str = means(_("Trade name"))
    legal_name: str = means(_("Legal name"))
    address_lines: tuple[str, ...] = means(_("The address, line by line"))
    email: str = means(_("E-mail address"))
    phone: str = means(_("Telephone"))
    contact_lines: tuple[str, ...] = means(_("Who answers for customers, line by line"))
    #: What a business letter must name (C. com. art. R123-237).
    legal_line: str = means(_("Form, capital, SIREN, register and VAT number"))
    colour: str = means(_("The main colour, as HTML writes it"))


COMPANY = Placeholder(
    "company",
    _("Your company, as “Identity & logo” says"),
    Company(
        name="Télécom Démo",
        legal_name="TELECOM DEMO SAS",
        address_lines=("12 rue de la République", "69002 LYON"),
        email="contact@telecom.example",
        phone="04 72 00 00 00",
        contact_lines=("Camille Martin", "Service clients"),
        legal_line="SAS · capital 50 000 € · SIREN 732 829 320 · RCS Lyon · TVA FR44732829320",
        colour="#1d4ed8",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    company: Company
    sender: str
    reply_to: str
    logo: InlineImage | None


def letterhead() -> Letterhead:
    """Of this installation, as it is now. DomainError where nobody has said who writes."""
    # The images are large, and read from here once only.
    company = Integrator.objects.defer("logo", "favicon").filter(pk=Integrator.SOLE).first()
    if company is None:
        raise DomainError(_("Mails need a sender: fill in “Identity & logo” first."))
    address = company.mail_sender or company.email
    if not address:
        raise DomainError(_("Mails need a sender: fill in its address in “Identity & logo”."))
    return Letterhead(
        company=_company(company),
        sender=_named(company.mail_sender_name or str(company), mailbox(address)),
        reply_to=mailbox(company.mail_reply_to) if company.mail_reply_to else "",
        logo=_logo(company),
    )


def _named(name: str, address: str) -> str:
    """``"Télécom, Lyon" <factures@exemple.fr>``: a name cannot smuggle a header or another address in."""
    local, _at, domain = address.rpartition("@")
    shown = " ".join(name.translate({ord("<"): None, ord(">"): None}).split())
    return str(Address(shown[:LONGEST_NAME], local, domain))


def _company(company: Integrator) -> Company:
    town = f"{company.postal_code} {company.city}".strip()
    legal = (
        company.legal_name if company.legal_name != str(company) else "",
        company.legal_form,
        f"capital {company.capital}" if company.capital else "",
        f"SIREN {french.in_groups(company.siren, 3)}" if company.siren else "",
        company.rcs,
        f"TVA {company.vat_number}" if company.vat_number else "",
    )
    return Company(
        name=str(company),
        legal_name=company.legal_name,
        address_lines=tuple(line for line in (*_lines(company.address), town) if line),
        email=company.email,
        phone=company.phone,
        contact_lines=_lines(company.contact),
        legal_line=SEPARATOR.join(part for part in legal if part),
        colour=company.primary_colour,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _logo(company: Integrator) -> InlineImage | None:
    if not company.logo_digest:
        return None
    kept = InlineImage.objects.defer("data").filter(digest=company.logo_digest).first()
    if kept is not None or not company.logo:
        return kept
    data = bytes(company.logo)
    return InlineImage.objects.get_or_create(
        digest=company.logo_digest, defaults={"content_type": content_type(data), "data": data}
    )[0]
