"""The sample reseller is taken over by the commands, file after file, and once only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps.lines.models import Discount, Line, LineOperation, Subscription
from apps.lines.services import status_disagreements
from apps.sims.models import SimCard
from tests.commands import run_command

pytestmark = pytest.mark.django_db

FILES = {
    "import_offers": ("offres.csv",),
    "import_tariff": ("grille_minutes.csv", "--table", "STANDARD"),
    "import_sims": ("cartes_sim.csv",),
    "import_customers": ("clients.csv",),
    "import_lines": ("lignes.csv",),
}
LINES = {"import_offers": 6, "import_tariff": 2408, "import_sims": 600, "import_customers": 40, "import_lines": 300}


def take_over() -> dict[str, dict[str, Any]]:
    """What each command says in JSON."""
    said = {}
    for name, (file, *arguments) in FILES.items():
        ended = run_command(name, str(Path(__file__).parents[2] / "fixtures/demo" / file), *arguments, "--json")
        assert (ended.code, ended.err) == (0, "")
        said[name] = json.loads(ended.out)
    return said


def test_the_sample_reseller_is_taken_over_once() -> None:
    assert {name: said["new"] for name, said in take_over().items()} == LINES
    assert {name: said["unchanged"] for name, said in take_over().items()} == LINES

    assert Line.objects.count() == LineOperation.objects.count() == 300
    assert Subscription.objects.filter(kind="plan").count() == 300
    assert Discount.objects.count() > 20
    assert SimCard.objects.in_stock().count() == 300
    assert status_disagreements() == []
