"""Drafts worked out by hand: charges, discounts, usage and VAT of one customer's month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from apps.billing.drafting import Draft, draft_of
from apps.billing.facts import facts_of, rules_now
from apps.billing.models import InvoiceVat, SliceClaim, VatRule
from apps.billing.services import compute_run, open_run
from apps.billing.vat import NoRule
from apps.core.periods import Month
from apps.customers.choices import VatRegime
from apps.customers.models import Customer
from apps.lines.choices import DiscountBasis, LineStatus
from apps.lines.models import Line, OneOffCharge
from apps.usage.choices import RecordKind
from tests.factories import (
    CustomerFactory,
    DiscountFactory,
    LineFactory,
    LineStateFactory,
    OneOffChargeFactory,
    OptionFactory,
    ServiceFactory,
    SubscriptionFactory,
)

OCTOBER = Month(2026, 10)

pytestmark = pytest.mark.django_db

Rated = Callable[..., Any]


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory()


@pytest.fixture
def line(customer: Customer) -> Line:
    """A line at 31.00 a month billed from 1 October 2026."""
    return LineFactory(customer=customer, billing_start=date(2026, 10, 1), price=Decimal("31.00"))


def draft(customer: Customer, run: Month = OCTOBER) -> Draft:
    return draft_of(facts_of([customer], run=run)[0], run=run, rules=rules_now())


def told(draft: Draft) -> list[tuple[str, str]]:
    return [(line.kind, str(line.net)) for line in draft.lines]


def test_nothing_to_bill_makes_no_line(customer: Customer) -> None:
    assert draft(customer).lines == []


def test_a_month_of_a_plan_and_an_option(customer: Customer, line: Line) -> None:
    SubscriptionFactory(line=line, offer=OptionFactory(), price=Decimal("5.00"))
    made = draft(customer)
    assert told(made) == [("subscription", "31.00"), ("option", "5.00")]
    assert (made.net, made.vat, made.gross) == (Decimal("36.00"), Decimal("7.20"), Decimal("43.20"))
    assert made.lines[0].detail == "Octobre 2026"


def test_billing_in_advance_takes_the_next_month_too(customer: Customer, line: Line) -> None:
    line.subscriptions.update(in_advance=True)
    made = draft(customer)
    assert [(one.period_start, one.period_end) for one in made.lines] == [
        (date(2026, 10, 1), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 12, 1)),
    ]


def test_months_never_billed_are_caught_up(customer: Customer) -> None:
    LineFactory(customer=customer, billing_start=date(2026, 8, 17), price=Decimal("31.00"))
    assert told(draft(customer)) == [("subscription", "15.00"), ("subscription", "31.00"), ("subscription", "31.00")]


def test_a_discount_is_a_line_of_its_own(customer: Customer, line: Line) -> None:
    DiscountFactory(subscription=line.subscriptions.get(), percent=Decimal("12.5"))
    made = draft(customer)
    assert told(made) == [("subscription", "31.00"), ("discount", "-3.88")]  # 3.875
    assert made.lines[1].label.startswith("Remise 12,5")


def test_a_termination_in_advance_gives_the_days_back(customer: Customer, line: Line) -> None:
    subscription = line.subscriptions.get()
    subscription.in_advance = True
    subscription.save()
    for month in (OCTOBER, OCTOBER.next()):
        SliceClaim.objects.create(
            subscription=subscription,
            month=month.start,
            net=Decimal("31.00"),
            discount=Decimal("-3.10"),
            invoice=draft_row(customer),
        )
    DiscountFactory(subscription=subscription, percent=Decimal(10))
    end(line, date(2026, 10, 16))
    made = draft(customer)
    # 15/31 of October is due: 15.00 less 1.50. November is given back whole.
    assert told(made) == [
        ("subscription", "-16.00"),
        ("discount", "1.60"),
        ("subscription", "-31.00"),
        ("discount", "3.10"),
    ]
    assert [(one.month, one.net, one.discount) for one in made.slices] == [
        (OCTOBER, Decimal("15.00"), Decimal("-1.50")),
        (OCTOBER.next(), Decimal("0.00"), Decimal("0.00")),
    ]


def test_every_month_begun_is_due_gives_nothing_back(customer: Customer, line: Line, settings: Any) -> None:
    settings.TERMINATION_REFUND = False
    end(line, date(2026, 10, 16))
    assert told(draft(customer)) == [("subscription", "31.00")]


def test_a_suspension_without_billing_is_not_charged(customer: Customer, line: Line) -> None:
    line.states.update(end=date(2026, 10, 11))
    LineStateFactory(line=line, suspended=True, billed=False, start=date(2026, 10, 11))
    assert told(draft(customer)) == [("subscription", "10.00")]


def test_a_service_of_the_customer_has_no_line(customer: Customer) -> None:
    SubscriptionFactory(
        line=None, customer=customer, offer=ServiceFactory(), price=Decimal("2.50"), quantity=3, start=date(2026, 10, 1)
    )
    (one,) = draft(customer).lines
    assert (one.kind, one.msisdn, one.quantity, one.net) == ("service", "", 3, Decimal("7.50"))


def test_a_one_off_charge_is_billed_in_its_month_and_not_before(customer: Customer) -> None:
    OneOffChargeFactory(customer=customer, day=date(2026, 10, 31), price=Decimal("25.00"), quantity=2)
    OneOffChargeFactory(customer=customer, day=date(2026, 11, 1))
    assert told(draft(customer)) == [("one_off", "50.00")]


def test_usage_makes_one_line_per_type_and_destination_rounded_once(
    customer: Customer, line: Line, rated: Rated
) -> None:
    line.subscriptions.all().delete()
    for _ in range(3):
        rated(line, "0.004")
    rated(line, "0.005", destination="Allemagne")
    rated(line, "0.000000", kind=RecordKind.SMS, destination="SMS France")
    made = draft(customer)
    assert [(one.label, str(one.net)) for one in made.lines] == [
        ("Appels Allemagne", "0.01"),
        ("Appels France mobile", "0.01"),  # 0.012, not three times 0.00
        ("SMS France", "0.00"),
    ]
    assert made.usage[line.pk, OCTOBER.start] == (5, Decimal("0.017"))


def test_what_is_free_by_rule_makes_no_line(customer: Customer, line: Line, rated: Rated) -> None:
    line.subscriptions.all().delete()
    rated(line, "0", free_by_rule=True)
    assert draft(customer).lines == []


def test_third_party_services_stand_apart(customer: Customer, line: Line, rated: Rated) -> None:
    line.subscriptions.all().delete()
    rated(line, "0.80", prefix="0899", special=True, destination="Services surtaxes")
    rated(line, "0.05", prefix="0800", special=True, destination="Numeros gratuits")
    assert [(one.label, one.third_party) for one in draft(customer).lines] == [
        ("Appels Numeros gratuits", False),
        ("Appels Services surtaxes", True),
    ]


def test_late_records_are_billed_with_their_own_month(customer: Customer, line: Line, rated: Rated) -> None:
    line.subscriptions.all().delete()
    rated(line, "1.00", at="2026-09-30T23:59:59")
    rated(line, "2.00", at="2026-10-01T00:00:00")
    rated(line, "4.00", at="2026-11-01T00:00:00")
    made = draft(customer)
    assert [(str(one.net), one.period_start) for one in made.lines] == [
        ("1.00", date(2026, 9, 1)),
        ("2.00", date(2026, 10, 1)),
    ]
    assert made.lines[0].detail.startswith("Septembre 2026")


def test_a_percentage_on_usage_is_taken_on_each_line(customer: Customer, line: Line, rated: Rated) -> None:
    line.subscriptions.all().delete()
    rated(line, "0.33")
    rated(line, "0.33", destination="Allemagne")
    DiscountFactory(basis=DiscountBasis.USAGE, subscription=None, line=line, percent=Decimal(50))
    assert told(draft(customer)) == [
        ("usage", "0.33"),
        ("usage", "0.33"),
        ("discount", "-0.17"),
        ("discount", "-0.17"),
    ]


def test_an_amount_on_usage_takes_at_most_the_months_usage(customer: Customer, line: Line, rated: Rated) -> None:
    line.subscriptions.all().delete()
    rated(line, "3.00")
    rated(line, "4.00", destination="Allemagne")
    DiscountFactory(
        basis=DiscountBasis.USAGE, subscription=None, line=line, percent=None, amount=Decimal("5.00"), months=1
    )
    assert told(draft(customer)) == [
        ("usage", "4.00"),
        ("usage", "3.00"),
        ("discount", "-4.00"),
        ("discount", "-1.00"),
    ]
    assert [kind for kind, _net in told(draft(customer, Month(2026, 11)))].count("discount") == 2


def test_a_discount_on_usage_that_is_replaced_keeps_the_months_before(customer: Customer, rated: Rated) -> None:
    """Calls of September that come late are still at the conditions of September."""
    line = LineFactory(customer=customer)
    line.subscriptions.all().delete()
    rated(line, "10.00", at="2026-09-20T12:00:00")
    rated(line, "10.00", at="2026-10-05T12:00:00")
    terms: dict[str, Any] = {"basis": DiscountBasis.USAGE, "subscription": None, "line": line}
    DiscountFactory(percent=Decimal(10), end=date(2026, 10, 15), **terms)
    DiscountFactory(percent=Decimal(50), start=date(2026, 10, 15), **terms)
    assert told(draft(customer)) == [
        ("usage", "10.00"),
        ("discount", "-1.00"),
        ("usage", "10.00"),
        ("discount", "-5.00"),
    ]


@pytest.mark.parametrize(
    ("regime", "vat", "category"),
    [
        (VatRegime.METROPOLE, "6.20", "S"),
        (VatRegime.DOM_8_5, "2.64", "S"),  # 2.635
        (VatRegime.EXEMPT_294, "0.00", "E"),
        (VatRegime.EU_REVERSE, "0.00", "AE"),
    ],
)
def test_vat_follows_the_customers_regime(regime: str, vat: str, category: str) -> None:
    customer = CustomerFactory(vat_regime=regime)
    LineFactory(customer=customer, billing_start=date(2026, 10, 1), price=Decimal("31.00"))
    made = draft(customer)
    assert (str(made.vat), made.vat_parts[0].category) == (vat, category)


def test_goods_without_a_rule_for_their_regime_are_refused() -> None:
    customer = CustomerFactory(vat_regime=VatRegime.DOM_8_5)
    OneOffChargeFactory(customer=customer, day=date(2026, 10, 5), goods=True)
    with pytest.raises(NoRule):
        draft(customer)
    VatRule.objects.create(
        regime=VatRegime.DOM_8_5, supply="goods", product_rate=20, rate=0, category="G", mention="Export"
    )
    assert draft(customer).vat_parts[0].mention == "Export"


def test_goods_and_services_untaxed_for_two_reasons_are_billed() -> None:
    VatRule.objects.create(
        regime=VatRegime.EXEMPT_294, supply="goods", product_rate=20, rate=0, category="E", mention="X" * 200
    )
    customer = CustomerFactory(vat_regime=VatRegime.EXEMPT_294)
    LineFactory(customer=customer, billing_start=date(2026, 10, 1))
    OneOffChargeFactory(customer=customer, day=date(2026, 10, 5), goods=True)
    compute_run(run=open_run(month=OCTOBER))
    (row,) = InvoiceVat.objects.all()
    assert row.base == Decimal("35.00")
    assert row.mention.startswith(f"{'X' * 200} ; ")


def test_the_number_of_queries_does_not_grow_with_customers(django_assert_num_queries: Any, rated: Rated) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            for facts in facts_of(list(Customer.objects.order_by("pk")), run=OCTOBER):
                draft_of(facts, run=OCTOBER, rules=rules)
        return len(seen)

    from django.db import connection

    rules = rules_now()
    for size in (2, 8):
        for _ in range(size):
            line = LineFactory()
            rated(line)
            OneOffCharge.objects.create(customer=line.customer, label="Frais", price=1, day=date(2026, 10, 1))
        if size == 2:
            few = queries()
    assert queries() == few


def end(line: Line, day: date) -> None:
    """Terminate a line by its dates, as the service does."""
    for periods in (line.subscriptions, line.numbers, line.sims, line.states, line.tariffs):
        periods.update(end=day)
    Line.objects.filter(pk=line.pk).update(terminated_on=day, status=LineStatus.TERMINATED)


def draft_row(customer: Customer) -> Any:
    from apps.billing.models import Invoice

    return Invoice.objects.get_or_create(
        customer=customer, period_start=OCTOBER.start, period_end=OCTOBER.end, net=0, vat=0, gross=0
    )[0]
