"""What an issued invoice shows, frozen: enough to print it again in ten years without asking the database.

A snapshot holds text and figures, never a reference: the seller's and the buyer's names as they were, the
labels, the rates, the legal mentions in full. Amounts are euros; ``net`` is without tax. Periods are
half-open: ``period_end`` is the day after the last. The amounts of a credit note are written as it shows
them; this module neither turns nor interprets signs.

The legal content follows CGI ann. II art. 242 nonies A and C. com. art. L441-9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from apps.core.money import total
from apps.documents.canonical import canonical, decode, encode


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class ItemKind(StrEnum):
    """The kinds of line, spelled as ``billing_run --json`` prints them."""

    SUBSCRIPTION = "subscription"
    OPTION = "option"
    SERVICE = "service"
    ONE_OFF = "one_off"
    DISCOUNT = "discount"
    USAGE = "usage"


class InconsistentSnapshot(ValueError):
    """Figures that contradict one another: such a document is never printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The seller, the buyer or the place of delivery; what is unknown or not due is the empty string."""

    legal_name: str
    name: str = ""
    legal_form: str = ""
    #: As it is printed: «10 000 €», «variable».
    capital: str = ""
    siren: str = ""
    siret: str = ""
    #: Register and town, as printed: «RCS Paris 123 456 782».
    rcs: str = ""
    vat_number: str = ""
    address_lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    #: ISO 3166-1 alpha-2.
    country: str = "FR"
    #: The country in French, printed on the last line of an address abroad.
    country_name: str = ""
    customer_number: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Where to pay; ``creditor_id`` is the SEPA creditor identifier (ICS)."""

    holder: str
    iban: str
    bic: str = ""
    bank: str = ""
    creditor_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line. An empty ``msisdn`` means that the line belongs to the customer, not to a mobile line."""

    position: int
    kind: ItemKind
    label: str
    #: Digits in E.164 without the sign: 33639980001.
    msisdn: str = ""
    user_name: str = ""
    period_start: date | None = None
    period_end: date | None = None
    quantity: Decimal = Decimal(1)
    unit_price: Decimal
    net: Decimal
    #: Percent: 20, 8.5, 0.
    vat_rate: Decimal
    #: UNTDID 5305: S standard, AE reverse charge, E exempt…
    vat_category: str = "S"
    #: Sold for somebody else (SVA numbers): shown apart from the operator's own services.
    third_party: bool = False
    #: A few words under the label: «9/31 jours», «12 appels, 0 h 34 min».
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatTotal:
    """The tax of one category and rate; ``reason`` is the mention that an untaxed amount must carry."""

    category: str
    rate: Decimal
    base: Decimal
    amount: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How the buyer pays: UNTDID 4461 ``code``, its French ``label`` and the text that goes with the mode."""

    code: str
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """The legal sentences, in full; an empty one is not due (no 40 € indemnity from an individual)."""

    penalties: str = ""
    recovery_indemnity: str = ""
    early_payment: str = ""
    operation_category: str = ""
    vat_on_debits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """How the integrator's documents look and whom a customer may ask."""

    #: ``#rrggbb``.
    colour: str = "#1f3a5f"
    footer: str = ""
    #: «Votre interlocuteur»: name, phone, address; may have several lines.
    contact: str = ""
    message: str = ""
    #: SHA-256 of the logo's bytes, empty without logo.
    logo_digest: str = ""

    def __post_init__(self) -> None:
        # The colour goes into a style sheet, where escaping for HTML protects nothing.
        if re.fullmatch(r"#[0-9a-fA-F]{6}", self.colour) is None:
            raise ValueError(f"a colour is written #rrggbb, not {self.colour!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The invoice that a credit note corrects."""

    number: str
    issue_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSnapshot:
    """The whole document. A ``number`` of ``None`` makes it a draft, and it is printed as one."""

    kind: DocumentKind = DocumentKind.INVOICE
    number: str | None
    issue_date: date
    due_date: date
    period_start: date
    period_end: date
    seller: Party
    buyer: Party
    delivery: Party | None = None
    bank: Bank | None = None
    items: tuple[Item, ...]
    vat_totals: tuple[VatTotal, ...]
    net: Decimal
    vat: Decimal
    gross: Decimal
    payment: Payment
    purchase_order: str = ""
    cost_center: str = ""
    mentions: Mentions = Mentions()
    branding: Branding = Branding()
    #: Which version of the layout the document was issued with.
    layout_version: str = ""
    cites: Citation | None = None

    def __post_init__(self) -> None:
        self._agree("net", self.net, total(item.net for item in self.items))
        self._agree("net", self.net, total(part.base for part in self.vat_totals))
        self._agree("vat", self.vat, total(part.amount for part in self.vat_totals))
        self._agree("gross", self.gross, self.net + self.vat)
        if (self.kind is DocumentKind.CREDIT_NOTE) != (self.cites is not None):
            raise InconsistentSnapshot("a credit note, and nothing else, cites an invoice")

    def _agree(self, name: str, stated: Decimal, computed: Decimal) -> None:
        if stated != computed:
            raise InconsistentSnapshot(f"{name} is {stated}, but its parts add up to {computed}")

    @property
    def is_draft(self) -> bool:
        return self.number is None

    @property
    def is_credit_note(self) -> bool:
        return self.kind is DocumentKind.CREDIT_NOTE

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, for a JSON column."""
        data: dict[str, Any] = encode(self)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back :meth:`as_json`; :class:`~apps.documents.canonical.UnreadableSnapshot` otherwise."""
        return decode(cls, data)

    def canonical_json(self) -> str:
        """The text whose hash is chained. For a stored snapshot, use ``canonical()`` on the stored data."""
        return canonical(self.as_json())


class CallKind(StrEnum):
    VOICE = "voice"
    SMS = "sms"
    MMS = "mms"
    DATA = "data"


class Direction(StrEnum):
    OUT = "out"
    IN = "in"
    FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One record of the call detail, as the customer may see it: mask the number before it comes here."""

    #: Paris time, without offset.
    started_at: datetime
    kind: CallKind
    direction: Direction = Direction.OUT
    #: As printed, already masked; empty for data.
    other_number: str = ""
    destination: str = ""
    #: Seconds of voice, bytes of data, number of messages.
    quantity: int
    #: Taken from the allowance, so shown as included rather than at 0.
    included: bool = False
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSection:
    """The calls of one mobile line, in the order they are printed."""

    msisdn: str
    user_name: str = ""
    calls: tuple[Call, ...] = ()
    #: How many bytes make a megabyte on this installation (1000² or 1024²).
    bytes_per_mb: int = 1_048_576
