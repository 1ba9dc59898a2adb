"""Addresses of mails, as mail servers understand them."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError

#: Of one mail, copies included: a mail is about one customer.
MOST = 20


def mailbox(text: str) -> str:
    """The address in ``text`` in its one form: no spaces around it, the domain in ASCII small letters.

    DomainError for what is none. Letters with accents before the @ are refused: few servers take them, and a mail
    that a relay far away refuses is learnt of by nobody.
    """
    typed = text.strip()
    local, at, domain = typed.rpartition("@")
    if not typed:
        raise DomainError(_("There is no e-mail address."))
    if at and not local.isascii():
        raise DomainError(_("“%(address)s”: letters with accents before the @ are not supported.") % {"address": typed})
    try:
        validate_email(typed)
        return f"{local}@{domain.encode('idna').decode('ascii').lower()}"
    except (ValidationError, UnicodeError) as error:
        shown = "".join(sign if sign.isprintable() else "�" for sign in typed)
        raise DomainError(_("“%(address)s” is not an e-mail address.") % {"address": shown}) from error


def mailboxes(*lists: Iterable[str]) -> list[list[str]]:
    """Each list in the form of :func:`mailbox`; an address gets a mail once, whichever list names it again."""
    seen: set[str] = set()
    kept: list[list[str]] = []
    for addresses in lists:
        kept.append([])
        for address in map(mailbox, addresses):
            if address.lower() not in seen:
                seen.add(address.lower())
                kept[-1].append(address)
    if len(seen) > MOST:
        raise DomainError(_("A mail goes to %(most)d addresses at most.") % {"most": MOST})
    return kept
