"""All that drafts are made from, read in a constant number of queries for any number of customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Sum

from apps.billing.models import InvoiceLine, SliceClaim, VatRule
from apps.billing.vat import Treatment, VatRules
from apps.core.periods import Days, Month
from apps.customers.models import Customer
from apps.documents.models import InvoiceLayout
from apps.lines.choices import DiscountBasis
from apps.lines.models import Discount, Line, LineState, OneOffCharge, Subscription
from apps.tariffs.models import Rate
from apps.tariffs.numbering import is_third_party
from apps.usage.choices import RecordKind
from apps.usage.models import RatedRecord

USAGE_BATCH = 500


@dataclass(frozen=True, slots=True)
class UsageKey:
    """One usage line of an invoice: a mobile line, a month, a type and a destination label (DOMAIN §5.6)."""

    line_id: int
    month: date
    kind: RecordKind
    destination: str
    third_party: bool


@dataclass(slots=True)
class UsageSum:
    records: int = 0
    quantity: int = 0
    amount: Decimal = Decimal(0)  # six decimals, exact


@dataclass
class Facts:
    """What one customer can be billed for, not yet looked at month by month."""

    customer: Customer
    subscriptions: list[Subscription] = field(default_factory=list)
    charges: list[OneOffCharge] = field(default_factory=list)
    claims: dict[int, dict[Month, SliceClaim]] = field(default_factory=lambda: defaultdict(dict))
    unbilled: dict[int, list[Days]] = field(default_factory=lambda: defaultdict(list))
    usage: dict[UsageKey, UsageSum] = field(default_factory=dict)
    usage_discounts: dict[int, list[Discount]] = field(default_factory=lambda: defaultdict(list))
    usage_discount_taken: dict[tuple[int, date], Decimal] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """Rules of the installation that every draft obeys."""

    vat: VatRules
    usage_vat_rate: Decimal
    termination_refund: bool
    megabyte: int


def rules_now() -> Rules:
    layout = InvoiceLayout.objects.first()  # the latest
    return Rules(
        vat=VatRules(
            {
                (rule.regime, rule.supply, rule.product_rate): Treatment(rule.rate, rule.category, rule.mention)
                for rule in VatRule.objects.all()
            }
        ),
        usage_vat_rate=Decimal(20) if layout is None else layout.standard_vat_rate,
        termination_refund=settings.TERMINATION_REFUND,
        megabyte=settings.MEGABYTE,
    )


def facts_of(customers: Sequence[Customer], *, run: Month) -> list[Facts]:
    """The facts of ``customers``, in their order, for the run of a month."""
    facts = {customer.pk: Facts(customer) for customer in customers}
    _read_charges(facts, run)
    _read_lines(facts)
    _read_usage(facts, run)
    return list(facts.values())


def _read_charges(facts: dict[int, Facts], run: Month) -> None:
    subscriptions = (
        Subscription.objects.filter(customer__in=facts, start__lt=run.next().end)
        .select_related("offer", "line")
        .prefetch_related("discounts")
        .order_by("start", "pk")
    )
    for subscription in subscriptions:
        facts[subscription.customer_id].subscriptions.append(subscription)
    for claim in SliceClaim.objects.filter(subscription__customer__in=facts).select_related("subscription"):
        facts[claim.subscription.customer_id].claims[claim.subscription_id][Month.of(claim.month)] = claim
    charges = OneOffCharge.objects.filter(customer__in=facts, day__lt=run.end, claim__isnull=True)
    for charge in charges.select_related("line", "offer").order_by("day", "pk"):
        facts[charge.customer_id].charges.append(charge)


def _read_lines(facts: dict[int, Facts]) -> None:
    for line in Line.objects.filter(customer__in=facts):
        facts[line.customer_id].lines[line.pk] = line
    for state in LineState.objects.filter(line__customer__in=facts, billed=False).select_related("line"):
        facts[state.line.customer_id].unbilled[state.line_id].append(state.days)
    discounts = Discount.objects.filter(basis=DiscountBasis.USAGE, line__customer__in=facts).select_related("line")
    for discount in discounts.order_by("pk"):
        assert discount.line is not None  # noqa: S101  # a constraint of the table
        facts[discount.line.customer_id].usage_discounts[discount.line.pk].append(discount)


def _read_usage(facts: dict[int, Facts], run: Month) -> None:
    owner = {line_id: one for one in facts.values() for line_id in one.lines}
    line_ids = sorted(owner)
    for start in range(0, len(line_ids), USAGE_BATCH):
        _read_usage_of(line_ids[start : start + USAGE_BATCH], owner, run)
    taken = (
        InvoiceLine.objects.filter(
            discount__basis=DiscountBasis.USAGE, discount__line__customer__in=facts, invoice__number__isnull=False
        )
        .values("discount_id", "discount__line__customer_id", "period_start")
        .annotate(taken=Sum("net"))
    )
    for row in taken:
        one = facts[row["discount__line__customer_id"]]
        one.usage_discount_taken[row["discount_id"], row["period_start"]] = -row["taken"]


def _read_usage_of(line_ids: list[int], owner: dict[int, Facts], run: Month) -> None:
    # A record without a rate is free by a rule above the grid and makes no invoice line (DOMAIN §5.2).
    rows = list(
        RatedRecord.objects.filter(
            line_id__in=line_ids, statement__isnull=True, month__lte=run.start, rate_id__isnull=False
        )
        .values("line_id", "month", "kind", "destination", "rate_id")
        .annotate(records=Count("pk"), amount=Sum("price"), used=Sum("quantity"))
        .order_by()
    )
    rates = Rate.objects.in_bulk({row["rate_id"] for row in rows})
    for row in rows:
        rate = rates.get(row["rate_id"])
        key = UsageKey(
            line_id=row["line_id"],
            month=row["month"],
            kind=RecordKind(row["kind"]),
            destination=row["destination"],
            third_party=rate is not None and is_third_party(prefix=rate.prefix, special=rate.special),
        )
        part = owner[key.line_id].usage.setdefault(key, UsageSum())
        part.records += row["records"]
        part.quantity += int(row["used"])
        part.amount += row["amount"]
