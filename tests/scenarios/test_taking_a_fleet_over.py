"""An integrator takes its fleet over: five files, sent and confirmed on screen, one after another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.catalog.file_kinds import OFFER_FILES
from apps.catalog.models import Offer
from apps.core.roles import Role
from apps.customers.file_kinds import CUSTOMER_FILES
from apps.customers.models import Customer
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.kinds import FileKind
from apps.jobs.imports.models import FileImport
from apps.lines.file_kinds import LINE_FILES
from apps.lines.models import Line
from apps.sims.choices import SimStatus
from apps.sims.file_kinds import SIM_FILES
from apps.sims.models import SimCard
from apps.tariffs.file_kinds import RATE_FILES
from apps.tariffs.models import Rate
from tests.jobs.importing import confirm, page, send_bytes, work_off

pytestmark = pytest.mark.django_db

FILES = Path(settings.BASE_DIR) / "fixtures" / "demo"


def lines_in(name: str) -> int:
    return len((FILES / name).read_text("utf-8-sig").splitlines()) - 1


@pytest.fixture
def administrator(sign_in_as: Any) -> Client:
    return sign_in_as(Role.ADMINISTRATOR)  # type: ignore[no-any-return]


def send(client: Client, kind: FileKind, name: str, **answers: Any) -> FileImport:
    return send_bytes(client, kind, (FILES / name).read_bytes(), name=name, **answers)


def take_over(client: Client, kind: FileKind, name: str, **answers: Any) -> None:
    row = send(client, kind, name, **answers)
    assert (row.state, row.new, row.faults) == (ImportState.READY, lines_in(name), 0), page(client, row)
    assert confirm(client, row).status_code == 302
    work_off()
    row.refresh_from_db()
    assert row.state == ImportState.DONE


def test_five_files_one_after_another(administrator: Client) -> None:
    # What a line needs must be there before it; the page says so line by line.
    early = send(administrator, LINE_FILES, "lignes.csv")
    assert early.state == ImportState.REFUSED
    assert early.faults >= lines_in("lignes.csv")

    take_over(administrator, OFFER_FILES, "offres.csv")
    take_over(administrator, RATE_FILES, "grille_minutes.csv", code="STANDARD")
    take_over(administrator, SIM_FILES, "cartes_sim.csv")
    take_over(administrator, CUSTOMER_FILES, "clients.csv")
    take_over(administrator, LINE_FILES, "lignes.csv")
    assert Offer.objects.count() == lines_in("offres.csv")
    assert Rate.objects.count() == lines_in("grille_minutes.csv")
    assert SimCard.objects.count() == lines_in("cartes_sim.csv")
    assert Customer.objects.count() == lines_in("clients.csv")
    assert Line.objects.count() == lines_in("lignes.csv")
    assert SimCard.objects.filter(status=SimStatus.ACTIVE).exists()

    # Sent once more, each says nothing new.
    for kind, name, answers in (
        (OFFER_FILES, "offres.csv", {}),
        (RATE_FILES, "grille_minutes.csv", {"grid": "STANDARD"}),
        (SIM_FILES, "cartes_sim.csv", {}),
        (CUSTOMER_FILES, "clients.csv", {}),
        (LINE_FILES, "lignes.csv", {}),
    ):
        assert send(administrator, kind, name, **answers).state == ImportState.UNCHANGED, name
