"""What must be true of a customer, whoever says it: a file that is taken over, or a person at the form.

Both call the parts of a customer by the names of :mod:`apps.customers.parts`; what is not said, or could not be read,
is not there (DOMAIN §6, §7, §9).
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.cells import CellRefused
from apps.core.charset import Charset
from apps.core.identifiers import check_bank_pair
from apps.core.imports import in_batches, text
from apps.core.refusals import Refusal
from apps.customers.choices import AddressRole, ContactRole, VatRegime
from apps.customers.models import Contact, Customer, Mandate
from apps.customers.parts import ADDRESSES, CONTACTS, FURTHER, MANDATE
from apps.documents.choices import PaymentMode

SENTENCES = {
    "customer_holds": _("The customer %(customer)s has it already."),
    "country_unknown": _("“%(typed)s” is not the two-letter code of a country."),
    "postal_code_france": _("A French postal code has 5 digits."),
    "vat_number_needed": _("Reverse charge needs the customer's VAT number."),
    "vat_number_siren": _("This VAT number belongs to the SIREN %(siren)s."),
    "siret_siren": _("This SIRET does not begin with the SIREN of the company."),
    "contact_email_needed": _("An e-mail is needed: it is how this person is written to."),
    "mandate_character": _("“%(character)s” in position %(position)d is not allowed in a mandate reference."),
    "mandate_space": _("The space in position %(position)d is not allowed in a mandate reference."),
    "mandate_incomplete": _("A direct-debit mandate needs its IBAN, its reference (RUM) and its date."),
    "bic_needed": _("A direct debit needs the BIC of the bank."),
    "mandate_to_come": _("A mandate cannot be signed on a day to come."),
    "mandate_revoked": _("This mandate was revoked on %(day)s: a new mandate has a new reference."),
}

FRANCE = "FR"
_FRENCH_POSTAL_CODE = re.compile(r"[0-9]{5}")
_FRENCH_VAT_NUMBER = re.compile(r"FR..(?P<siren>[0-9]{9})")
# What banks carry in a reference (EPC217-08, basic character set); a space would make two of one.
_NOT_IN_REFERENCE = re.compile(r"[^A-Za-z0-9+?/:().,'-]")

type Refused = Iterator[tuple[str, Refusal]]


class CustomerRefused(Refusal):
    """Parts of a customer that do not go together, or that somebody else has."""


# --- One part by itself


def country(typed: str) -> str:
    """The ISO 3166 code of a country, in capitals."""
    # It reads its lists of the world's countries when it is first asked.
    from pycountry import countries

    code = typed.upper()
    if len(code) != 2 or countries.get(alpha_2=code) is None:
        raise CellRefused("country_unknown", typed=typed)
    return code


@cache
def countries() -> Sequence[tuple[str, str]]:
    """Codes and French names of all countries, France first."""
    # It reads its lists of the world's countries when it is first asked.
    from pycountry import LOCALES_DIR, countries

    french = gettext.translation("iso3166-1", LOCALES_DIR, languages=["fr"])
    names = {one.alpha_2: french.gettext(one.name) for one in countries}
    return sorted(names.items(), key=lambda one: (one[0] != FRANCE, Charset().proposal(one[1])))


def mandate_reference(typed: str) -> str:
    """A RUM: at most 35 characters that every bank carries."""
    if wrong := _NOT_IN_REFERENCE.search(typed):
        if wrong[0].isspace():
            raise CellRefused("mandate_space", position=wrong.start() + 1)
        raise CellRefused("mandate_character", character=wrong[0], position=wrong.start() + 1)
    return text(35)(typed)


def check_postal_code(postal_code: str | None, country: str | None) -> None:
    """Raise for a code that cannot be one of ``country``; only those of France are known."""
    if country == FRANCE and postal_code and not _FRENCH_POSTAL_CODE.fullmatch(postal_code):
        if re.fullmatch("[0-9]{4}", postal_code):
            raise CellRefused("zeros_lost", found=4, expected=5)
        raise CellRefused("postal_code_france")


# --- Parts together


def refused(said: Mapping[str, Any], *, today: date) -> Refused:
    """What is wrong with the parts of one customer, each fault under the name of a part."""
    for role, prefix in ADDRESSES.items():
        if role == AddressRole.MAIN or said.get(f"{prefix}differs"):
            yield from _address_refused(said, prefix)
    for prefix in CONTACTS.values():
        others = [f"{prefix}name", f"{prefix}phone", *([FURTHER] if prefix == CONTACTS[ContactRole.BILLING] else ())]
        if said.get(f"{prefix}email") == "" and any(map(said.get, others)):
            yield f"{prefix}email", CustomerRefused("contact_email_needed")
    siren, siret = said.get("siren") or "", said.get("siret") or ""
    if siren and siret and not siret.startswith(siren):
        yield "siret", CustomerRefused("siret_siren")
    if said.get("vat_regime") == VatRegime.EU_REVERSE and said.get("vat_number") == "":
        yield "vat_number", CustomerRefused("vat_number_needed")
    yield from _mandate_refused(said, today=today)


def _address_refused(said: Mapping[str, Any], prefix: str) -> Refused:
    if prefix:
        for name in ("street", "postal_code", "city", "country"):
            if said.get(f"{prefix}{name}") == "":
                yield f"{prefix}{name}", CustomerRefused("value_missing")
    try:
        check_postal_code(said.get(f"{prefix}postal_code"), said.get(f"{prefix}country"))
    except Refusal as refusal:
        yield f"{prefix}postal_code", refusal


def _mandate_refused(said: Mapping[str, Any], *, today: date) -> Refused:
    if said.get("payment_mode") == PaymentMode.DIRECT_DEBIT or any(map(said.get, MANDATE)):
        for name in ("iban", "reference", "signed_on"):
            if name in said and not said[name]:
                yield name, CustomerRefused("mandate_incomplete")
    if said.get("iban") and said.get("bic"):
        try:
            check_bank_pair(said["iban"], said["bic"])
        except Refusal as refusal:
            yield "bic", refusal
    if (signed_on := said.get("signed_on")) and signed_on > today:
        yield "signed_on", CustomerRefused("mandate_to_come")


def refused_of_people(said: Mapping[str, Any], *, today: date) -> Refused:
    """The same, and what a person is asked where a file may be silent: the BIC, which other systems did not keep."""
    yield from refused(said, today=today)
    if said.get("payment_mode") == PaymentMode.DIRECT_DEBIT and said.get("bic") == "":
        yield "bic", CustomerRefused("bic_needed")


def doubted(said: Mapping[str, Any]) -> Refused:
    """What is odd about one customer without being wrong."""
    # The members of a VAT group share the number of the group, which has a SIREN of its own.
    french = _FRENCH_VAT_NUMBER.fullmatch(said.get("vat_number") or "")
    if french and said.get("siren") and french["siren"] != said["siren"]:
        yield "vat_number", CustomerRefused("vat_number_siren", siren=french["siren"])


# --- What only one customer may have


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has the logins, the e-mails of identification and the mandates that somebody wants to give."""

    logins: Mapping[str, str]
    emails: Mapping[str, str]
    mandates: Mapping[str, Mandate]

    @classmethod
    def of(cls, *, logins: Iterable[str], emails: Iterable[str], references: Iterable[str]) -> Holders:
        customers = Customer.objects.only("login", "number")
        contacts = Contact.objects.filter(role=ContactRole.IDENTIFICATION).select_related("customer")
        mandates = Mandate.objects.select_related("customer")
        return cls(
            {one.login: one.number for one in in_batches(customers, "login", logins)},
            {one.email: one.customer.number for one in in_batches(contacts, "email", emails)},
            {one.reference: one for one in in_batches(mandates, "reference", references)},
        )

    def refused(self, said: Mapping[str, Any], *, number: str | None) -> Refused:
        """What of ``said``, which is new to the customer ``number``, is not to be had."""
        if holder := self.logins.get(said.get("login") or ""):
            yield "login", CustomerRefused("customer_holds", customer=holder)
        if holder := self.emails.get(said.get("identification_email") or ""):
            yield "identification_email", CustomerRefused("customer_holds", customer=holder)
        if mandate := self.mandates.get(said.get("reference") or ""):
            if mandate.customer.number != number:
                yield "reference", CustomerRefused("customer_holds", customer=mandate.customer.number)
            else:
                yield "reference", CustomerRefused("mandate_revoked", day=mandate.revoked_on)
