"""From facts to the draft of an invoice: the same code for a preview, a draft and the check before issue.

A draft is a value: two drafts of the same facts are equal, and that is how issuing finds out that something
changed since the draft was looked at. Amounts are rounded per line (DOMAIN §5.6, §7), VAT once per rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from apps.billing.choices import LineKind, SupplyKind
from apps.billing.facts import Facts, Rules, UsageKey, UsageSum
from apps.billing.labels import month_name, rebate_label, slice_detail, usage_detail, usage_label
from apps.billing.slices import Rebate, Slice, Terms, months_due, rebate_on, slice_of
from apps.billing.vat import Treatment, VatPart, vat_parts
from apps.catalog.choices import OfferKind
from apps.core.money import round_half_up, total
from apps.core.periods import Month
from apps.lines.models import Discount, Line, OneOffCharge, Subscription

KINDS = {
    OfferKind.PLAN: LineKind.SUBSCRIPTION,
    OfferKind.OPTION: LineKind.OPTION,
    OfferKind.SERVICE: LineKind.SERVICE,
    OfferKind.EQUIPMENT: LineKind.SERVICE,
}
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line to come; the fields are those of ``InvoiceLine``, and ``usage_month`` its statement's month."""

    kind: str
    label: str
    detail: str
    line_id: int | None
    msisdn: str
    user_name: str
    period_start: date
    period_end: date
    quantity: int = 1
    unit_price: Decimal
    net: Decimal
    vat_rate: Decimal
    vat_category: str
    mention: str = ""
    third_party: bool = False
    goods: bool = False
    usage_kind: str = ""
    subscription_id: int | None = None
    one_off_charge_id: int | None = None
    discount_id: int | None = None
    usage_month: date | None = None


@dataclass(frozen=True, slots=True)
class SliceBilled:
    """What a slice's claim will say once the draft is issued."""

    subscription_id: int
    month: Month
    net: Decimal
    discount: Decimal


@dataclass
class Draft:
    """An invoice to come for one customer, complete once made; empty ``lines`` mean that there is nothing to bill."""

    customer_id: int
    run: Month
    lines: list[DraftLine] = field(default_factory=list)
    slices: list[SliceBilled] = field(default_factory=list)
    charge_ids: list[int] = field(default_factory=list)
    usage: dict[tuple[int, date], tuple[int, Decimal]] = field(default_factory=dict)  # (records, six-decimal amount)

    @cached_property
    def vat_parts(self) -> list[VatPart]:
        return vat_parts((Treatment(line.vat_rate, line.vat_category, line.mention), line.net) for line in self.lines)

    @property
    def net(self) -> Decimal:
        return total(line.net for line in self.lines)

    @property
    def vat(self) -> Decimal:
        return total(part.amount for part in self.vat_parts)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def period_start(self) -> date:
        return min((line.period_start for line in self.lines), default=self.run.start)

    @property
    def period_end(self) -> date:
        return max((line.period_end for line in self.lines), default=self.run.end)


def draft_of(facts: Facts, *, run: Month, rules: Rules) -> Draft:
    """The draft of one customer for the run of a month; :class:`~apps.billing.vat.NoRule` without a VAT rule."""
    return _Drafting(facts, run, rules).draft()


class _Drafting:
    """The making of one draft; lines come out grouped by mobile line, charges before usage."""

    def __init__(self, facts: Facts, run: Month, rules: Rules) -> None:
        self.facts, self.run, self.rules = facts, run, rules
        self.result = Draft(facts.customer.pk, run)

    def draft(self) -> Draft:
        lines = [
            *self._subscription_lines(),
            *self._charge_lines(),
            *self._usage_lines(),
        ]
        # Stable: within one mobile line, the order in which the lines were made.
        self.result.lines = sorted(lines, key=lambda line: (line.msisdn, line.line_id or 0))
        return self.result

    # recurring charges

    def _subscription_lines(self) -> Iterator[DraftLine]:
        rank = {OfferKind.PLAN: 0, OfferKind.OPTION: 1, OfferKind.SERVICE: 2, OfferKind.EQUIPMENT: 3}
        for subscription in sorted(self.facts.subscriptions, key=lambda one: (rank[OfferKind(one.kind)], one.start)):
            terms = self._terms(subscription)
            claims = self.facts.claims.get(subscription.pk, {})
            for month, claim in sorted(claims.items()):
                yield from self._adjustment(subscription, slice_of(terms, month), claim.net, claim.discount)
            for month in months_due(terms, self.run):
                if month not in claims:
                    yield from self._slice_lines(subscription, terms, slice_of(terms, month))

    def _terms(self, subscription: Subscription) -> Terms:
        line = subscription.line
        ended_by_termination = (
            line is not None and line.terminated_on is not None and subscription.end == line.terminated_on
        )
        return Terms(
            start=subscription.start,
            end=subscription.end,
            price=subscription.price,
            quantity=subscription.quantity,
            in_advance=subscription.in_advance,
            prorata=subscription.prorata,
            rebates=[_rebate(discount) for discount in subscription.discounts.all()],
            unbilled=self.facts.unbilled.get(subscription.line_id or 0, []),
            whole_last_month=ended_by_termination and not self.rules.termination_refund,
        )

    def _slice_lines(self, subscription: Subscription, terms: Terms, part: Slice) -> Iterator[DraftLine]:
        if part.served is None:
            return
        charge = self._charge(
            subscription,
            detail=slice_detail(part),
            period_start=part.served.start,
            period_end=part.served.end or part.month.end,
            quantity=subscription.quantity,
            unit_price=subscription.price,
            net=part.net,
        )
        yield charge
        for rebate, taken in part.rebates:
            yield _discount_line(charge, rebate_label(rebate, subscription.offer.label), -taken)
        self.result.slices.append(SliceBilled(subscription.pk, part.month, part.net, part.discount))

    def _adjustment(
        self, subscription: Subscription, due: Slice, billed: Decimal, billed_discount: Decimal
    ) -> Iterator[DraftLine]:
        """Gives back (or asks for) the difference between what a slice was billed and what it turned out to owe."""
        difference, rebate = due.net - billed, due.discount - billed_discount
        if not difference and not rebate:
            return
        charge = self._charge(
            subscription,
            label=f"Régularisation – {subscription.offer.label}",
            detail=month_name(due.month),
            period_start=due.month.start,
            period_end=due.month.end,
            unit_price=difference,
            net=difference,
        )
        if difference:
            yield charge
        if rebate:
            yield _discount_line(charge, f"Régularisation de remise – {subscription.offer.label}", rebate)
        self.result.slices.append(SliceBilled(subscription.pk, due.month, due.net, due.discount))

    def _charge(self, subscription: Subscription, *, label: str = "", **fields: object) -> DraftLine:
        goods = subscription.kind == OfferKind.EQUIPMENT
        return self._line(
            kind=KINDS[OfferKind(subscription.kind)],
            label=label or subscription.offer.label,
            line=subscription.line,
            product_rate=subscription.offer.vat_rate,
            goods=goods,
            subscription_id=subscription.pk,
            **fields,
        )

    # one-off charges

    def _charge_lines(self) -> Iterator[DraftLine]:
        for charge in self.facts.charges:
            yield self._one_off(charge)
            self.result.charge_ids.append(charge.pk)

    def _one_off(self, charge: OneOffCharge) -> DraftLine:
        month = Month.of(charge.day)
        return self._line(
            kind=LineKind.ONE_OFF,
            label=charge.label,
            detail=f"{charge.day:%d/%m/%Y}",
            line=charge.line,
            product_rate=charge.vat_rate,
            goods=charge.goods,
            period_start=month.start,
            period_end=month.end,
            quantity=charge.quantity,
            unit_price=charge.price,
            net=charge.price * charge.quantity,
            one_off_charge_id=charge.pk,
        )

    # usage

    def _usage_lines(self) -> Iterator[DraftLine]:
        months: dict[tuple[int, date], list[tuple[UsageKey, UsageSum]]] = {}
        order = sorted(
            self.facts.usage.items(),
            key=lambda entry: (
                entry[0].line_id,
                entry[0].month,
                entry[0].third_party,
                entry[0].kind,
                entry[0].destination,
            ),
        )
        for key, part in order:
            months.setdefault((key.line_id, key.month), []).append((key, part))
        for (line_id, month), parts in months.items():
            lines = [self._usage_line(key, part) for key, part in parts]
            yield from lines
            yield from self._usage_discounts(self.facts.lines[line_id], Month.of(month), lines)
            self.result.usage[line_id, month] = (
                sum(part.records for _, part in parts),
                sum((part.amount for _, part in parts), Decimal(0)),
            )

    def _usage_line(self, key: UsageKey, part: UsageSum) -> DraftLine:
        month = Month.of(key.month)
        detail = usage_detail(key.kind, part.records, part.quantity, self.rules.megabyte)
        net = round_half_up(part.amount)
        return self._line(
            kind=LineKind.USAGE,
            label=usage_label(key.kind, key.destination),
            detail=detail if month == self.run else f"{month_name(month)} : {detail}",
            line=self.facts.lines[key.line_id],
            product_rate=self.rules.usage_vat_rate,
            period_start=month.start,
            period_end=month.end,
            unit_price=net,
            net=net,
            third_party=key.third_party,
            usage_kind=key.kind.usage,
            usage_month=key.month,
        )

    def _usage_discounts(self, line: Line, month: Month, lines: list[DraftLine]) -> Iterator[DraftLine]:
        """Percentages on each usage line, then amounts on what is left of the month's usage."""
        left = {index: one.net for index, one in enumerate(lines)}
        billed_from = line.billing_start or month.start
        for discount in self.facts.usage_discounts.get(line.pk, []):
            rebate = _rebate(discount)
            if not rebate.applies_to(month, billed_from=billed_from):
                continue
            budget = rebate.amount
            if budget is not None:
                budget -= self.facts.usage_discount_taken.get((discount.pk, month.start), ZERO)
            for index, one in enumerate(lines):
                wanted = rebate_on(rebate, one.net) if budget is None else min(budget, left[index])
                taken = min(wanted, left[index])
                if taken <= 0:
                    continue
                left[index] -= taken
                budget = None if budget is None else budget - taken
                yield replace(_discount_line(one, rebate_label(rebate, one.label), -taken), discount_id=discount.pk)

    def _line(self, *, line: Line | None, product_rate: Decimal, goods: bool = False, **fields: object) -> DraftLine:
        supply = SupplyKind.GOODS if goods else SupplyKind.SERVICES
        treatment = self.rules.vat.treatment(self.facts.customer.vat_regime, supply, product_rate)
        return DraftLine(
            line_id=None if line is None else line.pk,
            msisdn="" if line is None else line.msisdn,
            user_name="" if line is None else line.user_name,
            vat_rate=treatment.rate,
            vat_category=treatment.category,
            mention=treatment.mention,
            goods=goods,
            **fields,  # type: ignore[arg-type]
        )


def _rebate(discount: Discount) -> Rebate:
    return Rebate(
        percent=discount.percent,
        amount=discount.amount,
        months=discount.months,
        start=discount.start,
        end=discount.end,
    )


def _discount_line(of: DraftLine, label: str, net: Decimal) -> DraftLine:
    """A discount is a line of its own, taxed as what it is taken on."""
    return replace(of, kind=LineKind.DISCOUNT, label=label, quantity=1, unit_price=net, net=net)
