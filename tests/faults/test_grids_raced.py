"""A grid that is changed while calls are being priced by it: a call's rate stays as it was when it was priced."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as await_all
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from apps.core.exceptions import DomainError
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate, Tariff
from apps.tariffs.services import change_rate, duplicate_tariff, make_version
from apps.usage.models import RatedRecord, SuspendedRecord
from apps.usage.rates import use_disagreements
from apps.usage.services import load_file, loading, pending, rate_pending
from tests.factories import LineFactory, RateFactory
from tests.faults.loaders import write
from tests.pure.cdr_files import row
from tests.usage.conftest import MSISDN

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30  # seconds
MEANWHILE = 1  # second, in which somebody else gets as far as the locks let them
CALL = row(CORRESPONDANT="33612345678", DUREE_S="60")
WITHOUT_THE_RATE = (
    b"PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;"
    b"FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT\n"
    b"44;Royaume-Uni;VOIX;MO;FR;UE;0,2;;;0;1;1;0;OUI\n"
)


@pytest.fixture
def rate() -> Rate:
    """The only rate of the grid of a line, by which no call was priced yet."""
    rate = RateFactory(price_minute=Decimal("0.06"))
    LineFactory(msisdn=MSISDN, tariff=rate.version.tariff)
    return rate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "one.csv", [CALL])


def dearer(rate: Rate) -> bool:
    try:
        change_rate(rate=rate, values={"price_minute": Decimal("0.60")}, actor=None)
    except DomainError:
        return False
    return True


def dropped(rate: Rate) -> bool:
    importer = TariffImporter(today=date(2026, 11, 24), table=rate.version.tariff.code)
    return not importer.run(WITHOUT_THE_RATE).faults


def explicable() -> bool:
    """Whether each call costs what its rate says."""
    rates = dict(Rate.objects.values_list("pk", "price_minute"))
    return all(record.price == rates[record.rate_id] for record in RatedRecord.objects.all()) and not list(
        use_disagreements()
    )


type Change = Callable[[Rate], bool]

CHANGES = pytest.mark.parametrize("change", [dearer, dropped])


@CHANGES
def test_a_rate_waits_for_the_calls_that_are_being_priced_by_it(
    rate: Rate, path: Path, change: Change, monkeypatch: pytest.MonkeyPatch, elsewhere: Any
) -> None:
    """Nothing says yet that it is in use: the load has not committed."""
    real, others = loading.bulk().insert, []

    def insert(*some: Any) -> None:
        if not others:
            others.append(elsewhere(lambda: change(rate)))
            await_all(others, timeout=MEANWHILE)
        real(*some)

    monkeypatch.setattr(loading.bulk(), "insert", insert)
    load_file(path=path, actor=None)
    assert others[0].result(PATIENCE) is False
    assert RatedRecord.objects.get().price == Decimal("0.06")
    assert explicable()


@CHANGES
def test_a_load_takes_the_grid_as_it_is_when_it_stores(
    rate: Rate, path: Path, change: Change, monkeypatch: pytest.MonkeyPatch, elsewhere: Any
) -> None:
    """It has judged its records by the grid as it was."""
    real = loading.judged

    def judged(*some: Any) -> Any:
        found = real(*some)
        assert elsewhere(lambda: change(rate)).result(PATIENCE)
        return found

    monkeypatch.setattr(loading, "judged", judged)
    load_file(path=path, actor=None)
    assert [record.price for record in RatedRecord.objects.all()] == ([Decimal("0.60")] if change is dearer else [])
    assert SuspendedRecord.objects.count() == (change is dropped)
    assert explicable()


@pytest.mark.parametrize(
    ("after", "prices"), [("A2", ["0.06", "0.60", "0.06", "0.60"]), ("A3", ["0.06", "0.06", "0.06", "0.60"])]
)
def test_a_version_that_is_made_while_a_file_is_loaded_prices_what_is_stored_after_it(
    rate: Rate, tmp_path: Path, after: str, prices: list[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Any
) -> None:
    """From its day on, once the call ``after`` was judged; what is stored already keeps its price."""
    days = {"A1": "01", "A2": "02", "A3": "01", "A4": "02"}
    calls = [
        row(ID_CDR=name, CORRESPONDANT="33612345678", DUREE_S="60", DATE_HEURE=f"2026-10-{day}T10:00:00+02:00")
        for name, day in days.items()
    ]
    real = loading.judged

    def dearer_from_the_second() -> None:
        make_version(source=rate.version, valid_from=date(2026, 10, 2), percent=Decimal(900), actor=None)

    def judged(*some: Any) -> Any:
        found = real(*some)
        if found["cdr_id"].to_list() == [after]:
            elsewhere(dearer_from_the_second).result(PATIENCE)
        return found

    monkeypatch.setattr(loading, "judged", judged)
    load_file(path=write(tmp_path / "four.csv", calls), actor=None, chunk_bytes=1)
    stored = RatedRecord.objects.order_by("cdr_id")
    assert [record.price for record in stored] == list(map(Decimal, prices))
    assert explicable()


@CHANGES
def test_calls_that_waited_take_the_grid_as_it_is_too(
    rate: Rate, path: Path, change: Change, monkeypatch: pytest.MonkeyPatch, elsewhere: Any
) -> None:
    Rate.objects.update(prefix="44")
    load_file(path=path, actor=None)
    Rate.objects.update(prefix="336")
    real, others = pending.lock_pools, list[Future[bool]]()

    def lock_pools(*some: Any) -> Any:
        """Between the judgement and the locks. SQLite lets nobody in: the change comes after."""
        others.append(elsewhere(lambda: change(rate)))
        await_all(others, timeout=MEANWHILE)
        return real(*some)

    monkeypatch.setattr(pending, "lock_pools", lock_pools)
    rate_pending()
    changed = others[0].result(PATIENCE)
    assert [record.price for record in RatedRecord.objects.all()] == (
        [Decimal("0.06")] if not changed else [Decimal("0.60")] if change is dearer else []
    )
    assert explicable()


@pytest.mark.postgres  # on SQLite any write waits for any other
def test_two_who_price_by_one_grid_do_not_wait_for_one_another(
    rate: Rate, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Any
) -> None:
    """Loads of two months hold the version together."""
    september = write(tmp_path / "two.csv", [CALL.replace("2026-10", "2026-09")])
    real, others = loading.bulk().insert, []

    def insert(*some: Any) -> None:
        if not others:
            others.append(elsewhere(lambda: load_file(path=september, actor=None)))
            others[0].result(PATIENCE)
        real(*some)

    monkeypatch.setattr(loading.bulk(), "insert", insert)
    load_file(path=path, actor=None)
    assert RatedRecord.objects.count() == 2
    assert explicable()


def test_of_two_who_copy_a_grid_under_one_code_the_second_is_told(rate: Rate, elsewhere: Any) -> None:
    start = Barrier(2)

    def copied() -> bool:
        start.wait()
        try:
            duplicate_tariff(source=rate.version, code="COPY", label="Copie", actor=None)
        except DomainError:
            return False
        return True

    for _attempt in range(10):
        both = [elsewhere(copied) for _ in range(2)]
        assert sorted(one.result(PATIENCE) for one in both) == [False, True]
        Tariff.objects.get(code="COPY").versions.all().delete()
        Tariff.objects.get(code="COPY").delete()
