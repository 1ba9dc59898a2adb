"""The simulator is the loader's arithmetic on one call, and says each step."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.tariffs.models import TariffVersion
from tests.commands import Ended, run_command
from tests.factories import RateFactory, TariffFactory, TariffVersionFactory

pytestmark = pytest.mark.django_db

AT = "2026-10-24T12:00:00+02:00"


@pytest.fixture(autouse=True)
def grid(db: None) -> TariffVersion:
    version = TariffVersionFactory(tariff=TariffFactory(code="STANDARD"))
    RateFactory(
        version=version, prefix="33", destination="France", price_minute=Decimal("0.006"), first_step=30, step=6
    )
    RateFactory(version=version, prefix="336", price_minute=Decimal("0.05"), connection_fee=Decimal("0.15"))
    RateFactory(version=version, prefix="3631", special=True, destination="Services", price_minute=Decimal(1))
    RateFactory(
        version=version, prefix="", kind="data", destination="Data", price_megabyte=Decimal("0.05"), included=True
    )
    RateFactory(version=version, prefix="", kind="sms", destination="SMS", price_unit=Decimal("0.06"))
    RateFactory(
        version=version, prefix="", direction="MT", origin_zone="UE", destination="Reçu", price_minute=Decimal(2)
    )
    return version


def simulate(*arguments: str) -> Ended:
    return run_command("simulate_call", "--table", "STANDARD", "--at", AT, *arguments)


def said(*arguments: str) -> dict[str, Any]:
    ended = simulate(*arguments, "--json")
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


@pytest.mark.parametrize(
    ("arguments", "prefix", "billed", "price"),
    [
        ("--to 33123456789 --seconds 32", "33", 36, "0.003600"),  # the worked examples of DOMAIN §5.6
        ("--to 33612345678 --seconds 24", "336", 24, "0.170000"),
        ("--to +33612345678 --seconds 0", "336", 0, "0.000000"),
        ("--to 3631 --seconds 60", "3631", 60, "1.000000"),
        ("--to 3631234567 --sms 2", "", 2, "0.120000"),
        ("--to 33612345678 --bytes 1048576", "", 1048576, "0.050000"),
        ("--to 44123456 --seconds 60 --incoming --from-zone UE", "", 60, "2.000000"),
        ("--to 44123456 --seconds 60 --incoming", None, 0, "0.000000"),
        ("--to 112 --seconds 60 --from-zone NOWHERE", None, 0, "0.000000"),
    ],
)
def test_a_call_has_its_price(arguments: str, prefix: str | None, billed: int, price: str) -> None:
    result = said(*arguments.split())
    assert (result["prefix"], result["billed_quantity"], result["price"]) == (prefix, billed, price)
    assert result.keys() == {"prefix", "destination", "billed_quantity", "price", "explanation"}


def test_every_step_is_said_to_people_and_to_programs() -> None:
    arguments = ["--to", "33612345678", "--seconds", "24"]
    ended = simulate(*arguments)
    steps = ended.out.splitlines()
    assert said(*arguments)["explanation"]["steps"] == steps
    assert "STANDARD" in steps[0]
    assert "336" in steps[1]
    assert "0,15" in steps[-1]
    assert "0,17" in steps[-1]


def test_the_version_is_the_one_in_force_at_that_instant_in_paris(grid: TariffVersion) -> None:
    later = TariffVersionFactory(tariff=grid.tariff, valid_from=date(2026, 10, 25))
    RateFactory(version=later, prefix="336", price_minute=Decimal("0.60"))
    prices = {
        at: said("--to", "33612345678", "--seconds", "60", "--at", at)["price"]
        for at in ("2026-10-24T23:59:59", "2026-10-24T22:00:00Z", "2026-10-25")
    }
    assert prices == {
        "2026-10-24T23:59:59": "0.200000", "2026-10-24T22:00:00Z": "0.600000", "2026-10-25": "0.600000",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        "--to 4412345678 --seconds 60",
        "--to 33612345678 --seconds 60 --from-zone NOWHERE",
        "--to 33612345678 --mms 1",
        "--to abc --seconds 60",
        "--to 33612345678 --seconds -1",
        "--to 33612345678 --seconds 60 --table NOPE",
    ],
)
def test_what_has_no_price_is_refused_with_a_sentence(arguments: str) -> None:
    ended = simulate(*arguments.split())
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.strip()


def test_a_grid_that_had_not_begun_has_no_price() -> None:
    version = TariffVersionFactory(tariff=TariffFactory(code="NEW"), valid_from=date(2026, 11, 1))
    RateFactory(version=version)
    assert simulate("--to", "33612345678", "--seconds", "60", "--table", "NEW").code == 1
