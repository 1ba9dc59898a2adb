"""The integrator as its documents show it."""

from __future__ import annotations

from apps.branding.models import Integrator
from apps.documents.snapshot import Bank, Branding, Party

COUNTRIES = {"FR": "", "BE": "BELGIQUE", "LU": "LUXEMBOURG", "DE": "ALLEMAGNE", "ES": "ESPAGNE", "IT": "ITALIE"}


def country_name(code: str) -> str:
    """As printed under an address abroad; France has none."""
    return COUNTRIES.get(code, code)


def seller_of(integrator: Integrator) -> Party:
    return Party(
        legal_name=integrator.legal_name,
        name=integrator.trade_name,
        legal_form=integrator.legal_form,
        capital=integrator.capital,
        siren=integrator.siren,
        siret=integrator.siret,
        rcs=integrator.rcs,
        vat_number=integrator.vat_number,
        address_lines=tuple(integrator.address.splitlines()),
        postal_code=integrator.postal_code,
        city=integrator.city,
        country=integrator.country,
        country_name=country_name(integrator.country),
        email=integrator.email,
        phone=integrator.phone,
    )


def bank_of(integrator: Integrator) -> Bank | None:
    """``None`` as long as there is no IBAN."""
    if not integrator.iban:
        return None
    return Bank(
        holder=integrator.account_holder or integrator.legal_name,
        iban=integrator.iban,
        bic=integrator.bic,
        bank=integrator.bank,
        creditor_id=integrator.creditor_id,
    )


def branding_of(integrator: Integrator, *, footer: str) -> Branding:
    return Branding(
        colour=integrator.primary_colour,
        footer=footer,
        contact=integrator.contact,
        logo_digest=integrator.logo_digest,
    )
