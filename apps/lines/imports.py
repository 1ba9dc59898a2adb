"""Files of lines, as another system lists its fleet (DOMAIN §13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.choices import OfferKind
from apps.catalog.models import Offer
from apps.catalog.rules import SENTENCES as RULE_SENTENCES
from apps.catalog.rules import Rules
from apps.core.cells import CellRefused, parse_date
from apps.core.charset import Charset
from apps.core.csvfiles import Fault
from apps.core.exceptions import DomainError
from apps.core.identifiers import check_iccid, normalise_msisdn
from apps.core.imports import (
    Change,
    Column,
    Importer,
    Key,
    Known,
    Plan,
    Reading,
    Record,
    in_batches,
    number,
    shown,
    text,
    whole_number,
)
from apps.core.periods import Days
from apps.customers.models import Customer
from apps.lines.choices import LineStatus
from apps.lines.models import Line, LineNumber
from apps.lines.services import NewLine, change_user, last_change, open_lines, terminate_line
from apps.lines.terms import DiscountTerms
from apps.sims.choices import SimStatus
from apps.sims.models import SimCard
from apps.tariffs.models import Tariff

SENTENCES = {
    "customer_unknown": gettext_lazy("No customer has this number."),
    "customer_closed": gettext_lazy("This customer is closed: it gets no new line unless it is reopened."),
    "offer_unknown": gettext_lazy("The catalogue does not have “%(offer)s”."),
    "offer_no_plan": gettext_lazy("“%(offer)s” is not a plan."),
    "offer_no_option": gettext_lazy("“%(offer)s” is not an option."),
    "offer_twice": gettext_lazy("“%(offer)s” is given twice."),
    "offer_without_price": gettext_lazy("“%(offer)s” has no price on %(day)s."),
    "tariff_unknown": gettext_lazy("No minute grid has this code."),
    "sim_unknown": gettext_lazy("The stock does not have this SIM card."),
    "sim_not_in_stock": gettext_lazy("This SIM card is “%(status)s”, not in stock."),
    "sim_held": gettext_lazy("The line in line %(line)d of the file has this SIM card at that time."),
    "number_held": gettext_lazy("The line in line %(line)d of the file holds this number at that time."),
    "number_held_since": gettext_lazy("A line holds this number since %(day)s."),
    "ends_too_early": gettext_lazy("A line serves at least one day: it ends after %(day)s."),
    "changed_since": gettext_lazy("Something of this line changed on %(day)s: it ends later."),
    "termination_to_come": gettext_lazy("A line that serves is terminated on %(today)s or earlier, not later."),
    "discount_without_rate": gettext_lazy("A discount has a number of months but no rate."),
    "billed_before_service": gettext_lazy("This line is billed before it serves."),
    **RULE_SENTENCES,
}


_PERIODS = ("numbers", "sims__sim", "tariffs__tariff", "states", "internationals", "handsets")
_FACTS = tuple(f"line__{facts}" for facts in (*_PERIODS, "subscriptions__offer", "subscriptions__discounts"))


def iccid(cell: str) -> str:
    return check_iccid(cell).number


def options(cell: str) -> tuple[str, ...]:
    """Codes of options joined by ``+``, in order of code."""
    codes = sorted(code.strip() for code in cell.split("+"))
    for code, following in pairwise(codes):
        if code == following:
            raise CellRefused("offer_twice", offer=code)
    return tuple(map(text(40), codes))


class LineImporter(Importer[Line]):
    """Lines known by their number and the day of their activation: a number may be held by one line after another.

    A file tells how a line began. Of a line that is already there, it can end it and name its user; everything else
    that it says must be what the line began with, whatever became of it since.
    """

    columns = (
        Column(header="MSISDN", field="msisdn", read=normalise_msisdn),
        Column(header="ICCID", field="iccid", read=iccid),
        Column(header="NUM_CLIENT", field="customer", read=text(20)),
        Column(header="UTILISATEUR", field="user_name", read=Charset().check, empty="", required=False),
        Column(header="OFFRE", field="plan", read=text(40)),
        Column(header="OPTIONS", field="options", read=options, empty=(), required=False),
        Column(header="GRILLE", field="tariff", read=text(40)),
        Column(header="DATE_ACTIVATION", field="activated_on", read=parse_date),
        Column(header="DEBUT_FACTURATION", field="billing_start", read=parse_date, empty=None, required=False),
        Column(
            header="ENGAGEMENT_MOIS",
            field="commitment_months",
            read=whole_number(maximum=120),
            empty=0,
            required=False,
        ),
        Column(
            header="REMISE_PCT", field="discount_percent", read=number(scale=2, maximum=100), empty=0, required=False
        ),
        Column(
            header="REMISE_MOIS",
            field="discount_months",
            read=whole_number(minimum=1, maximum=1200),
            empty=None,
            required=False,
        ),
        Column(header="DATE_RESILIATION", field="terminated_on", read=parse_date, empty=None, required=False),
    )
    key = ("msisdn", "activated_on")

    def complete(self, values: dict[str, Any]) -> None:
        if "billing_start" in values and values["billing_start"] is None:
            values["billing_start"] = values.get("activated_on")

    def check(self, record: Record) -> Iterator[Fault]:
        begins, ends = record.get("activated_on"), record.get("terminated_on")
        if begins and ends and ends <= begins:
            yield record.fault("terminated_on", "ends_too_early", day=begins)
        if record.get("discount_months") and record.get("discount_percent") == 0:
            yield record.fault("discount_percent", "discount_without_rate")

    def warn(self, record: Record) -> Iterator[Fault]:
        begins, billed = record.get("activated_on"), record.get("billing_start")
        if begins and billed and billed < begins:
            yield record.fault("billing_start", "billed_before_service")

    def known(self, records: Sequence[Record]) -> Mapping[Key, Known[Line]]:
        files = {record.key: record for record in records if record.key}
        began = LineNumber.objects.filter(start=F("line__activated_on")).select_related("line__customer")
        began = began.prefetch_related(*_FACTS)
        known: dict[Key, Known[Line]] = {}
        for period in in_batches(began, "msisdn", (record["msisdn"] for record in files.values())):
            key = (period.msisdn, period.start)
            if key in files:
                known[key] = Known(period.line, _as_filed(period.line, files[key]))
        return known

    def check_all(self, records: Sequence[Record], known: Mapping[Key, Known[Line]]) -> Iterator[Fault]:
        new = [record for record in records if record.key not in known]
        self._stock = _Stock.of(new)
        for record in new:
            yield from self._stock.missing(record)
            yield from self._stock.broken_rules(record)
        yield from _cards_held(new)
        yield from _numbers_held(records, known)

    def hold(self, reading: Reading) -> None:
        """With the lines, their customers: none of them closes before its new lines are there."""
        super().hold(reading)
        list(in_batches(Customer.objects.locked(), "number", reading.said("customer")))

    def compare(self, reading: Reading) -> Plan[Line]:
        """The prices that new lines agree to are the catalogue's, and no line of the file says them."""
        plan = super().compare(reading)
        if not plan.faults:
            plan.onto = sha256("\n".join(self._stock.agreed(plan.new)).encode()).hexdigest()
        return plan

    def check_change(self, change: Change[Line]) -> Iterator[Fault]:
        serves = change.row.status in (LineStatus.ACTIVE, LineStatus.SUSPENDED)
        for name, (old, new) in change.differences.items():
            if not serves or name not in ("user_name", "terminated_on") or (name == "terminated_on" and old):
                yield change.record.fault(name, "cannot_change", current=shown(old))
            elif name == "terminated_on":
                yield from self._check_termination(change, new)

    def _check_termination(self, change: Change[Line], day: date) -> Iterator[Fault]:
        if day > self.today:
            yield change.record.fault("terminated_on", "termination_to_come", today=self.today)
        if day <= (changed_on := last_change(change.row, today=self.today)):
            yield change.record.fault("terminated_on", "changed_since", day=changed_on)

    def write(self, plan: Plan[Line], *, actor: Any, source: str) -> None:
        for change in plan.changed:
            self._change(change, actor, source)
        new = sorted(plan.new, key=lambda record: record["activated_on"])  # a card keeps the status it got last
        open_lines(
            new_lines=[self._stock.new_line(record) for record in new],
            today=self.today,
            actor=actor,
            fees=False,
            reason=source,
        )

    def _change(self, change: Change[Line], actor: Any, source: str) -> None:
        record = change.record
        try:
            if "user_name" in change.differences:
                change_user(line=change.row, user_name=record["user_name"], on=self.today, actor=actor, reason=source)
            if "terminated_on" in change.differences:
                terminate_line(
                    line=change.row,
                    on=record["terminated_on"],
                    today=self.today,
                    actor=actor,
                    fees=False,
                    told=False,
                    reason=source,
                )
        except DomainError as refusal:
            place = {"line": record.line, "reason": refusal}
            raise DomainError(_("Line %(line)d: %(reason)s") % place, reasons=refusal.reasons) from None


def _as_filed(line: Line, record: Record) -> dict[str, Any]:
    """How a known line began, as a file would say it; what ``record`` leaves to the line, as ``record`` says it."""
    card = next((one.sim for one in line.sims.all() if one.start == line.activated_on), None)
    tariff = next((one.tariff for one in line.tariffs.all() if one.start == line.activated_on), None)
    first = [one for one in line.subscriptions.all() if one.start == line.billing_start]
    plan = next((one for one in first if one.kind == OfferKind.PLAN), None)
    discount = next((one for one in plan.discounts.all() if not one.is_over), None) if plan else None
    values = dict(record.values)
    values |= {
        "customer": line.customer.number,
        "iccid": card and card.iccid,
        "tariff": tariff and tariff.code,
        "billing_start": line.billing_start,
    }
    if plan is not None:  # a line that ended before it was billed keeps no trace of its offers
        values |= {
            "plan": plan.offer.code,
            "options": tuple(sorted(one.offer.code for one in first if one.kind == OfferKind.OPTION)),
            "discount_percent": discount.percent if discount else 0,
            "discount_months": discount and discount.months,
        }
    if line.committed_from in (None, line.activated_on):  # it has not been renewed since
        values["commitment_months"] = line.commitment_months
    values |= {name: getattr(line, name) for name in ("user_name", "terminated_on") if not record.is_empty(name)}
    return values


# --- What new lines are made of


@dataclass(frozen=True, slots=True)
class _Stock:
    """What the lines of a file name: customers, cards, grids and offers with their prices."""

    customers: Mapping[str, Customer]
    cards: Mapping[str, SimCard]
    tariffs: Mapping[str, Tariff]
    offers: Mapping[str, Offer]
    rules: Rules

    @classmethod
    def of(cls, records: Sequence[Record]) -> _Stock:
        def named(name: str) -> Iterator[str]:
            return (record[name] for record in records if record.get(name))

        codes = [*named("plan"), *(code for codes in named("options") for code in codes)]
        priced = Offer.objects.prefetch_related("prices")
        offers = {one.code: one for one in in_batches(priced, "code", codes)}
        return cls(
            customers={one.number: one for one in in_batches(Customer.objects.all(), "number", named("customer"))},
            cards={one.iccid: one for one in in_batches(SimCard.objects.all(), "iccid", named("iccid"))},
            tariffs={one.code: one for one in in_batches(Tariff.objects.all(), "code", named("tariff"))},
            offers=offers,
            rules=Rules.about(offer.pk for offer in offers.values()),
        )

    def missing(self, record: Record) -> Iterator[Fault]:
        """What a line names and does not exist, or is not what it should be."""
        if (customer := record.get("customer")) and customer not in self.customers:
            yield record.fault("customer", "customer_unknown")
        elif customer and self.customers[customer].closed_on is not None:
            yield record.fault("customer", "customer_closed")
        if (tariff := record.get("tariff")) and tariff not in self.tariffs:
            yield record.fault("tariff", "tariff_unknown")
        if iccid := record.get("iccid"):
            card = self.cards.get(iccid)
            if card is None:
                yield record.fault("iccid", "sim_unknown")
            elif card.status != SimStatus.IN_STOCK:
                yield record.fault("iccid", "sim_not_in_stock", status=card.get_status_display())
        if plan := record.get("plan"):
            yield from self._missing_offer(record, "plan", plan, OfferKind.PLAN)
        for code in record.get("options") or ():
            yield from self._missing_offer(record, "options", code, OfferKind.OPTION)

    def _missing_offer(self, record: Record, name: str, code: str, kind: OfferKind) -> Iterator[Fault]:
        offer, day = self.offers.get(code), record.get("billing_start")
        if offer is None:
            yield record.fault(name, "offer_unknown", offer=code)
        elif offer.kind != kind:
            yield record.fault(name, "offer_no_plan" if kind == OfferKind.PLAN else "offer_no_option", offer=code)
        elif day and _price(offer, day) is None:
            yield record.fault(name, "offer_without_price", offer=code, day=day)

    def broken_rules(self, record: Record) -> Iterator[Fault]:
        """Which rules between offers the line breaks, named at the offer whose rule it is."""
        codes = (record.get("plan"), *(record.get("options") or ()))
        offers = [self.offers[code] for code in codes if code in self.offers]
        if None in codes or len(offers) < len(codes) or offers[0].kind != OfferKind.PLAN:
            return  # what is missing has been named
        for broken in self.rules.broken_by(offers):
            name = "plan" if broken.offer_id == offers[0].pk else "options"
            yield record.fault(name, broken.code, **broken.params)

    def agreed(self, records: Iterable[Record]) -> list[str]:
        """Each offer that lines have from a day on, and its price then."""
        sold = {(code, one["billing_start"]) for one in records for code in (one["plan"], *one["options"])}
        return [f"{code} {day} {_price(self.offers[code], day)}" for code, day in sorted(sold)]

    def new_line(self, record: Record) -> NewLine:
        """The line to open; the prices agreed are the catalogue's on the first day billed."""
        codes = (record["plan"], *record["options"])
        offers = [(offer, _price(offer, record["billing_start"])) for offer in map(self.offers.__getitem__, codes)]
        rate = record["discount_percent"]
        return NewLine(
            customer=self.customers[record["customer"]],
            msisdn=record["msisdn"],
            sim=self.cards[record["iccid"]],
            tariff=self.tariffs[record["tariff"]],
            offers=[(offer, price) for offer, price in offers if price is not None],
            activated_on=record["activated_on"],
            billing_start=record["billing_start"],
            user_name=record["user_name"],
            terminated_on=record["terminated_on"],
            commitment_months=record["commitment_months"],
            discounts=[DiscountTerms(percent=rate, months=record["discount_months"])] if rate else [],
        )


def _price(offer: Offer, day: date) -> Decimal | None:
    return next((price.amount for price in offer.prices.all() if day in price.days), None)


# --- A card is in one line at a time, and so is a number


def _cards_held(new: Sequence[Record]) -> Iterator[Fault]:
    """New lines that share a card; one that is in a line already is not in stock."""
    for record, other in _overlaps([(record, _days(record)) for record in new], "iccid"):
        yield record.fault("iccid", "sim_held", line=other.line)


def _numbers_held(records: Sequence[Record], known: Mapping[Key, Known[Line]]) -> Iterator[Fault]:
    """New lines that share a number with one another, or with a line that is there, in the file or not."""
    served = [(record, _days(record, known.get(record.key) if record.key else None)) for record in records]
    for record, other in _overlaps(served, "msisdn"):
        yield record.fault("msisdn", "number_held", line=other.line)

    elsewhere = LineNumber.objects.exclude(line__in=[there.row for there in known.values()])
    held: defaultdict[str, list[LineNumber]] = defaultdict(list)
    for period in in_batches(elsewhere, "msisdn", (record["msisdn"] for record in records if record.get("msisdn"))):
        held[period.msisdn].append(period)
    for record, days in served:
        if days is None or record.key is None or record.key in known:
            continue  # what cannot be read has been named
        for period in held[record["msisdn"]]:
            if days.within(period.days):
                yield record.fault("msisdn", "number_held_since", day=period.start)


def _overlaps(served: Iterable[tuple[Record, Days | None]], name: str) -> Iterator[tuple[Record, Record]]:
    """Lines that share the field ``name`` while both serve, each with one that began before it."""
    groups: defaultdict[str, list[tuple[Record, Days]]] = defaultdict(list)
    for record, days in served:
        if days is not None and record.get(name):
            groups[record[name]].append((record, days))
    for group in groups.values():
        group.sort(key=lambda pair: pair[1].start)
        for (record, days), (later, later_days) in pairwise(group):
            # Two lines with one key have been named already.
            if days.within(later_days) and record.key != later.key:
                yield later, record


def _days(record: Record, known: Known[Line] | None = None) -> Days | None:
    """When a line serves, if that could be read; one that is ``known`` may have ended without the file's word."""
    begins, ends = record.get("activated_on"), record.get("terminated_on")
    if known is not None:
        ends = known.row.terminated_on or ends
    if not begins or "terminated_on" not in record.values or (ends and ends <= begins):
        return None
    return Days(begins, ends)
