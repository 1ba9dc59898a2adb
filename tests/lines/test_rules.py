"""Offers that require one another, and offers that cannot be together (SPEC D1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.models import Offer
from apps.catalog.services import set_rules
from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.lines.services import NewLine, add_option, change_plan, open_lines, remove_option
from tests.factories import (
    CustomerFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    SubscriptionFactory,
    TariffFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TODAY = date(2026, 10, 20)
PRICE = Decimal("5.00")


@pytest.fixture
def plan() -> Offer:
    return PlanFactory(code="PLAN")


@pytest.fixture
def line(plan: Offer) -> Line:
    return LineFactory(plan=plan)


def option(code: str) -> Offer:
    return OptionFactory(code=code)


def add(line: Line, offer: Offer) -> None:
    add_option(line=line, option=offer, price=PRICE, on=TODAY, actor=None)


def test_incompatible_options_refuse_each_other_both_ways(line: Line) -> None:
    one, two = option("ONE"), option("TWO")
    set_rules(offer=two, requires=[], excludes=[one], actor=None)
    for first, second in ((one, two), (two, one)):
        other = LineFactory(plan=PlanFactory())
        add(other, first)
        with pytest.raises(DomainError, match=r"“ONE” and “TWO” are incompatible."):
            add(other, second)


def test_an_option_needs_the_option_that_it_requires(line: Line) -> None:
    base, more = option("BASE"), option("MORE")
    set_rules(offer=more, requires=[base], excludes=[], actor=None)
    with pytest.raises(DomainError, match=r"“MORE” requires “BASE”."):
        add(line, more)
    add(line, base)
    add(line, more)
    with pytest.raises(DomainError, match=r"“MORE” requires “BASE”."):
        remove_option(line=line, option=base, on=date(2026, 11, 1), actor=None)
    remove_option(line=line, option=more, on=date(2026, 11, 1), actor=None)
    remove_option(line=line, option=base, on=date(2026, 11, 1), actor=None)


def test_of_several_plans_one_is_enough(line: Line, plan: Offer) -> None:
    pro, roaming = PlanFactory(code="PRO"), option("ROAMING")
    set_rules(offer=roaming, requires=[plan, pro], excludes=[], actor=None)
    add(line, roaming)
    with pytest.raises(DomainError, match=r"“ROAMING” requires one of the plans PLAN, PRO."):
        change_plan(line=line, plan=PlanFactory(), price=PRICE, on=TODAY, actor=None)
    change_plan(line=line, plan=pro, price=PRICE, on=TODAY, actor=None)


def test_a_plan_is_refused_for_an_option_that_it_excludes(line: Line) -> None:
    extra, pro = option("EXTRA"), PlanFactory(code="PRO")
    set_rules(offer=pro, requires=[], excludes=[extra], actor=None)
    add(line, extra)
    with pytest.raises(DomainError, match=r"“EXTRA” and “PRO” are incompatible."):
        change_plan(line=line, plan=pro, price=PRICE, on=TODAY, actor=None)
    assert line.operations.count() == 1


def test_what_a_line_has_always_had_hinders_no_other_change(line: Line) -> None:
    one, two = option("ONE"), option("TWO")
    SubscriptionFactory(line=line, offer=one)
    SubscriptionFactory(line=line, offer=two)
    set_rules(offer=one, requires=[], excludes=[two], actor=None)
    add(line, option("THREE"))
    change_plan(line=line, plan=PlanFactory(), price=PRICE, on=TODAY, actor=None)


def test_new_lines_are_refused_with_every_reason(plan: Offer) -> None:
    one, two, base = option("ONE"), option("TWO"), option("BASE")
    set_rules(offer=one, requires=[base], excludes=[two], actor=None)
    new = NewLine(
        customer=CustomerFactory(),
        msisdn="33639981111",
        sim=SimCardFactory(),
        tariff=TariffFactory(),
        offers=[(offer, PRICE) for offer in (plan, one, two)],
        activated_on=TODAY,
        billing_start=TODAY,
    )
    with pytest.raises(DomainError, match=r"“ONE” and “TWO” are incompatible.") as refused:
        open_lines(new_lines=[new], today=TODAY, actor=None)
    assert refused.value.reasons == ["“ONE” requires “BASE”."]
    assert not Line.objects.exists()


class TestOffersThatAreNotOnSale:
    def test_are_not_given_to_a_line(self, line: Line) -> None:
        gone = OptionFactory(code="GONE", on_sale_until=TODAY)
        with pytest.raises(DomainError, match=r"GONE is not on sale on 20/10/2026."):
            add(line, gone)
        coming = PlanFactory(code="COMING", on_sale_from=date(2026, 10, 21))
        with pytest.raises(DomainError, match=r"COMING is not on sale on 20/10/2026."):
            change_plan(line=line, plan=coming, price=PRICE, on=TODAY, actor=None)

    def test_stay_with_those_who_have_them(self, line: Line, plan: Offer) -> None:
        plan.on_sale_until = date(2026, 1, 1)
        plan.save()
        add(line, option("NEW"))
        assert line.subscriptions.on(TODAY).count() == 2
