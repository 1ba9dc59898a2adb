"""New versions, copies and changes of grids, as whoever keeps the prices makes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.exceptions import DomainError
from apps.tariffs.comparison import compare
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.services import change_rate, duplicate_tariff, make_version, rename_tariff
from tests.factories import RateFactory, TariffFactory, TariffVersionFactory, UserFactory
from tests.usage.factories import RateUseFactory

pytestmark = pytest.mark.django_db

WINTER = date(2026, 12, 1)
FIELDS = [field.name for field in Rate._meta.concrete_fields if field.name not in ("id", "version")]


@pytest.fixture
def version() -> TariffVersion:
    version = TariffVersionFactory(tariff=TariffFactory(code="STANDARD"))
    RateFactory(version=version, prefix="33", destination="France fixe", price_minute="0.035", first_step=30, step=6)
    RateFactory(version=version, prefix="336", price_minute="0.09", connection_fee="0.15", included=True)
    RateFactory(version=version, prefix="3631", special=True, destination_zone="SPECIAL", price_minute="0")
    RateFactory(version=version, prefix="", kind="sms", price_minute="0", price_unit="0.000001", free_seconds=3)
    return version


def contents(version: TariffVersion) -> list[tuple[Any, ...]]:
    return list(version.rates.order_by("kind", "prefix").values_list(*FIELDS))


def prices(version: TariffVersion, name: str = "price_minute") -> list[Decimal]:
    return list(version.rates.order_by("kind", "prefix").values_list(name, flat=True))


# --- A new version


def test_a_new_version_is_a_copy_from_a_day_on(version: TariffVersion) -> None:
    new = make_version(source=version, valid_from=WINTER, actor=None)
    assert (new.tariff, new.valid_from) == (version.tariff, WINTER)
    assert contents(new) == contents(version)


@pytest.mark.parametrize(
    ("percent", "minutes", "unit", "fee"),
    [
        ("10", ["0", "0.0385", "0.099", "0"], "0.000001", "0.165"),
        ("-10", ["0", "0.0315", "0.081", "0"], "0.000001", "0.135"),
        ("50", ["0", "0.0525", "0.135", "0"], "0.000002", "0.225"),  # half up
        ("-50", ["0", "0.0175", "0.045", "0"], "0.000001", "0.075"),  # half up: never free by rounding
        ("-51", ["0", "0.01715", "0.0441", "0"], "0", "0.0735"),
        ("-100", ["0", "0", "0", "0"], "0", "0"),
        ("3.333", ["0", "0.036167", "0.093", "0"], "0.000001", "0.155"),
    ],
)
def test_all_prices_change_by_a_percentage(
    version: TariffVersion, percent: str, minutes: list[str], unit: str, fee: str
) -> None:
    new = make_version(source=version, valid_from=WINTER, percent=Decimal(percent), actor=None)
    assert sorted(prices(new)) == sorted(Decimal(price) for price in minutes)
    assert max(prices(new, "price_unit")) == Decimal(unit)
    assert max(prices(new, "connection_fee")) == Decimal(fee)
    assert new.rates.get(prefix="33").first_step == 30


def test_each_rate_of_a_new_version_tells_where_it_comes_from(version: TariffVersion) -> None:
    anne = UserFactory()
    new = make_version(source=version, valid_from=WINTER, percent=Decimal("-2.5"), actor=anne)
    [told] = new.rates.get(prefix="336").history.all()
    assert (told.history_type, told.history_user, told.price_minute) == ("+", anne, Decimal("0.08775"))
    assert "STANDARD" in told.history_change_reason
    assert "-2,5\N{NO-BREAK SPACE}%" in told.history_change_reason


def test_a_day_has_one_version(version: TariffVersion) -> None:
    make_version(source=version, valid_from=WINTER, actor=None)
    with pytest.raises(DomainError, match=r"STANDARD.*01/12/2026"):
        make_version(source=version, valid_from=WINTER, actor=None)
    assert TariffVersion.objects.count() == 2


@pytest.mark.parametrize("percent", ["-100.01", "100000000"])
def test_prices_stay_between_nothing_and_what_a_call_may_cost(version: TariffVersion, percent: str) -> None:
    with pytest.raises(DomainError):
        make_version(source=version, valid_from=WINTER, percent=Decimal(percent), actor=None)
    assert TariffVersion.objects.count() == 1


def test_a_new_version_takes_as_many_queries_for_many_rates(version: TariffVersion) -> None:
    def queries(day: date) -> int:
        with CaptureQueriesContext(connection) as captured:
            make_version(source=version, valid_from=day, percent=Decimal(5), actor=None)
        return len(captured)

    few = queries(WINTER)
    for n in range(40):
        RateFactory(version=version, prefix=f"44{n}")
    assert queries(date(2026, 12, 2)) == few


# --- A copy


def test_a_copy_of_a_grid_holds_for_all_dates(version: TariffVersion) -> None:
    source = make_version(source=version, valid_from=WINTER, actor=None)
    copy = duplicate_tariff(source=source, code="EUROPE", label="Europe", percent=Decimal(10), actor=None)
    [first] = copy.versions.all()
    assert (copy.code, copy.label, first.valid_from) == ("EUROPE", "Europe", None)
    assert first.rates.get(prefix="336").price_minute == Decimal("0.099")


def test_a_code_is_taken_once(version: TariffVersion) -> None:
    with pytest.raises(DomainError, match="STANDARD"):
        duplicate_tariff(source=version, code="STANDARD", label="Autre", actor=None)
    assert Tariff.objects.count() == 1


def test_a_grid_is_called_otherwise(version: TariffVersion) -> None:
    assert rename_tariff(tariff=version.tariff, label="Grille 2027", actor=None).label == "Grille 2027"
    assert Tariff.objects.get().label == "Grille 2027"


# --- Another rate


def test_a_rate_that_priced_nothing_changes_where_it_stands(version: TariffVersion) -> None:
    anne, rate = UserFactory(), version.rates.get(prefix="336")
    change_rate(
        rate=rate, values={"price_minute": Decimal("0.08"), "destination": "Mobiles"}, actor=anne, reason="Accord"
    )
    changed = Rate.objects.get(pk=rate.pk)
    assert (changed.price_minute, changed.destination) == (Decimal("0.08"), "Mobiles")
    told = changed.history.first()
    assert (told.history_type, told.history_user, told.history_change_reason) == ("~", anne, "Accord")


@pytest.mark.parametrize(
    "values", [{"price_minute": Decimal("0.08")}, {"destination": "Mobiles"}, {"step": 60}, {"included": False}]
)
def test_a_rate_that_priced_calls_changes_with_a_new_version_only(
    version: TariffVersion, values: dict[str, Any]
) -> None:
    rate = version.rates.get(prefix="336")
    RateUseFactory(rate=rate, records=1_234)
    with pytest.raises(DomainError, match=r"1.234 appels.*nouvelle version"):
        change_rate(rate=rate, values=values, actor=None)
    new = make_version(source=version, valid_from=WINTER, actor=None)
    change_rate(rate=new.rates.get(prefix="336"), values=values, actor=None)
    assert contents(new) != contents(version)


def test_a_change_to_what_it_is_already_is_none(version: TariffVersion) -> None:
    rate = version.rates.get(prefix="336")
    RateUseFactory(rate=rate)
    change_rate(rate=rate, values={"price_minute": Decimal("0.09"), "step": rate.step}, actor=None)
    assert not rate.history.filter(history_type="~").exists()


@pytest.mark.parametrize(
    "values",
    [
        {"price_minute": Decimal("-0.01")},
        {"connection_fee": Decimal("10000.01")},
        {"price_minute": Decimal("0.0000001")},
        {"first_step": 0},
        {"step": 0},
        {"free_seconds": -1},
        {"destination": ""},
        {"destination": "x" * 81},
        {"kind": "fax"},
        {"prefix": "33"},  # there is one
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(version: TariffVersion, values: dict[str, Any]) -> None:
    before = contents(version)
    with pytest.raises(DomainError):
        change_rate(rate=version.rates.get(prefix="336"), values=values, actor=None)
    assert contents(version) == before


def test_the_zone_tells_rates_of_special_numbers(version: TariffVersion) -> None:
    rate = RateFactory(version=version, prefix="118")
    assert change_rate(rate=rate, values={"destination_zone": "SPECIAL"}, actor=None).special
    assert not change_rate(rate=rate, values={"destination_zone": "FR"}, actor=None).special


# --- What differs


def test_two_versions_are_compared_rate_by_rate(version: TariffVersion) -> None:
    new = make_version(source=version, valid_from=WINTER, actor=None)
    new.rates.filter(prefix="336").update(price_minute="0.08", step=60)
    new.rates.filter(prefix="33").delete()
    RateFactory(version=new, prefix="44", destination="Royaume-Uni")
    found = compare(old=version, new=new)
    assert found.counts() == {"new": 1, "changed": 1, "removed": 1, "unchanged": 2}
    assert ([rate.prefix for rate in found.added], [rate.prefix for rate in found.removed]) == (["44"], ["33"])
    [change] = found.changed
    assert (change.old.version, change.new.version) == (version, new)
    assert change.differences == {"price_minute": (Decimal("0.09"), Decimal("0.08")), "step": (1, 60)}


def test_a_number_in_national_form_and_one_abroad_are_two_rates(version: TariffVersion) -> None:
    """3631 is La Poste, 36 31 234 567 is Hungary."""
    new = make_version(source=version, valid_from=WINTER, actor=None)
    RateFactory(version=new, prefix="3631", special=False, destination="Hongrie")
    found = compare(old=version, new=new)
    assert found.counts() == {"new": 1, "changed": 0, "removed": 0, "unchanged": 4}


def test_a_copy_does_not_differ(version: TariffVersion) -> None:
    copy = duplicate_tariff(source=version, code="EUROPE", label="Europe", actor=None)
    assert not compare(old=version, new=copy.versions.get()).differs


def test_versions_are_compared_in_two_queries(version: TariffVersion) -> None:
    new = make_version(source=version, valid_from=WINTER, percent=Decimal(5), actor=None)
    with CaptureQueriesContext(connection) as captured:
        compare(old=version, new=new)
    assert len(captured) == 2
