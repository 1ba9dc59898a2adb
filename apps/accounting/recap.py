"""«Fichier récapitulatif (comptabilité)»: one row per issued invoice or credit note (DOMAIN §10).

Where a figure or a word comes from:

- Names, SIREN, dates and the payment mode are those of the invoice's snapshot, amounts those of its frozen lines and
  VAT totals: what is exported twice is the same twice, whatever became of the customer meanwhile.
- RUM and masked IBAN are those of the mandate that was in force on the date of the invoice, for direct debits.
- COMPTE_AUX is today's, the customer's number by default: it says where to post, and correcting it corrects the file.
- EMAIL and STATUT_ENVOI tell how the sending stands today (:mod:`apps.accounting.sending`).

How the net of a line is classed; the four classes add up to HT_TOTAL:

- HT_ABONNEMENTS: plans and options, prorata and adjustments included.
- HT_CONSOS: usage, that of third-party services (SVA numbers) included.
- HT_MATERIEL: goods, recurring (equipment rented out by the month) or one-off (a handset that is sold).
- HT_SERVICES: everything else, recurring services and one-off charges such as activation or termination fees.

A discount counts, as a negative amount, in the class of what it is taken on. A credit note shows negative amounts, and
so does its row. BASE_x and TVA_x are there for each rate that the selection uses, the highest first; untaxed amounts,
whatever the reason, are BASE_0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import batched

from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.accounting.exceptions import NothingIssued, UnbalancedRecap
from apps.accounting.sending import Sending, sendings_of
from apps.billing.choices import LineKind
from apps.billing.models import BillingRun, Invoice, InvoiceLine
from apps.catalog.choices import OfferKind
from apps.core import spreadsheets
from apps.core.french import decimal_text
from apps.core.identifiers import mask_iban
from apps.core.money import total
from apps.core.progress import Progress, unwatched
from apps.customers.models import Mandate
from apps.documents.choices import PaymentMode
from apps.documents.snapshot import DocumentKind, InvoiceSnapshot

ROWS_PER_CHUNK = 200
ZERO = Decimal("0.00")
TYPES = {DocumentKind.INVOICE: "FACTURE", DocumentKind.CREDIT_NOTE: "AVOIR"}


class Class(StrEnum):
    """The columns that divide the net."""

    SUBSCRIPTIONS = "HT_ABONNEMENTS"
    USAGE = "HT_CONSOS"
    SERVICES = "HT_SERVICES"
    GOODS = "HT_MATERIEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapRow:
    """One invoice. ``period_end`` is the last day, not the day after; ``vat`` is (base, amount) by rate."""

    number: str
    kind: DocumentKind
    issue_date: date
    due_date: date
    customer_number: str
    name: str
    siren: str
    auxiliary_account: str
    period_start: date
    period_end: date
    classes: Mapping[Class, Decimal]
    net: Decimal
    vat: Mapping[Decimal, tuple[Decimal, Decimal]]
    gross: Decimal
    payment_mode: str
    mandate: str = ""
    iban: str = ""
    email: str = ""
    sending: str = ""

    def check(self) -> None:
        """UnbalancedRecap unless classes and bases each make the net, and net and VAT the gross."""
        bases = total(base for base, _amount in self.vat.values())
        taxes = total(amount for _base, amount in self.vat.values())
        if not total(self.classes.values()) == bases == self.net or self.net + taxes != self.gross:
            raise UnbalancedRecap(_("The amounts of %(number)s do not add up.") % {"number": self.number})


@dataclass(frozen=True, slots=True)
class Recap:
    """The rows of a selection of invoices, in the order of their numbers, and the rates that they use."""

    rows: Sequence[RecapRow] = field(default_factory=list)

    @property
    def rates(self) -> list[Decimal]:
        return sorted({rate for row in self.rows for rate in row.vat}, reverse=True)

    @property
    def net(self) -> Decimal:
        return total(row.net for row in self.rows)

    @property
    def gross(self) -> Decimal:
        return total(row.gross for row in self.rows)

    @property
    def header(self) -> list[str]:
        return [
            *("NUM_FACTURE", "TYPE", "DATE_FACTURE", "DATE_ECHEANCE", "NUM_CLIENT", "RAISON_SOCIALE", "SIREN"),
            *("COMPTE_AUX", "PERIODE_DU", "PERIODE_AU", *Class, "HT_TOTAL"),
            *(f"{name}_{decimal_text(rate)}" for rate in self.rates for name in ("BASE", "TVA")),
            *("TTC", "MODE_PAIEMENT", "RUM", "IBAN_MASQUE", "EMAIL", "STATUT_ENVOI"),
        ]

    def cells(self) -> Iterator[list[spreadsheets.Cell]]:
        """The rows under :attr:`header`; a rate that an invoice does not use is zero there."""
        rates = self.rates
        for row in self.rows:
            yield [
                *(row.number, TYPES[row.kind], row.issue_date, row.due_date, row.customer_number, row.name, row.siren),
                *(row.auxiliary_account, row.period_start, row.period_end),
                *(row.classes[one] for one in Class),
                row.net,
                *(amount for rate in rates for amount in row.vat.get(rate, (ZERO, ZERO))),
                *(row.gross, row.payment_mode, row.mandate, row.iban, row.email, row.sending),
            ]


def recap_of(run: BillingRun, *, progress: Progress = unwatched) -> Recap:
    """The issued invoices of ``run``. NothingIssued where there is none, UnbalancedRecap where one is wrong."""
    issued = run.invoices.issued()
    count = issued.count()
    if not count:
        raise NothingIssued(_("Nothing of this run has been issued yet: drafts are not exported."))
    rows: list[RecapRow] = []
    for ids in batched(issued.order_by("series_id", "position").values_list("pk", flat=True), ROWS_PER_CHUNK):
        rows += _rows_of(ids)
        progress(done=len(rows), total=count)
    return Recap(rows)


def _rows_of(ids: Sequence[int]) -> Iterator[RecapRow]:
    invoices = Invoice.objects.filter(pk__in=ids).select_related("customer").prefetch_related("vat_totals")
    in_order = list(invoices.order_by("series_id", "position"))
    classes = _net_by_class(ids)
    mandates = _mandates_of(in_order)
    sendings = sendings_of(ids)
    for invoice in in_order:
        row = _row(invoice, classes[invoice.pk], mandates.get(invoice.pk), sendings.get(invoice.pk, Sending()))
        row.check()
        yield row


def _row(invoice: Invoice, classes: Mapping[Class, Decimal], mandate: Mandate | None, sending: Sending) -> RecapRow:
    shown = InvoiceSnapshot.from_json(invoice.snapshot or {})
    vat: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for part in invoice.vat_totals.all():
        base, amount = vat.get(part.rate, (ZERO, ZERO))
        vat[part.rate] = (base + part.base, amount + part.amount)
    return RecapRow(
        number=shown.number or "",
        kind=shown.kind,
        issue_date=shown.issue_date,
        due_date=shown.due_date,
        customer_number=shown.buyer.customer_number,
        name=shown.buyer.name or shown.buyer.legal_name,
        siren=shown.buyer.siren,
        auxiliary_account=invoice.customer.auxiliary_account or shown.buyer.customer_number,
        period_start=shown.period_start,
        period_end=shown.period_end - timedelta(days=1),
        classes={one: classes.get(one, ZERO) for one in Class},
        net=invoice.net,
        vat=vat,
        gross=invoice.gross,
        payment_mode=shown.payment.label,
        mandate="" if mandate is None else mandate.reference,
        iban="" if mandate is None else mask_iban(mandate.iban),
        email=sending.email,
        sending=sending.state,
    )


def _net_by_class(ids: Iterable[int]) -> dict[int, dict[Class, Decimal]]:
    """Summed by the database: an invoice of 5,000 lines has a handful of sums."""
    sums: dict[int, dict[Class, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = (
        InvoiceLine.objects.filter(invoice__in=ids)
        .order_by()
        .values_list("invoice_id", "kind", "goods", "usage_kind", "subscription__kind")
        .annotate(part=Sum("net"))
    )
    for invoice_id, kind, goods, usage_kind, offer_kind, part in rows:
        sums[invoice_id][class_of(kind=kind, goods=goods, usage_kind=usage_kind, offer_kind=offer_kind)] += part
    return sums


def class_of(*, kind: str, goods: bool, usage_kind: str, offer_kind: str | None) -> Class:
    """The class of an invoice line. A discount line repeats what it is taken on: its usage, goods, subscription."""
    if goods:
        return Class.GOODS
    if kind == LineKind.USAGE or usage_kind:
        return Class.USAGE
    if kind in (LineKind.SUBSCRIPTION, LineKind.OPTION):
        return Class.SUBSCRIPTIONS
    if kind == LineKind.DISCOUNT and offer_kind in (OfferKind.PLAN, OfferKind.OPTION):
        return Class.SUBSCRIPTIONS
    return Class.SERVICES


def _mandates_of(invoices: Iterable[Invoice]) -> dict[int, Mandate]:
    """By invoice, the mandate that was in force on its date, where it is paid by direct debit."""
    debit = PaymentMode.DIRECT_DEBIT.untdid
    debited = [one for one in invoices if (one.snapshot or {})["payment"]["code"] == debit]
    held: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in Mandate.objects.filter(customer__in={one.customer_id for one in debited}).order_by("pk"):
        held[mandate.customer_id].append(mandate)
    in_force = {}
    for invoice in debited:
        valid = [one for one in held[invoice.customer_id] if _is_in_force(one, invoice.issue_date)]
        if valid:
            # Of two, the one that was revoked first is the one that the other replaced later.
            in_force[invoice.pk] = min(valid, key=lambda one: one.revoked_on or date.max)
    return in_force


def _is_in_force(mandate: Mandate, day: date | None) -> bool:
    return day is not None and mandate.signed_on <= day and (mandate.revoked_on is None or mandate.revoked_on > day)
