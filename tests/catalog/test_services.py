"""What becomes of offers and handsets: prices, allowances, rules, copies, sale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.catalog.choices import BeyondCeiling, SaleMode, UsageKind
from apps.catalog.models import Handset, Offer, Plan
from apps.catalog.quantities import UNLIMITED
from apps.catalog.services import (
    Included,
    change_handset_price,
    change_price,
    change_vat_rate,
    copy_handset,
    copy_offer,
    include,
    lines_with,
    put_on_sale,
    set_allowances,
    set_rules,
    take_price_back,
    withdraw,
)
from apps.catalog.services.ruling import rules_of
from apps.core import slots
from apps.core.exceptions import DomainError
from tests.factories import (
    AllowanceFactory,
    HandsetFactory,
    HandsetPriceFactory,
    LineFactory,
    OneOffChargeFactory,
    OptionFactory,
    PlanFactory,
    ServiceFactory,
    SubscriptionFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TODAY = date(2026, 11, 24)
JANUARY = date(2027, 1, 1)


@pytest.fixture
def plan() -> Offer:
    return PlanFactory(code="PRO")


@pytest.fixture
def actor() -> Any:
    return UserFactory()


def prices(row: Offer | Handset) -> list[tuple[date, date | None, str]]:
    return [(one.start, one.end, str(one.amount)) for one in row.prices.order_by("start")]


def told(row: Any) -> list[str]:
    """The sentences of its history, the latest last."""
    return [one.history_change_reason for one in row.history.order_by("history_id") if one.history_change_reason]


class TestPrices:
    def test_change_on_a_day_and_are_told(self, plan: Offer, actor: Any) -> None:
        change_price(offer=plan, amount=Decimal("12.50"), on=JANUARY, today=TODAY, actor=actor)
        assert prices(plan) == [(date(2000, 1, 1), JANUARY, "10.00"), (JANUARY, None, "12.50")]
        assert (plan.price_on(date(2026, 12, 31)), plan.price_on(JANUARY)) == (Decimal("10.00"), Decimal("12.50"))
        [said] = told(plan)
        assert said.replace("\N{NO-BREAK SPACE}", " ") == "Price from 01/01/2027: 10,00 € → 12,50 €"
        assert plan.history.latest().history_user == actor  # type: ignore[attr-defined]

    def test_leave_what_was_agreed(self, plan: Offer) -> None:
        agreed = SubscriptionFactory(offer=plan, price=Decimal("9.00"))
        change_price(offer=plan, amount=Decimal("12.50"), on=TODAY, today=TODAY, actor=None)
        agreed.refresh_from_db()
        assert agreed.price == Decimal("9.00")

    def test_do_not_change_in_the_past(self, plan: Offer) -> None:
        with pytest.raises(DomainError):
            change_price(offer=plan, amount=Decimal(1), on=date(2026, 11, 23), today=TODAY, actor=None)
        assert len(prices(plan)) == 1

    def test_that_are_planned_can_be_taken_back(self, plan: Offer) -> None:
        february = date(2027, 2, 1)
        for amount, on in ((12, JANUARY), (14, february)):
            change_price(offer=plan, amount=Decimal(amount), on=on, today=TODAY, actor=None)
        take_price_back(price=plan.prices.get(start=JANUARY), today=TODAY, actor=None)
        assert prices(plan) == [(date(2000, 1, 1), february, "10.00"), (february, None, "14.00")]
        take_price_back(price=plan.prices.get(start=february), today=TODAY, actor=None)
        assert prices(plan) == [(date(2000, 1, 1), None, "10.00")]

    def test_that_have_begun_stay(self, plan: Offer) -> None:
        change_price(offer=plan, amount=Decimal(12), on=TODAY, today=TODAY, actor=None)
        with pytest.raises(DomainError):
            take_price_back(price=plan.prices.get(start=TODAY), today=TODAY, actor=None)


class TestPricesOfHandsets:
    def test_are_one_for_each_mode_and_number_of_months(self) -> None:
        handset = HandsetFactory()
        for mode, months, amount in (
            (SaleMode.OUTRIGHT, 0, 499),
            (SaleMode.INSTALMENTS, 12, 44),
            (SaleMode.INSTALMENTS, 24, 23),
            (SaleMode.RENTAL, 0, 19),
        ):
            change_handset_price(
                handset=handset,
                mode=mode,
                months=months,
                amount=Decimal(amount),
                on=date(2000, 1, 1),
                today=TODAY,
                actor=None,
            )
        today = handset.prices.on(TODAY).values_list("mode", "months", "amount")
        assert {(mode, months): int(amount) for mode, months, amount in today} == {
            ("outright", 0): 499,
            ("instalments", 12): 44,
            ("instalments", 24): 23,
            ("rental", 0): 19,
        }

    def test_change_on_a_day_and_can_be_taken_back(self) -> None:
        handset = HandsetFactory()
        HandsetPriceFactory(handset=handset, mode=SaleMode.RENTAL, amount=Decimal(19))
        HandsetPriceFactory(handset=handset)
        change = {"handset": handset, "mode": SaleMode.OUTRIGHT, "months": 0, "today": TODAY, "actor": None}
        change_handset_price(amount=Decimal(449), on=JANUARY, **change)
        outright = handset.prices.filter(mode=SaleMode.OUTRIGHT).order_by("start")
        assert [(one.start, one.end, one.amount) for one in outright] == [
            (date(2000, 1, 1), JANUARY, 499),
            (JANUARY, None, 449),
        ]
        with pytest.raises(DomainError):
            change_handset_price(amount=Decimal(1), on=date(2026, 1, 1), **change)
        take_price_back(price=outright.get(start=JANUARY), today=TODAY, actor=None)
        assert [one.end for one in outright.all()] == [None]
        assert len(told(handset)) == 2


class TestWhatIsIncluded:
    def test_is_told_in_the_history_and_to_those_who_compute_usage(
        self, plan: Offer, actor: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[list[int]] = []
        monkeypatch.setitem(slots._slots, "catalog.allowances_changed", [lambda offer_ids: heard.append(offer_ids)])
        AllowanceFactory(offer=plan, kind=UsageKind.VOICE, quantity=7200)
        include(
            offer=plan,
            included={
                UsageKind.VOICE: Included(quantity=UNLIMITED, ceiling=36_000, beyond=BeyondCeiling.FREE),
                UsageKind.DATA: Included(quantity=1024**3, shared=True),
            },
            throughput="5G",
            actor=actor,
        )
        assert heard == [[plan.pk]]
        voice, data = plan.allowances.get(kind="voice"), plan.allowances.get(kind="data")
        assert (voice.unlimited, voice.ceiling, voice.beyond, voice.shared) == (True, 36_000, "free", False)
        assert (data.quantity, data.shared) == (1024**3, True)
        assert Offer.objects.get(pk=plan.pk).throughput == "5G"
        [said] = told(plan)
        assert said.replace("\N{NO-BREAK SPACE}", " ") == (
            "Voice : 2 h → unlimited, ceiling 10 h, beyond it: free, and pointed out; "
            "Data : nothing → 1 GB, shared by the customer’s lines"
        )

    def test_that_a_file_gives_as_a_quantity_stays_shared(self, plan: Offer) -> None:
        AllowanceFactory(offer=plan, kind=UsageKind.DATA, quantity=1000, shared=True)
        AllowanceFactory(offer=plan, kind=UsageKind.VOICE, quantity=None, unlimited=True, ceiling=60)
        set_allowances(included={plan.pk: {UsageKind.DATA: 2000, UsageKind.VOICE: 3600}})
        data, voice = plan.allowances.get(kind="data"), plan.allowances.get(kind="voice")
        assert (data.quantity, data.shared) == (2000, True)
        assert (voice.quantity, voice.ceiling) == (3600, None)


class TestRules:
    def test_are_said_from_either_side_and_told(self, plan: Offer, actor: Any) -> None:
        one, two = OptionFactory(code="ONE"), OptionFactory(code="TWO")
        set_rules(offer=one, requires=[plan], excludes=[two], actor=actor)
        assert rules_of(one) == ([plan], [two])
        assert rules_of(two) == ([], [one])
        assert told(one) == ["Requires PRO; Incompatible with TWO"]
        set_rules(offer=two, requires=[], excludes=[], actor=actor)
        assert rules_of(one) == ([plan], [])

    def test_said_twice_are_kept_once(self, plan: Offer) -> None:
        one = OptionFactory()
        for _ in range(2):
            set_rules(offer=one, requires=[plan], excludes=[], actor=None)
        assert len(told(one)) == 1

    def test_that_could_never_be_kept_are_refused(self, plan: Offer) -> None:
        one, two, three = (OptionFactory(code=code) for code in ("ONE", "TWO", "THREE"))
        with pytest.raises(DomainError, match="cannot require or exclude itself"):
            set_rules(offer=one, requires=[one], excludes=[], actor=None)
        with pytest.raises(DomainError, match="both require “TWO” and be incompatible"):
            set_rules(offer=one, requires=[two], excludes=[two], actor=None)
        set_rules(offer=one, requires=[two], excludes=[], actor=None)
        set_rules(offer=two, requires=[three], excludes=[], actor=None)
        with pytest.raises(DomainError, match="THREE → ONE → TWO → THREE"):
            set_rules(offer=three, requires=[one], excludes=[], actor=None)
        assert rules_of(three) == ([], [])


class TestCopies:
    def test_take_the_price_of_today_and_all_that_belongs_to_the_offer(self, actor: Any) -> None:
        plan = Plan.objects.get(pk=PlanFactory(code="PRO", activation_fee=Decimal(25), throughput="5G").pk)
        plan.on_sale_until = TODAY
        plan.save()
        AllowanceFactory(offer=plan, kind=UsageKind.DATA, quantity=1000, shared=True)
        other = OptionFactory()
        set_rules(offer=plan, requires=[], excludes=[other], actor=None)
        change_price(offer=plan, amount=Decimal(12), on=TODAY, today=TODAY, actor=None)
        change_price(offer=plan, amount=Decimal(15), on=JANUARY, today=TODAY, actor=None)

        copy = copy_offer(offer=plan, code="PRO2", label="Pro bis", today=TODAY, actor=actor)
        assert prices(copy) == [(date(2000, 1, 1), None, "12.00")]
        assert (copy.kind, copy.label, copy.activation_fee, copy.throughput) == ("plan", "Pro bis", 25, "5G")
        assert (copy.on_sale_from, copy.on_sale_until) == (None, None)
        assert [(one.kind, one.quantity, one.shared) for one in copy.allowances.all()] == [("data", 1000, True)]
        assert [one.pk for one in rules_of(copy)[1]] == [other.pk]
        assert copy.history.latest("history_id").history_user == actor  # type: ignore[attr-defined]
        assert Plan.objects.count() == 2

    def test_need_a_code_of_their_own_and_a_price(self, plan: Offer) -> None:
        with pytest.raises(DomainError, match="is taken"):
            copy_offer(offer=plan, code="PRO", label="Pro", today=TODAY, actor=None)
        with pytest.raises(DomainError, match="no price today"):
            copy_offer(offer=PlanFactory(catalogue_price=None), code="NEW", label="Pro", today=TODAY, actor=None)
        assert Offer.objects.filter(code="NEW").count() == 0

    def test_of_a_handset_take_its_prices(self) -> None:
        handset = HandsetFactory(ean="4006381333931")
        HandsetPriceFactory(handset=handset)
        copy = copy_handset(handset=handset, model="Autre", today=TODAY, actor=None)
        assert (copy.brand, copy.ean, [one.amount for one in copy.prices.all()]) == (handset.brand, "", [499])
        with pytest.raises(DomainError, match="listed already"):
            copy_handset(handset=handset, model="Autre", today=TODAY, actor=None)


class TestSale:
    def test_ends_on_a_day_and_begins_again(self, plan: Offer, actor: Any) -> None:
        sold = withdraw(row=plan, on=JANUARY, actor=actor)
        assert (sold.is_on_sale(TODAY), sold.is_on_sale(JANUARY)) == (True, False)
        assert list(Offer.objects.withdrawn(JANUARY)) == [plan]
        again = put_on_sale(row=plan, on=date(2027, 2, 1), actor=actor)
        assert (again.is_on_sale(date(2027, 1, 31)), again.is_on_sale(date(2027, 2, 1))) == (False, True)
        assert list(Offer.objects.coming(TODAY)) == [plan]
        assert told(plan) == ["Withdrawn from sale on 01/01/2027", "On sale from 01/02/2027"]

    def test_of_a_handset(self) -> None:
        handset = HandsetFactory()
        assert not withdraw(row=handset, on=TODAY, actor=None).is_on_sale(TODAY)
        assert not Handset.objects.on_sale(TODAY).exists()


def test_another_rate_of_vat_is_told(plan: Offer, actor: Any) -> None:
    change_vat_rate(offer=plan, rate=Decimal("5.5"), actor=actor)
    assert Offer.objects.get(pk=plan.pk).vat_rate == Decimal("5.5")
    [said] = told(plan)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == "VAT rate: 20 % → 5,5 %"
    with pytest.raises(DomainError):
        change_vat_rate(offer=plan, rate=Decimal("5.50"), actor=actor)


def test_who_has_an_offer_is_counted_once_whatever_became_of_it(plan: Offer) -> None:
    ended = LineFactory(plan=plan, terminated=True)
    SubscriptionFactory(line=ended, offer=OptionFactory())
    LineFactory(plan=plan)
    service, sold, unused = ServiceFactory(), ServiceFactory(), ServiceFactory()
    SubscriptionFactory(customer=ended.customer, line=None, offer=service, start=TODAY)
    OneOffChargeFactory(customer=ended.customer, offer=sold)
    assert lines_with([plan.pk, service.pk, sold.pk, unused.pk]) == {plan.pk: 2, service.pk: 1, sold.pk: 1}
