"""Any grid that is exported comes back unchanged, as CSV and as a workbook."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.choices import UsageKind
from apps.core.wording import located_sentence
from apps.tariffs.choices import PRICE_FIELDS, Direction
from apps.tariffs.imports import STORED, TariffImporter
from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.resources import RateResource
from tests.factories import RateFactory, TariffFactory, TariffVersionFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
PRICES = st.decimals(0, 9999, places=6)
# The importer takes Ã© for an é that was encoded twice, ### for a column that was too narrow.
DESTINATIONS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="ÂÃÅâ#")
    | st.sampled_from("'=+-@1"),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() == text)


def known_by(key: tuple[str, ...]) -> tuple[object, ...]:
    """A grid has one rate for these."""
    return (*key[:4], key[4] == "SPECIAL")


def has_its_zero(key: tuple[Any, ...]) -> bool:
    """Not refused in another grid as what a spreadsheet makes of 0800."""
    prefix, kind, _direction, origin, destination = key
    return (kind, origin, destination) != (UsageKind.VOICE, "FR", "SPECIAL") or prefix[:1] in ("", *"013")


@st.composite
def rates(draw: st.DrawFn) -> list[dict[str, Any]]:
    keys = st.tuples(
        st.text("0123456789", max_size=15),
        st.sampled_from(UsageKind),
        st.sampled_from(Direction),
        st.sampled_from(["FR", "ROAM_UE", "-1"]),
        st.sampled_from(["FR", "SPECIAL", "", "Monde +"]),
    ).filter(has_its_zero)
    made = []
    for prefix, kind, direction, origin, destination in draw(
        st.lists(keys, min_size=1, max_size=6, unique_by=known_by)
    ):
        made.append(
            {
                "prefix": prefix,
                "destination": draw(DESTINATIONS),
                "kind": kind,
                "direction": direction,
                "origin_zone": origin,
                "destination_zone": destination,
                "special": destination == "SPECIAL",
                PRICE_FIELDS[kind]: draw(PRICES),
                "connection_fee": draw(PRICES),
                "first_step": draw(st.integers(1, 2**31 - 1)),
                "step": draw(st.integers(1, 3600)),
                "free_seconds": draw(st.integers(0, 3600)),
                "included": draw(st.booleans()),
            }
        )
    return made


def everything(version: TariffVersion) -> list[Any]:
    return sorted(version.rates.values_list(*STORED), key=repr)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rates())
def test_any_grid_is_read_back(rows: list[dict[str, Any]]) -> None:
    TariffVersion.objects.all().delete()
    version = TariffVersionFactory(tariff=TariffFactory(code="STANDARD"))
    Rate.objects.bulk_create(Rate(version=version, **row) for row in rows)
    before = everything(version)
    resource = RateResource(version)
    for data, name in ((resource.csv(), "grille.csv"), (resource.xlsx(), "grille.xlsx")):
        plan = TariffImporter(today=TODAY, table="STANDARD").plan(data, name=name)
        assert [located_sentence(fault) for fault in plan.faults] == []
        assert plan.counts() == {"new": 0, "changed": 0, "unchanged": len(rows), "removed": 0}
        copy = TariffFactory(code=name)
        TariffImporter(today=TODAY, table=name).run(data, source=name)
        assert everything(copy.versions.get()) == before
        copy.versions.all().delete()
        copy.delete()
    version.delete()
    version.tariff.delete()


def test_a_price_is_exact_in_a_workbook() -> None:
    rate = RateFactory(prefix="33", destination="-1", price_minute=Decimal("0.000001"))
    plan = TariffImporter(today=TODAY, table="COPY").run(RateResource(rate.version).xlsx(), source="grille.xlsx")
    assert [(one["destination"], one["price_minute"]) for one in plan.new] == [("-1", rate.price_minute)]
