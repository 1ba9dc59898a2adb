"""Two people take the same file over at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from apps.catalog.imports import OfferImporter
from apps.catalog.models import Offer, OfferPrice
from apps.core.imports import Importer
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate, Tariff, TariffVersion
from tests.factories import iccid

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 24)
RUNS = 3
ROWS = 200
SIMS = ("ICCID;IMSI", *(f"{iccid(n)};{208_220_000_000_000 + n}" for n in range(ROWS)))
OFFERS = ("CODE;LIBELLE;NATURE;PRIX_HT;TVA", *(f"P{n};Forfait {n};ABONNEMENT;10;20" for n in range(ROWS)))
GRID = (
    "PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;"
    "FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT",
    *(f"33{n};France;VOIX;MO;FR;FR;0,1;;;0;1;1;0;OUI" for n in range(ROWS)),
)


def race(importer: Callable[[], Importer[Any]], file: tuple[str, ...]) -> list[dict[str, int]]:
    """What each of ``RUNS`` imports of ``file`` did, all of them started at once."""
    data, start = "\n".join(file).encode(), Barrier(RUNS)

    def run(_: int) -> dict[str, int]:
        try:
            start.wait()
            plan = importer().run(data)
            assert plan.faults == []
            return plan.counts()
        finally:
            connection.close()

    with ThreadPoolExecutor(RUNS) as threads:
        return list(threads.map(run, range(RUNS)))


def written_once(counts: list[dict[str, int]]) -> bool:
    return sorted((one["new"], one["unchanged"]) for one in counts) == [(0, ROWS)] * (RUNS - 1) + [(ROWS, 0)]


def test_cards_are_taken_once() -> None:
    assert written_once(race(lambda: SimImporter(today=TODAY), SIMS))
    assert SimCard.objects.count() == ROWS


def test_offers_are_taken_once() -> None:
    assert written_once(race(lambda: OfferImporter(today=TODAY), OFFERS))
    assert Offer.objects.count() == OfferPrice.objects.count() == ROWS


def test_a_grid_is_made_once() -> None:
    assert written_once(race(lambda: TariffImporter(today=TODAY, table="STANDARD"), GRID))
    assert (Tariff.objects.count(), TariffVersion.objects.count(), Rate.objects.count()) == (1, 1, ROWS)
