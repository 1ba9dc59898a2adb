"""Allowances pay in call order, whatever comes when (DOMAIN §5.4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.core.exceptions import DomainError
from apps.core.slots import notify
from apps.lines.models import Line, Subscription
from apps.tariffs.models import Rate, TariffVersion
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord
from apps.usage.services import close_statements, cover
from tests.factories import AllowanceFactory, LineFactory, OptionFactory, PlanFactory, RateFactory, SubscriptionFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load, amounts_are_true

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)


def call(day: int, seconds: int = 60, *, name: str = "", month: int = 10) -> str:
    at = f"2026-{month:02d}-{day:02d}T12:00:00+02:00"
    return row(ID_CDR=name or f"{month}/{day}", DATE_HEURE=at, DUREE_S=str(seconds))


def covered() -> dict[str, int]:
    return dict(RatedRecord.objects.values_list("cdr_id", "covered_quantity"))


def prices() -> dict[str, str]:
    return {record.cdr_id: str(record.price) for record in RatedRecord.objects.all()}


def include(line: Line, seconds: int | None, **period: date) -> Subscription:
    """An option that brings so many seconds of calls (None: without limit)."""
    option = OptionFactory()
    AllowanceFactory(offer=option, quantity=seconds, unlimited=seconds is None)
    return SubscriptionFactory(line=line, offer=option, **period)


def test_what_is_covered_is_free_and_the_rest_is_charged(line: Line, load: Load) -> None:
    include(line, 90)
    file = load(call(1), call(2), call(3))
    assert covered() == {"10/1": 60, "10/2": 30, "10/3": 0}
    assert [str(record.price) for record in RatedRecord.objects.order_by("started_at")] == [
        "0.000000",
        "0.030000",
        "0.060000",
    ]
    assert str(file.amount) == "0.090000"


def test_a_file_that_comes_late_takes_from_those_before(line: Line, load: Load) -> None:
    include(line, 90)
    first = load(call(2), call(3))
    assert covered() == {"10/2": 60, "10/3": 30}
    load(call(1))
    assert covered() == {"10/1": 60, "10/2": 30, "10/3": 0}
    first.refresh_from_db()
    assert str(first.amount) == "0.090000"
    assert amounts_are_true()


def test_calls_of_the_same_second_take_in_the_order_of_their_identifiers_as_text(line: Line, load: Load) -> None:
    include(line, 150)
    load(*(call(1, name=name) for name in ("b", "9", "a", "10", "É", "Z")))
    assert covered() == {"10": 60, "9": 60, "Z": 30, "a": 0, "b": 0, "É": 0}


def test_each_month_has_its_allowance(line: Line, load: Load) -> None:
    include(line, 60)
    load(call(30, month=9), call(1), call(2))
    assert covered() == {"9/30": 60, "10/1": 60, "10/2": 0}


def test_the_shares_of_plan_and_options_are_added_then_rounded_down_once(line: Line, load: Load) -> None:
    # 10 and 21 days of 31: 100·10/31 + 100·21/31 is 100, though either alone is rounded down.
    include(line, 100, start=date(2026, 9, 1), end=date(2026, 10, 11))
    include(line, 100, start=date(2026, 10, 11))
    load(call(5, 500))
    assert covered() == {"10/5": 100}


def test_days_served_end_with_the_line(line: Line, load: Load) -> None:
    include(line, 310)
    Line.objects.filter(pk=line.pk).update(terminated_on=date(2026, 10, 11))
    load(call(5, 500))
    assert covered() == {"10/5": 100}


def test_several_of_an_option_bring_several_times_as_much(line: Line, load: Load) -> None:
    Subscription.objects.filter(pk=include(line, 60).pk).update(quantity=3)
    load(call(5, 500))
    assert covered() == {"10/5": 180}


def test_one_day_of_an_unlimited_option_covers_the_month(line: Line, load: Load) -> None:
    include(line, 60)
    include(line, None, start=date(2026, 10, 31))
    load(call(5, 500))
    assert covered() == {"10/5": 500}


def test_usage_before_billing_start_has_no_allowance(line: Line, load: Load) -> None:
    Line.objects.filter(pk=line.pk).update(billing_start=date(2026, 10, 12))
    include(line, 310)  # 20 days of 31: 200 seconds
    load(call(5), call(12), call(13, 500))
    assert covered() == {"10/5": 0, "10/12": 60, "10/13": 140}


def test_even_if_it_was_covered_by_an_earlier_billing_start(line: Line, load: Load) -> None:
    include(line, 310)
    load(call(5), call(12))
    Line.objects.filter(pk=line.pk).update(billing_start=date(2026, 10, 12))
    notify("lines.allowances_changed", line_ids=[line.pk])
    assert covered() == {"10/5": 0, "10/12": 60}
    assert amounts_are_true()


def test_rows_outside_allowances_and_messages_of_another_kind_take_nothing(
    line: Line, version: TariffVersion, load: Load
) -> None:
    RateFactory(version=version, prefix="337", included=False)
    RateFactory(version=version, kind="mms", prefix="", price_unit=Decimal("0.25"), included=True)
    include(line, 1000)
    load(
        row(ID_CDR="337", CORRESPONDANT="33712345678"),
        row(ID_CDR="mms", TYPE="MMS", NB_UNITES="2"),
        row(ID_CDR="336"),
    )
    assert covered() == {"337": 0, "mms": 0, "336": 61}


class TestChangesOfPlan:
    def test_cover_the_records_anew(self, line: Line, load: Load) -> None:
        file = load(call(1), call(2))
        assert covered() == {"10/1": 0, "10/2": 0}
        include(line, 90)
        notify("lines.allowances_changed", line_ids=[line.pk])
        assert covered() == {"10/1": 60, "10/2": 30}
        file.refresh_from_db()
        assert str(file.amount) == "0.030000"

    def test_in_both_directions(self, line: Line, load: Load) -> None:
        option = include(line, None)
        load(call(1), call(2))
        option.delete()
        cover(line_ids=[line.pk])
        assert covered() == {"10/1": 0, "10/2": 0}
        assert amounts_are_true()

    def test_write_only_what_changed(self, line: Line, load: Load) -> None:
        include(line, 90)
        load(call(1), call(2), call(3))
        assert cover(line_ids=[line.pk]) == 0
        include(line, 60)
        assert cover(line_ids=[line.pk]) == 2


class TestInvoicedRecords:
    def test_keep_their_price_and_take_first(self, line: Line, load: Load) -> None:
        include(line, 90)
        load(call(10), call(20))
        (statement,) = close_statements([(line.pk, OCTOBER)])
        load(call(1), call(2))
        assert covered() == {"10/1": 0, "10/2": 0, "10/10": 60, "10/20": 30}
        include(line, 90)
        cover(line_ids=[line.pk])
        assert covered() == {"10/1": 60, "10/2": 30, "10/10": 60, "10/20": 30}
        statement.refresh_from_db()
        assert statement.amount == sum(r.price for r in RatedRecord.objects.filter(statement=statement))

    def test_never_take_more_than_there_is(self, line: Line, load: Load) -> None:
        option = include(line, 90)
        load(call(10))
        close_statements([(line.pk, OCTOBER)])
        option.offer.allowances.update(quantity=30)
        load(call(1))
        assert covered() == {"10/1": 0, "10/10": 60}

    def test_are_not_closed_while_their_file_is_loaded(self, line: Line, load: Load) -> None:
        file = load(call(1))
        CdrFile.objects.update(state=FileState.LOADING)
        with pytest.raises(DomainError, match=file.name):
            close_statements([(line.pk, OCTOBER)])
        assert not RatedRecord.objects.exclude(statement=None).exists()


def test_many_lines_are_covered_in_a_constant_number_of_queries(
    line: Line, load: Load, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    plan = PlanFactory()
    AllowanceFactory(offer=plan, quantity=30)
    lines = [LineFactory(tariff=line.tariffs.get().tariff, plan=plan) for _ in range(20)]
    load(
        *(
            row(ID_CDR=f"{rank}-{day}", MSISDN=one.msisdn, DATE_HEURE=f"2026-10-{day}T12:00:00+02:00")
            for rank, one in enumerate(lines)
            for day in (10, 11)
        )
    )
    assert sum(covered().values()) == 20 * 30
    plan.allowances.update(quantity=60)
    with django_assert_max_num_queries(12):
        cover(line_ids=[one.pk for one in lines])
    assert sum(covered().values()) == 20 * 60


def test_a_corrected_row_of_the_grid_changes_no_price_whose_part_stays(line: Line, rate: Rate, load: Load) -> None:
    """Else calls would be priced anew on lines with an allowance, and on others not."""
    include(line, 90)
    load(call(1), call(2), call(3))
    before = prices()
    rate.price_minute *= 10
    rate.save()
    load(call(4))
    assert prices() == {**before, "10/4": "0.600000"}
    assert amounts_are_true()
