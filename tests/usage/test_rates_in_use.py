"""What a grid learns of the calls that its rates priced: it is kept file by file, and true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.billing.services.ledger import verify_ledger
from apps.core.slots import contributions
from apps.lines.models import Line
from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.uses import Use, calls_since, purchase_prices, sold_below_purchase, uses_of
from apps.usage.models import RateUse
from apps.usage.rates import use_disagreements
from apps.usage.services import back_out_file, rate_pending
from tests.factories import AllowanceFactory, RateFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load
from tests.usage.factories import RateUseFactory

pytestmark = pytest.mark.django_db


def uses() -> dict[int, Use]:
    assert list(use_disagreements()) == []
    return uses_of(Rate.objects.all())


def use(records: int, quantity: int, cost: str, *, billable: int | None = None) -> Use:
    billable = records if billable is None else billable
    return Use(records=records, billable=billable, quantity=quantity, cost=Decimal(cost))


def call(name: str, seconds: int, cost: str, **cells: str) -> str:
    return row(ID_CDR=name, DUREE_S=str(seconds), MONTANT_ACHAT_HT=cost, **cells)


# --- Kept


def test_a_load_counts_what_each_rate_priced(line: Line, rate: Rate, load: Load) -> None:
    unused = RateFactory(version=rate.version, prefix="44")
    load(call("A", 60, "0.02"), call("B", 30, "0.01"), call("C", 0, "0"), call("D", 9, "1", CORRESPONDANT="112"))
    assert uses() == {rate.pk: use(3, 90, "0.03", billable=2)}
    assert unused.pk not in uses()


def test_chunks_and_files_add_up(line: Line, rate: Rate, load: Load) -> None:
    load(*(call(f"A{n}", 60, "0.02") for n in range(40)), chunk_bytes=500)
    load(*(call(f"B{n}", 30, "0.01") for n in range(3)))
    assert uses() == {rate.pk: use(43, 40 * 60 + 90, "0.83")}
    assert RateUse.objects.count() == 2


def test_what_an_allowance_pays_counts_whole(line: Line, rate: Rate, load: Load) -> None:
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=3600)
    load(call("A", 60, "0.02"))
    assert uses() == {rate.pk: use(1, 60, "0.02")}


def test_a_duplicate_counts_once(line: Line, rate: Rate, load: Load) -> None:
    load(call("A", 60, "0.02"), call("A", 60, "0.02"))
    load(call("A", 60, "0.02"), call("B", 60, "0.02"))
    assert uses() == {rate.pk: use(2, 120, "0.04")}


def test_rating_again_adds_to_the_file_that_the_record_came_with(line: Line, rate: Rate, load: Load) -> None:
    file = load(call("A", 60, "0.02"), call("B", 60, "0.05", CORRESPONDANT="4420123456"))
    british = RateFactory(version=rate.version, prefix="44")
    assert rate_pending().rated == 1
    assert uses() == {rate.pk: use(1, 60, "0.02"), british.pk: use(1, 60, "0.05")}
    assert {one.file for one in RateUse.objects.all()} == {file}


def test_backing_out_takes_the_uses_of_the_file(line: Line, rate: Rate, load: Load) -> None:
    load(call("A", 60, "0.02"))
    back_out_file(file=load(call("B", 60, "0.02"), call("C", 60, "0.02")), actor=None)
    assert uses() == {rate.pk: use(1, 60, "0.02")}


def test_a_use_that_is_not_what_the_records_say_is_told(line: Line, rate: Rate, load: Load) -> None:
    file = load(call("A", 60, "0.02"))
    RateUse.objects.update(quantity=61)
    [told] = use_disagreements()
    assert f"file {file.pk}, rate {rate.pk}" in told
    RateUse.objects.all().delete()
    assert len(list(use_disagreements())) == 1
    RateUseFactory(file=file)
    assert len(list(use_disagreements())) == 2


@pytest.mark.django_db(transaction=True)  # PostgreSQL looks at the end of the transaction
def test_the_database_keeps_a_rate_that_priced_calls(line: Line, rate: Rate, load: Load) -> None:
    load(call("A", 60, "0.02"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.filter(pk=rate.pk)._raw_delete("default")
    assert Rate.objects.filter(pk=rate.pk).exists()


# --- Asked


def test_the_answer_takes_one_query_whatever_the_number_of_calls_and_rates(version: TariffVersion) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            uses_of(version.rates.all())
        return len(captured)

    RateUseFactory(rate=version.rates.get())
    assert queries() == len(contributions("tariffs.rate_uses")) == 1
    for n in range(30):
        RateUseFactory(rate=RateFactory(version=version, prefix=f"44{n}"))
    assert queries() == 1


def test_calls_since_a_day_are_counted_to_the_day(
    line: Line, rate: Rate, load: Load, write: Callable[..., Path]
) -> None:
    """Summer time is two hours ahead: the 15th begins at 22:00 of the 14th in UTC."""
    load(
        *(
            call(name, 60, "0.02", DATE_HEURE=f"2026-10-{at}")
            for name, at in (("A", "14T21:59:59+00:00"), ("B", "14T22:00:00+00:00"), ("C", "20T12:00:00+02:00"))
        )
    )
    load(call("D", 60, "0.02", DATE_HEURE="2026-10-16T12:00:00+02:00"))
    load(call("E", 60, "0.02", DATE_HEURE="2026-10-01T12:00:00+02:00"))
    rates = Rate.objects.filter(version=rate.version)
    assert [calls_since(rates, date(2026, 10, day)) for day in (1, 2, 15, 16, 21)] == [5, 4, 3, 2, 0]
    assert calls_since(Rate.objects.exclude(pk=rate.pk), date(2026, 10, 1)) == 0


# --- Bought for more than sold


@pytest.mark.parametrize(
    ("terms", "counted", "bought", "sold", "below"),
    [
        # 90 s at 0.06 €/min are 0.09 €
        ({"price_minute": "0.06"}, {"quantity": 90, "cost": "0.09"}, "0.06", "0.06", False),
        ({"price_minute": "0.06"}, {"quantity": 90, "cost": "0.090001"}, "0.060001", "0.06", True),
        # two calls with a fee of 0.10 €, and one that nobody answered, which pays none
        (
            {"price_minute": "0", "connection_fee": "0.10"},
            {"records": 3, "billable": 2, "quantity": 120, "cost": "0.20"},
            "0.1",
            "0.1",
            False,
        ),
        (
            {"price_minute": "0", "connection_fee": "0.10"},
            {"records": 3, "billable": 2, "quantity": 120, "cost": "0.21"},
            "0.105",
            "0.1",
            True,
        ),
        ({"kind": "sms", "price_unit": "0.05"}, {"quantity": 10, "cost": "0.4"}, "0.04", "0.05", False),
        # 3 MiB
        (
            {"kind": "data", "price_megabyte": "0.01"},
            {"quantity": 3 * 1024**2, "cost": "0.06"},
            "0.02",
            "0.01",
            True,
        ),
        # a free number that is bought
        ({"price_minute": "0"}, {"quantity": 60, "cost": "0.01"}, "0.01", "0", True),
        # nothing counted, yet paid for
        ({"price_minute": "1"}, {"billable": 0, "quantity": 0, "cost": "0.01"}, None, None, True),
    ],
)
def test_what_calls_are_bought_for_beside_what_they_are_sold_for(
    terms: dict[str, str], counted: dict[str, object], bought: str, sold: str, below: bool
) -> None:
    rate = RateFactory(**{"price_minute": "0", **terms})
    RateUseFactory(rate=rate, **counted)
    price = purchase_prices(Rate.objects.all())[rate.pk]
    assert price.bought == (None if bought is None else Decimal(bought))
    assert price.sold == (None if sold is None else Decimal(sold))
    assert price.below is below
    assert (rate.pk in sold_below_purchase(Rate.objects.all())) is below


def test_files_are_compared_together() -> None:
    """One file at a loss and one at a gain: what counts is all calls of the rate."""
    rate = RateFactory(price_minute="0.06")
    RateUseFactory(rate=rate, quantity=60, cost="0.07")
    assert sold_below_purchase(Rate.objects.all()) == {rate.pk}
    RateUseFactory(rate=rate, quantity=60, cost="0.05")
    assert sold_below_purchase(Rate.objects.all()) == set()


def test_rates_of_other_grids_do_not_count() -> None:

    mine, other = RateFactory(), RateFactory()
    RateUseFactory(rate=other)
    assert purchase_prices(Rate.objects.filter(version=mine.version)) == {}


def test_records_that_were_there_before_are_counted_by_the_migration(line: Line, rate: Rate, load: Load) -> None:
    load(call("A", 60, "0.02"), call("B", 0, "0"), call("C", 9, "1", CORRESPONDANT="112"))
    before = uses()
    RateUse.objects.all().delete()
    migration = import_module("apps.usage.migrations.0003_count_use_of_rates")
    with connection.cursor() as cursor:
        cursor.execute(migration.COUNT)
    assert uses() == before == {rate.pk: use(2, 60, "0.02", billable=1)}


def test_verifying_the_ledger_counts_the_uses_again(line: Line, rate: Rate, load: Load) -> None:
    load(call("A", 60, "0.02"))
    assert verify_ledger().ok
    RateUse.objects.update(records=2)
    [fault] = verify_ledger().faults
    assert fault.startswith("use of a rate: file ")
