"""Two people take the same file over at the same moment, or somebody changes what a file is about."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as await_all
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from apps.catalog.imports import OfferImporter
from apps.catalog.models import Offer, OfferPrice
from apps.catalog.services import change_vat_rate
from apps.core.imports import Importer
from apps.customers.imports import CustomerImporter
from apps.customers.models import Address
from apps.sims.choices import SimStatus
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from apps.sims.services import declare_card
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate, Tariff, TariffVersion
from tests.customers import client_files
from tests.factories import OfferFactory, SimCardFactory, iccid

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


MEANWHILE = 1  # second, in which somebody else gets as far as the locks let them
PATIENCE = 30

type Act = Callable[[], Any]


def raced(importer: Importer[Any], file: tuple[str, ...], act: Act, elsewhere: Any, patch: pytest.MonkeyPatch) -> None:
    """Takes ``file`` over while somebody does ``act``: it begins once the file is compared, before it is written."""
    real, others = type(importer).write, []

    def write(*some: Any, **more: Any) -> None:
        others.append(elsewhere(act))
        await_all(others, timeout=MEANWHILE)
        real(*some, **more)

    patch.setattr(type(importer), "write", write)
    assert importer.run("\n".join(file).encode()).faults == []
    others[0].result(PATIENCE)


def test_a_card_that_is_declared_lost_meanwhile_has_been_lost_once(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its history says of it is what it was."""
    card = SimCardFactory(iccid=iccid(1), batch="L0")

    def lose() -> None:
        declare_card(card=card, status=SimStatus.LOST, actor=None, reason="Inventaire")

    raced(SimImporter(today=TODAY), ("ICCID;LOT", f"{iccid(1)};L1"), lose, elsewhere, monkeypatch)
    card.refresh_from_db()
    assert (card.status, card.batch) == (SimStatus.LOST, "L1")
    told = list(card.history.order_by("history_id").values_list("status", "batch"))
    assert told[-2:] == [(SimStatus.IN_STOCK, "L1"), (SimStatus.LOST, "L1")]


def test_what_is_said_of_one_offer_overwrites_nothing_of_another(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file gives one offer a new label, the other a new rate of VAT: both columns are written at once."""
    one, other = OfferFactory(code="P1", label="Un", vat_rate=20), OfferFactory(code="P2", label="Deux", vat_rate=20)

    def tax() -> None:
        change_vat_rate(offer=one, rate=Decimal("5.5"), actor=None)

    price = one.price_on(TODAY)
    file = (
        "CODE;LIBELLE;NATURE;PRIX_HT;TVA",
        f"P1;Premier;ABONNEMENT;{price};20",
        f"P2;Deux;ABONNEMENT;{other.price_on(TODAY)};10",
    )
    raced(OfferImporter(today=TODAY), file, tax, elsewhere, monkeypatch)
    one.refresh_from_db()
    assert (one.label, one.vat_rate) == ("Premier", Decimal("5.5"))


def test_an_address_that_somebody_corrects_meanwhile_stays_corrected(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file says another town of this customer, and another street of another: both columns are written."""
    lines = [client_files.other(1), client_files.other(2)]
    CustomerImporter(today=TODAY).run(client_files.csv(*lines))
    address = Address.objects.get(customer__number="C1")

    def correct() -> None:
        held = Address.objects.get(pk=address.pk)
        held.street = "12 RUE NEUVE"
        held.save(update_fields=["street"])

    file = client_files.csv(lines[0] | {"VILLE": "LYON"}, lines[1] | {"ADRESSE": "3 QUAI SUD"})
    raced(CustomerImporter(today=TODAY), tuple(file.decode().splitlines()), correct, elsewhere, monkeypatch)
    address.refresh_from_db()
    assert (address.city, address.street) == ("LYON", "12 RUE NEUVE")
