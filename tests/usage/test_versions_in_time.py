"""Which version prices a call: the one in force on its Paris day, to the second, whatever offset its file writes.

The loader, the simulator and the plain reference say the same.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.lines.models import Line
from apps.tariffs.grids import terms_of
from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.services import make_version
from apps.tariffs.simulation import simulate_call
from apps.usage.models import RatedRecord
from apps.usage.services import rate_pending
from tests.pure import reference_rater
from tests.pure.cdr_files import row
from tests.usage.conftest import Load

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
NUMBER = "33612345678"
FIRST = Decimal("1.00")  # a minute, before any dated version

# First days of versions, and how much dearer than the first one they are.
VERSIONS = {
    date(2026, 3, 29): 10,  # 02:00 becomes 03:00
    date(2026, 7, 1): 20,
    date(2026, 10, 25): 30,  # 03:00 becomes 02:00
    date(2026, 10, 26): 40,
    date(2027, 1, 1): 50,
}

# Start of a call of one minute, and its price.
CALLS = [
    ("2026-03-28T23:59:59+01:00", "1.00"),
    ("2026-03-29T00:00:00+01:00", "1.10"),
    ("2026-03-29T01:59:59+01:00", "1.10"),
    ("2026-03-29T03:00:00+02:00", "1.10"),
    ("2026-03-29T00:00:00+02:00", "1.00"),  # summer's offset before summer: 23:00 of the 28th
    # Summer: midnight of Paris is 22:00 UTC.
    ("2026-06-30T23:59:59+02:00", "1.10"),
    ("2026-06-30T21:59:59+00:00", "1.10"),
    ("2026-06-30T22:00:00+00:00", "1.20"),
    ("2026-07-01T00:00:00+02:00", "1.20"),
    ("2026-06-30T23:00:00+01:00", "1.20"),
    ("2026-06-30T22:59:59+01:00", "1.10"),
    # The day of 25 hours, on which 02:30 comes twice.
    ("2026-10-24T23:59:59+02:00", "1.20"),
    ("2026-10-24T21:59:59+00:00", "1.20"),
    ("2026-10-25T00:00:00+02:00", "1.30"),
    ("2026-10-24T22:00:00+00:00", "1.30"),
    ("2026-10-24T23:00:00+01:00", "1.30"),
    ("2026-10-25T02:30:00+02:00", "1.30"),
    ("2026-10-25T02:30:00+01:00", "1.30"),
    ("2026-10-25T23:59:59+01:00", "1.30"),
    ("2026-10-25T22:59:59+00:00", "1.30"),
    ("2026-10-26T00:00:00+02:00", "1.30"),  # summer's offset after summer: 23:00 of the 25th
    ("2026-10-26T00:59:59+02:00", "1.30"),
    ("2026-10-26T00:00:00+01:00", "1.40"),
    ("2026-10-25T23:00:00+00:00", "1.40"),
    # Winter: midnight of Paris is 23:00 UTC.
    ("2026-12-31T23:59:59+01:00", "1.40"),
    ("2026-12-31T22:59:59+00:00", "1.40"),
    ("2027-01-01T00:00:00+01:00", "1.50"),
    ("2026-12-31T23:00:00+00:00", "1.50"),
    ("2026-12-31T19:00:00-04:00", "1.50"),  # still New Year's Eve in Guadeloupe
    ("2027-01-01T08:00:00+10:00", "1.40"),  # already the new year in New Caledonia
]


@pytest.fixture
def grid(version: TariffVersion) -> TariffVersion:
    """The first version, followed by the others, which were made in no order."""
    version.rates.update(price_minute=FIRST)
    for day in sorted(VERSIONS, key=lambda day: day.day):
        make_version(source=version, valid_from=day, percent=Decimal(VERSIONS[day]), actor=None)
    return version


def calls() -> list[str]:
    return [
        row(ID_CDR=f"A{rank:02d}", DATE_HEURE=start, CORRESPONDANT=NUMBER, DUREE_S="60")
        for rank, (start, _price) in enumerate(CALLS)
    ]


def rated() -> list[tuple[str, str]]:
    """The calls with what they cost, as they are stored."""
    prices = dict(RatedRecord.objects.values_list("cdr_id", "price"))
    return [(start, f"{prices[f'A{rank:02d}']:.2f}") for rank, (start, _price) in enumerate(CALLS)]


def test_the_loader_prices_by_the_version_of_the_paris_day(grid: TariffVersion, line: Line, load: Load) -> None:
    load(*calls())
    assert rated() == CALLS


def test_a_call_that_waited_is_priced_by_the_version_of_its_own_day(
    grid: TariffVersion, line: Line, load: Load
) -> None:
    Rate.objects.update(prefix="44")
    load(*calls())
    assert not RatedRecord.objects.exists()
    Rate.objects.update(prefix="336")
    rate_pending()
    assert rated() == CALLS


@pytest.mark.parametrize(("start", "price"), CALLS)
def test_the_simulator_says_the_same(grid: TariffVersion, start: str, price: str) -> None:
    said = simulate_call(tariff=grid.tariff, number=NUMBER, kind="voice", quantity=60, at=datetime.fromisoformat(start))
    assert said.price == Decimal(price)


def test_the_plain_reference_says_the_same(grid: TariffVersion) -> None:
    """Days by the time-zone database, versions by a loop: nothing that the product uses."""
    versions = list(TariffVersion.objects.filter(tariff=grid.tariff))
    grids = {version.pk: [terms_of(rate) for rate in version.rates.all()] for version in versions}
    records = []
    for rank, (start, _price) in enumerate(CALLS):
        at = datetime.fromisoformat(start)
        day = at.astimezone(PARIS).date()
        begun = [one for one in versions if one.valid_from is None or one.valid_from <= day]
        records.append(
            {
                "id": rank,
                "start": at,
                "version": max(begun, key=lambda one: one.valid_from or date.min).pk,
                "kind": "voice",
                "direction": "MO",
                "zone": "FR",
                "number": NUMBER,
                "quantity": 60,
                "pool": None,
            }
        )
    said = reference_rater.rate_all(grids, records, {})
    assert [(start, said[rank][3]) for rank, (start, _price) in enumerate(CALLS)] == [
        (start, Decimal(price) * 10**6) for start, price in CALLS
    ]
