"""Allowances that the lines of a customer share (DOMAIN §5.4, ADR 0009)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.choices import BeyondCeiling
from apps.catalog.models import Offer
from apps.catalog.services import set_allowances
from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.lines.services import NewLine, add_option, change_plan, open_lines, remove_option, terminate_line
from apps.tariffs.models import Rate, Tariff
from apps.usage.fair_use import excesses
from apps.usage.models import CdrFile, RatedRecord
from apps.usage.services import back_out_file, close_statements, cover, load_file
from tests.factories import (
    AllowanceFactory,
    CustomerFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    SubscriptionFactory,
)
from tests.pure.cdr_files import HEADER, row
from tests.usage.conftest import Load, amounts_are_true, rated_contents

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)
PRICE = Decimal(10)


def sharing(seconds: int | None, *, make: Any = PlanFactory, **fields: Any) -> Offer:
    """An offer that brings so many seconds of calls to its customer's pool."""
    offer = make()
    AllowanceFactory(offer=offer, quantity=seconds, unlimited=seconds is None, shared=True, **fields)
    return offer


@pytest.fixture
def tariff(rate: Rate) -> Tariff:
    return rate.version.tariff


@pytest.fixture
def customer(db: None) -> Customer:
    return CustomerFactory()


@pytest.fixture
def open_line(tariff: Tariff, customer: Customer) -> Callable[..., Line]:
    def open_line(plan: Offer | None = None, **fields: Any) -> Line:
        return LineFactory(**{"tariff": tariff, "customer": customer, "plan": plan or PlanFactory(), **fields})

    return open_line


def call(line: Line, day: int, seconds: int = 60, *, name: str = "") -> str:
    at = f"2026-10-{day:02d}T12:00:00+02:00"
    return row(ID_CDR=name or f"{line.msisdn}/{day}", MSISDN=line.msisdn, DATE_HEURE=at, DUREE_S=str(seconds))


def covered(*lines: Line) -> list[dict[int, int]]:
    """Per line, by day, the seconds that allowances paid."""
    return [
        {
            record.local_date.day: record.covered_quantity
            for record in RatedRecord.objects.filter(line=line).order_by("started_at", "cdr_id")
        }
        for line in lines
    ]


class TestOfSeveralLines:
    def test_all_take_from_what_all_bring_in_the_order_of_calls(self, open_line: Any, load: Load) -> None:
        plan = sharing(100)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 3), call(two, 1, 90), call(one, 2), call(two, 4))
        assert covered(one, two) == [{2: 60, 3: 50}, {1: 90, 4: 0}]
        assert amounts_are_true()

    def test_what_each_brings_is_added_and_rounded_down_once(self, open_line: Any, load: Load) -> None:
        # 100 seconds for 10 and for 21 of 31 days: 32.26 and 67.74 are 100 together, 99 one by one.
        plan = sharing(100)
        ending = open_line(plan, terminated=True, terminated_on=date(2026, 10, 11))
        beginning = open_line(plan, activated_on=date(2026, 10, 11))
        load(call(ending, 5, 70), call(beginning, 20, 70))
        assert covered(ending, beginning) == [{5: 70}, {20: 30}]

    def test_another_customers_lines_have_another_pool(self, open_line: Any, load: Load) -> None:
        plan = sharing(100)
        ours, theirs = open_line(plan), open_line(plan, customer=CustomerFactory())
        load(call(ours, 1, 150), call(theirs, 2, 50))
        assert covered(ours, theirs) == [{1: 100}, {2: 50}]

    def test_a_line_that_brings_nothing_takes_nothing(self, open_line: Any, load: Load) -> None:
        member, other = open_line(sharing(100)), open_line()
        load(call(other, 1), call(member, 2))
        assert covered(member, other) == [{2: 60}, {1: 0}]

    def test_a_lines_own_allowance_pays_before_its_pool(self, open_line: Any, load: Load) -> None:
        plan = sharing(100)
        one, two = open_line(plan), open_line(plan)
        own = OptionFactory()
        AllowanceFactory(offer=own, quantity=80)
        SubscriptionFactory(line=one, offer=own)
        load(call(one, 1, 100), call(two, 2, 200))
        assert covered(one, two) == [{1: 100}, {2: 180}]  # 80 of its own and 20 of the pool; the pool's other 180

    def test_plans_and_options_of_any_kind_make_one_pool(self, open_line: Any, load: Load) -> None:
        one, two = open_line(sharing(100)), open_line(sharing(50))
        SubscriptionFactory(line=two, offer=sharing(30, make=OptionFactory))
        load(call(one, 1, 500))
        assert covered(one) == [{1: 180}]

    def test_one_unlimited_share_is_for_all_members(self, open_line: Any, load: Load) -> None:
        one, two = open_line(sharing(10)), open_line(sharing(None))
        load(call(one, 1, 500), call(two, 2, 500))
        assert covered(one, two) == [{1: 500}, {2: 500}]

    def test_a_line_not_yet_billed_brings_and_takes_nothing(self, open_line: Any, load: Load) -> None:
        plan = sharing(310)
        one = open_line(plan)
        late = open_line(plan, billing_start=date(2026, 10, 22))
        load(call(late, 5, 100), call(late, 25, 100), call(one, 26, 1000))
        # 310 + 310 × 10/31 = 410, of which 100 are taken on the 25th.
        assert covered(one, late) == [{26: 310}, {5: 0, 25: 100}]


class TestWhenThePoolChanges:
    def test_the_records_of_all_its_lines_are_covered_anew(self, open_line: Any, load: Load) -> None:
        plan = sharing(100)
        one, two = open_line(plan), open_line(plan)
        file = load(call(one, 1, 300))
        assert covered(one) == [{1: 200}]
        option = sharing(60, make=OptionFactory)
        add_option(line=two, option=option, price=PRICE, on=date(2026, 1, 1), actor=None)
        assert covered(one) == [{1: 260}]
        remove_option(line=two, option=option, on=date(2026, 1, 1), actor=None)
        assert covered(one) == [{1: 200}]
        file.refresh_from_db()
        assert file.amount == Decimal("0.1")

    def test_a_line_that_leaves_in_the_month_brought_its_days(self, open_line: Any, load: Load) -> None:
        plan = sharing(310)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 1, 1000))
        terminate_line(line=two, on=date(2026, 10, 11), today=date(2026, 10, 20), actor=None)
        assert covered(one) == [{1: 410}]  # 310 + 310 × 10/31

    def test_a_line_that_changes_to_a_plan_of_its_own(self, open_line: Any, load: Load) -> None:
        plan, own = sharing(310), PlanFactory()
        AllowanceFactory(offer=own, quantity=620)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 1, 1000), call(two, 30, 1000))
        change_plan(line=two, plan=own, price=PRICE, on=date(2026, 10, 11), actor=None)
        # The pool: 310 + 310 × 10/31 = 410. Of its own: 620 × 21/31 = 420.
        assert covered(one, two) == [{1: 410}, {30: 420}]

    def test_a_new_line_pays_for_what_the_others_have_used(
        self, open_line: Any, load: Load, customer: Customer, tariff: Tariff
    ) -> None:
        plan = sharing(100)
        one = open_line(plan)
        load(call(one, 20, 500))
        assert covered(one) == [{20: 100}]
        new = NewLine(
            customer=customer,
            msisdn="33639989999",
            sim=SimCardFactory(),
            tariff=tariff,
            offers=[(plan, PRICE)],
            activated_on=OCTOBER,
            billing_start=OCTOBER,
        )
        open_lines(new_lines=[new], today=date(2026, 10, 20), actor=None)
        assert covered(one) == [{20: 200}]

    def test_an_offer_that_is_shared_from_now_on_and_no_longer(self, open_line: Any, load: Load) -> None:
        plan = PlanFactory()
        AllowanceFactory(offer=plan, quantity=100)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 1, 150), call(two, 2, 10))
        assert covered(one, two) == [{1: 100}, {2: 10}]
        plan.allowances.update(shared=True)
        set_allowances(included={plan.pk: {"voice": 100}})
        assert covered(one, two) == [{1: 150}, {2: 10}]
        plan.allowances.update(shared=False)
        set_allowances(included={plan.pk: {"voice": 100}})
        assert covered(one, two) == [{1: 100}, {2: 10}]

    def test_a_file_backed_out_leaves_its_part_to_the_others(self, open_line: Any, load: Load) -> None:
        plan = sharing(50)
        one, two = open_line(plan), open_line(plan)
        first = load(call(one, 1, 100))
        load(call(two, 2, 100))
        assert covered(two) == [{2: 0}]
        back_out_file(file=first, actor=None)
        assert covered(two) == [{2: 100}]
        assert amounts_are_true()


class TestInvoicedRecords:
    def test_keep_their_price_and_take_from_the_pool_first(self, open_line: Any, load: Load) -> None:
        plan = sharing(50)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 20, 80))
        close_statements([(one.pk, OCTOBER)])
        load(call(two, 1, 100), call(one, 2, 100))
        assert covered(one, two) == [{2: 0, 20: 80}, {1: 20}]

    def test_take_of_their_lines_own_allowance_before(self, open_line: Any, load: Load) -> None:
        plan = sharing(50)
        one, two = open_line(plan), open_line(plan)
        own = OptionFactory()
        AllowanceFactory(offer=own, quantity=30)
        SubscriptionFactory(line=one, offer=own)
        load(call(one, 20, 80))  # 30 of its own, 50 of the pool's 100
        close_statements([(one.pk, OCTOBER)])
        load(call(two, 1, 100))
        assert covered(one, two) == [{20: 80}, {1: 50}]


class TestFairUse:
    def test_beyond_the_ceiling_is_charged(self, open_line: Any, load: Load) -> None:
        plan = PlanFactory()
        AllowanceFactory(offer=plan, quantity=None, unlimited=True, ceiling=100)
        line = open_line(plan)
        load(call(line, 1, 80), call(line, 2, 80))
        assert covered(line) == [{1: 80, 2: 20}]

    def test_or_free_where_the_offer_says_so(self, open_line: Any, load: Load) -> None:
        plan = PlanFactory()
        AllowanceFactory(offer=plan, quantity=None, unlimited=True, ceiling=100, beyond=BeyondCeiling.FREE)
        line = open_line(plan)
        load(call(line, 1, 80), call(line, 2, 80))
        assert covered(line) == [{1: 80, 2: 80}]

    def test_a_shared_ceiling_is_the_sum_of_those_of_its_lines(self, open_line: Any, load: Load) -> None:
        plan = sharing(None, ceiling=100)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 1, 150), call(two, 2, 80))
        assert covered(one, two) == [{1: 150}, {2: 50}]


class TestThoseBeyondTheCeiling:
    def test_are_named_the_furthest_first(self, open_line: Any, load: Load) -> None:
        plan = PlanFactory()
        AllowanceFactory(offer=plan, quantity=None, unlimited=True, ceiling=100, beyond=BeyondCeiling.FREE)
        little, much, within = (open_line(plan) for _ in range(3))
        load(call(little, 1, 150), call(much, 1, 300), call(within, 1, 100), call(much, 2, 60))
        assert [(one.who, one.used, one.ceiling, one.share) for one in excesses(offer=plan, month=OCTOBER)] == [
            (much, 360, 100, 360),
            (little, 150, 100, 150),
        ]
        assert excesses(offer=plan, month=date(2026, 9, 1)) == []

    def test_are_customers_where_it_is_shared(self, open_line: Any, load: Load, customer: Customer) -> None:
        plan = sharing(None, ceiling=100, beyond=BeyondCeiling.FREE)
        one, two = open_line(plan), open_line(plan)
        load(call(one, 1, 150), call(two, 1, 60))
        assert [(one.who, one.used, one.ceiling) for one in excesses(offer=plan, month=OCTOBER)] == [
            (customer, 210, 200)
        ]

    def test_are_shown_from_the_page_of_the_offer(self, open_line: Any, load: Load, sign_in_as: Any) -> None:
        plan = PlanFactory()
        address = reverse("admin:catalog_plan_beyond_ceiling", args=[plan.pk])
        client = sign_in_as(Role.BILLING)
        page = reverse("admin:catalog_plan_change", args=[plan.pk])
        assert address not in client.get(page).content.decode()
        AllowanceFactory(offer=plan, quantity=None, unlimited=True, ceiling=60, beyond=BeyondCeiling.FREE)
        line = open_line(plan)
        load(call(line, 1, 90))
        assert address in client.get(page).content.decode()
        with time_machine.travel("2026-11-03T12:00:00+01:00", tick=False):
            client = sign_in_as(Role.BILLING)
            answer = client.post(address, {"month": "2026-10", "_form_submitted": "True"}).content.decode()
        assert str(line) in answer
        assert "(150\N{NO-BREAK SPACE}%)" in answer.replace("&nbsp;", "\N{NO-BREAK SPACE}")
        assert sign_in_as(Role.SALES).get(address).status_code == 403


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_loading_changes_nothing(data: st.DataObject, rate: Rate, tmp_path: Path) -> None:
    """The same calls of a pool, in one file or cut in files in any order: the same prices."""
    for model in (RatedRecord, CdrFile):
        model.objects.all().delete()
    plan, customer = sharing(data.draw(st.integers(1, 400))), CustomerFactory()
    lines = [LineFactory(tariff=rate.version.tariff, customer=customer, plan=plan) for _ in range(3)]
    own = OptionFactory()
    AllowanceFactory(offer=own, quantity=data.draw(st.integers(1, 200)))
    SubscriptionFactory(line=lines[0], offer=own, start=date(2026, 10, data.draw(st.integers(1, 31))))
    facts = data.draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(0, 200)), min_size=2, max_size=12)
    )
    calls = [call(lines[who], day, seconds, name=f"{place}") for place, (who, day, seconds) in enumerate(facts)]

    load_all(tmp_path, [calls])
    expected = rated_contents()
    for model in (RatedRecord, CdrFile):
        model.objects.all().delete()
    shuffled = data.draw(st.permutations(calls))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(calls) - 1), max_size=3)))
    load_all(tmp_path, [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(calls)], strict=True)])
    assert rated_contents() == expected
    assert amounts_are_true()


def load_all(folder: Path, files: list[list[str]]) -> None:
    for place, rows in enumerate(files):
        path = folder / f"{place}.csv"
        path.write_text("\n".join([HEADER, *rows, ""]))
        load_file(path=path, actor=None, chunk_bytes=900)


def test_many_lines_of_a_pool_cost_a_constant_number_of_queries(
    open_line: Any, load: Load, django_assert_max_num_queries: Any
) -> None:
    plan = sharing(30)
    lines = [open_line(plan) for _ in range(20)]
    load(*(call(line, day) for line in lines for day in (10, 11)))
    assert sum(sum(one.values()) for one in covered(*lines)) == 20 * 30
    plan.allowances.update(quantity=60)
    with django_assert_max_num_queries(20):
        assert cover(line_ids=[lines[0].pk]) > 0
    assert sum(sum(one.values()) for one in covered(*lines)) == 20 * 60


def test_a_pool_that_is_settled_is_not_read(open_line: Any, load: Load, django_assert_max_num_queries: Any) -> None:
    plan = sharing(None)
    lines = [open_line(plan) for _ in range(3)]
    load(*(call(line, 10) for line in lines))
    with django_assert_max_num_queries(12):
        assert cover(line_ids=[lines[0].pk]) == 0


def test_usage_is_refused_while_a_line_of_the_pool_is_being_loaded(open_line: Any, load: Load) -> None:
    plan = sharing(50)
    one, two = open_line(plan), open_line(plan)
    load(call(one, 1, 100))
    late = load(call(two, 2, 100))
    CdrFile.objects.filter(pk=late.pk).update(state="loading")
    with pytest.raises(DomainError):
        close_statements([(one.pk, OCTOBER), (two.pk, OCTOBER)])
