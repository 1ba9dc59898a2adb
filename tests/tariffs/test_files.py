"""Files of rates on screen: into the latest version, a version from a date, a new grid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.core.roles import Role
from apps.jobs.imports.choices import ImportState
from apps.tariffs.file_kinds import RATE_FILES
from apps.tariffs.models import Rate, RateImport, Tariff
from apps.tariffs.services import make_version
from tests.factories import RateFactory, TariffVersionFactory
from tests.jobs.importing import CONFIRMED, confirm, page, send, work_off
from tests.people import SignIn

pytestmark = pytest.mark.django_db

HEADER = (
    "PREFIXE;DESTINATION;TYPE;SENS;ZONE_ORIGINE;ZONE_DESTINATION;PRIX_MINUTE_HT;PRIX_UNITE_HT;PRIX_MO_HT;"
    "FRAIS_CONNEXION_HT;PREMIER_PALIER_S;PALIER_S;SECONDES_GRATUITES;INCLUS_FORFAIT"
)


def rate(prefix: str, destination: str, price: str) -> str:
    return f"{prefix};{destination};VOIX;MO;FR;;{price};;;;1;1;0;NON"


@pytest.fixture
def billing(sign_in_as: Any) -> Client:
    return sign_in_as(Role.BILLING)  # type: ignore[no-any-return]


def test_a_new_grid_holds_for_all_dates(billing: Client) -> None:
    row = send(
        billing, RATE_FILES, HEADER, rate("44", "Royaume-Uni", "0,05"), rate("49", "Allemagne", "0,04"), code="PRO"
    )
    assert (row.state, row.new) == (ImportState.READY, 2)
    assert not Tariff.objects.exists()
    shown = page(billing, row)
    assert ">0,05<" in shown
    assert "PRO, nouvelle grille" in shown
    confirm(billing, row)
    work_off()
    assert Tariff.objects.get().versions.get().valid_from is None
    assert Rate.objects.get(prefix="44").price_minute == Decimal("0.05")
    assert reverse("admin:tariffs_tariff_change", args=[Tariff.objects.get().pk]) in page(billing, row)


def test_a_code_typed_in_small_letters_is_that_in_capitals(billing: Client) -> None:
    row = send(billing, RATE_FILES, HEADER, rate("44", "Royaume-Uni", "0,05"), code=" pro ")
    assert row.parameters["table"] == "PRO"


def test_a_version_from_a_date_leaves_the_one_before_alone(billing: Client) -> None:
    first = TariffVersionFactory()
    for prefix, name, price in (("44", "Royaume-Uni", "0.05"), ("49", "Allemagne", "0.04"), ("34", "Espagne", "0.03")):
        Rate.objects.create(
            version=first,
            prefix=prefix,
            destination=name,
            kind="voice",
            direction="MO",
            origin_zone="FR",
            price_minute=Decimal(price),
        )
    lines = [HEADER, rate("44", "Royaume-Uni", "0,06"), rate("49", "Allemagne", "0,04"), rate("39", "Italie", "0,02")]
    row = send(billing, RATE_FILES, *lines, grid=first.tariff.code, valid_from="2026-11-01")
    assert (row.new, row.changed, row.removed, row.unchanged) == (1, 1, 1, 1)
    shown = page(billing, row)
    assert "version à partir du 01/11/2026" in shown
    assert "44 · VOIX · MO · FR<" in shown
    assert ">0,05<" in shown
    assert ">0,06<" in shown
    assert "Espagne" in shown
    confirm(billing, row)
    work_off()
    assert first.rates.get(prefix="44").price_minute == Decimal("0.05")
    second = first.tariff.versions.get(valid_from=date(2026, 11, 1))
    assert sorted(second.rates.values_list("prefix", flat=True)) == ["39", "44", "49"]


def test_what_was_confirmed_for_one_version_is_not_written_into_another(billing: Client) -> None:
    """The file only adds a rate; meanwhile the grid gets a version with the same rates."""
    first = RateFactory(prefix="44", destination="Royaume-Uni", destination_zone="", price_minute="0.05").version
    lines = [HEADER, rate("44", "Royaume-Uni", "0,05"), rate("49", "Allemagne", "0,04")]
    row = send(billing, RATE_FILES, *lines, grid=first.tariff.code)
    assert (row.new, row.unchanged) == (1, 1)
    second = make_version(source=first, valid_from=date(2027, 1, 1), actor=None)
    confirm(billing, row)
    work_off()
    row.refresh_from_db()
    assert row.state == ImportState.READY
    assert [version.rates.count() for version in (first, second)] == [1, 1]
    confirm(billing, row)
    work_off()
    assert [version.rates.count() for version in (first, second)] == [1, 2]


def test_a_rate_for_any_number_that_goes_is_called_so(billing: Client) -> None:
    version = RateFactory(prefix="", destination="Internet", kind="data", price_megabyte="0.05").version
    row = send(billing, RATE_FILES, HEADER, rate("44", "Royaume-Uni", "0,06"), grid=version.tariff.code)
    assert "<li>Internet (tout numéro)</li>" in page(billing, row)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "Choisissez une grille ci-dessus"),
        ({"code": "TAKEN"}, "Une grille porte déjà ce code"),
        ({"code": "NEW", "grid": "TAKEN"}, "pas les deux"),
        ({"code": "NEW", "valid_from": "2026-11-01"}, "laissez ceci vide"),
        ({"grid": "NOWHERE"}, ""),
        ({"code": "N" * 41}, ""),
        ({"code": "é è"}, "Un code n’a que des majuscules sans accents"),
        ({"grid": "TAKEN", "valid_from": "31/02/2026"}, ""),
    ],
)
def test_what_does_not_name_one_version_is_refused_in_the_dialog(
    billing: Client, answers: dict[str, str], said: str
) -> None:
    TariffVersionFactory(tariff__code="TAKEN")
    file = SimpleUploadedFile("g.csv", HEADER.encode())
    answer = billing.post(reverse("admin:tariffs_rateimport_send"), {**CONFIRMED, **answers, "file": file})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not RateImport.objects.exists()


def test_sales_look_at_grids_and_send_none(sign_in_as: Any, sign_in: SignIn) -> None:
    sales = sign_in_as(Role.SALES)
    assert sales.get(reverse("admin:tariffs_rateimport_send")).status_code == 403
    assert sales.get(reverse("admin:tariffs_rateimport_changelist")).status_code == 403
