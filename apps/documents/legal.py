"""What the law wants on an invoice, looked for in the text that can be read on it.

Sources: CGI ann. II 242 nonies A (identities, date, number, quantities, prices, rates, totals, exemptions, delivery
address, category of operation, «débits» option); C. com. L441-9 and D441-5 (date due, early payment, penalties, 40 €);
C. com. R123-237 and R123-238 (SIREN, register, legal form, capital); CGI 289 I-5 (what a credit note corrects).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core import french
from apps.documents.presentation import is_detailed_apart
from apps.documents.snapshot import InvoiceSnapshot, Item, Party

#: Each mention by its code, as a sentence goes on: «… leaves out the date of issue».
NAMES: Final[dict[str, str | Promise]] = {
    "kind": _("the word “facture” or “avoir”"),
    "number": _("the number of the document"),
    "issue_date": _("the date of issue"),
    "due_date": _("the date due"),
    "period": _("the period of the services"),
    "seller_name": _("the seller’s name"),
    "seller_address": _("the seller’s address"),
    "seller_siren": _("the seller’s SIREN"),
    "seller_register": _("the seller’s trade register"),
    "seller_capital": _("the seller’s legal form and capital"),
    "seller_vat_number": _("the seller’s VAT number"),
    "buyer_name": _("the customer’s name"),
    "buyer_address": _("the customer’s address"),
    "buyer_siren": _("the customer’s SIREN"),
    "buyer_vat_number": _("the customer’s VAT number"),
    "delivery": _("the delivery address"),
    "cites": _("the invoice that a credit note corrects"),
    "item_label": _("the label of each line"),
    "item_quantity": _("the quantity of each line"),
    "item_price": _("the unit price of each line"),
    "item_rate": _("the VAT rate of each line"),
    "item_net": _("the amount of each line"),
    "rate": _("each VAT rate, with its totals"),
    "rate_base": _("the amount without VAT of each rate"),
    "rate_amount": _("the VAT of each rate"),
    "reason": _("why no VAT is due"),
    "net": _("the total without VAT"),
    "vat": _("the total of the VAT"),
    "gross": _("the total with VAT"),
    "payment": _("the text of the payment mode"),
    "penalties": _("the late-payment penalties"),
    "recovery_indemnity": _("the recovery indemnity of 40 €"),
    "early_payment": _("the terms of early payment"),
    "operation_category": _("the category of operation"),
    "vat_on_debits": _("the option for VAT on debits"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One text that must be on the page; ``ways`` are the ways to write it."""

    code: str
    ways: tuple[str, ...]


def missing(snapshot: InvoiceSnapshot, text: str) -> list[str]:
    """The codes of the mentions that ``text``, what can be read of the document, lacks; each once, in order.

    Spaces, hyphens, apostrophes and the case of letters are not compared: lines may break anywhere. What several
    mentions have in common («20 %» of two lines and of the totals) must be there as often.
    """
    read = _plain(text)
    needed: Counter[str] = Counter()
    lacking: dict[str, None] = {}
    for wanted in wanted_of(snapshot):
        ways = [_plain(way) for way in wanted.ways]
        for way in ways:
            needed[way] += 1
        if not any(read.count(way) >= needed[way] for way in ways):
            lacking[wanted.code] = None
    return list(lacking)


def _plain(text: str) -> str:
    return re.sub(r"[\s\-\N{SOFT HYPHEN}’']+", "", text).casefold()


def wanted_of(snapshot: InvoiceSnapshot) -> Iterator[Wanted]:
    """All that must be read on the first pages of ``snapshot``; nothing for what it does not hold."""
    yield Wanted("kind", ("avoir",) if snapshot.is_credit_note else ("facture",))
    yield from _text("number", snapshot.number or "")
    yield _day("issue_date", snapshot.issue_date)
    yield _day("period", snapshot.period_start)
    yield from _seller(snapshot.seller)
    yield from _party("buyer", snapshot.buyer)
    if snapshot.delivery is not None:
        yield from _text("delivery", *_address(snapshot.delivery))
    if not is_detailed_apart(snapshot):
        for item in snapshot.items:
            yield from _item(item)
    for part in snapshot.vat_totals:
        yield from _text("rate", french.percent(part.rate))
        yield from _text("rate_base", french.amount(part.base))
        yield from _text("rate_amount", french.amount(part.amount))
        yield from _text("reason", part.reason)
    for code in ("net", "vat", "gross"):
        yield from _text(code, french.amount(getattr(snapshot, code)))
    yield from _ending(snapshot)


def _ending(snapshot: InvoiceSnapshot) -> Iterator[Wanted]:
    if snapshot.cites is None:
        yield _day("due_date", snapshot.due_date)
        yield from _text("payment", *snapshot.payment.text.splitlines())
    else:
        yield from _text("cites", snapshot.cites.number)
        yield _day("cites", snapshot.cites.issue_date)
    for code in ("penalties", "recovery_indemnity", "early_payment", "operation_category", "vat_on_debits"):
        yield from _text(code, *getattr(snapshot.mentions, code).splitlines())


def _seller(seller: Party) -> Iterator[Wanted]:
    yield from _party("seller", seller)
    yield from _text("seller_register", seller.rcs)
    yield from _text("seller_capital", seller.legal_form, seller.capital)


def _party(side: str, party: Party) -> Iterator[Wanted]:
    yield from _text(f"{side}_name", party.legal_name)
    yield from _text(f"{side}_address", *_address(party))
    yield from _text(f"{side}_siren", party.siren)
    yield from _text(f"{side}_vat_number", party.vat_number)


def _address(party: Party) -> tuple[str, ...]:
    return (*party.address_lines, party.postal_code, party.city, party.country_name)


def _item(item: Item) -> Iterator[Wanted]:
    yield from _text("item_label", item.label)
    yield from _text("item_quantity", french.decimal_text(item.quantity))
    yield from _text("item_price", french.price(item.unit_price).removesuffix(f"{french.NBSP}€"))
    yield from _text("item_rate", french.percent(item.vat_rate))
    yield from _text("item_net", french.amount(item.net))


def _text(code: str, *texts: str) -> Iterator[Wanted]:
    for text in texts:
        if text.strip():
            yield Wanted(code, (text,))


def _day(code: str, day: date) -> Wanted:
    return Wanted(code, (french.day(day), french.long_day(day)))
