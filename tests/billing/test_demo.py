"""The demonstration: played once, resumed wherever it was interrupted, never on top of somebody's own data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.billing.demo import Size, generate, invoiced_run
from apps.billing.demo.calls import UNDATED
from apps.billing.models import BillingRun
from apps.billing.services import verify_ledger
from apps.branding.models import Integrator
from apps.core.roles import Role
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.sims.models import SimCard
from apps.usage.models import CdrFile
from tests.commands import Ended, run_command
from tests.factories import CustomerFactory, IntegratorFactory

SMALL = ("--customers", "3", "--lines", "8", "--cdrs", "200")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


def demo(*arguments: str) -> dict[str, Any]:
    ended = run_command("demo", *arguments, "--json")
    assert (ended.code, ended.err) == (0, "")
    said: dict[str, Any] = json.loads(ended.out)
    return said


def refused(*arguments: str) -> Ended:
    ended = run_command("demo", *arguments)
    assert ended.code == 1
    return ended


def test_a_reseller_is_invoiced_and_somebody_can_sign_in() -> None:
    said = demo(*SMALL)
    assert (said["customers"], said["lines"], said["cdrs"], said["invoices"]) == (3, 8, 200, 3)
    assert User.objects.get(username=said["username"], is_superuser=True).check_password(said["password"])
    integrator = Integrator.objects.get()
    assert integrator.logo_digest
    integrator.full_clean()
    assert verify_ledger().faults == []


def test_running_again_changes_nothing_and_tells_the_same() -> None:
    first = demo(*SMALL)
    customer = Customer.objects.first()
    assert customer is not None
    customer.name = "RENAMED SINCE"
    customer.save()
    assert demo(*SMALL) == first
    assert Customer.objects.filter(name="RENAMED SINCE").exists()
    assert (BillingRun.objects.count(), CdrFile.objects.count(), User.objects.count()) == (1, 1, 8)


def test_a_password_that_was_changed_is_not_told() -> None:
    said = demo(*SMALL)
    user = User.objects.get(username=said["username"])
    user.set_password("a pass phrase of my own")
    user.save()
    assert demo(*SMALL)["password"] is None
    ended = run_command("demo", *SMALL)
    assert said["password"] not in ended.out
    user.refresh_from_db()
    assert user.check_password("a pass phrase of my own")


def test_somebody_of_each_role_can_sign_in() -> None:
    said = demo(*SMALL)
    for told in said["people"][1:]:
        user = User.objects.get(username=told["username"], is_staff=True, is_superuser=False)
        assert user.check_password(told["password"])
        assert [group.name for group in user.groups.all()] == [told["role"]]
        assert user.get_full_name()
    assert [told["role"] for told in said["people"]] == ["super-utilisateur", *Role.values]
    assert len({told["password"] for told in said["people"]}) == 7
    table = run_command("demo", *SMALL).out
    assert all(f"{told['role']}" in table and told["password"] in table for told in said["people"])


def test_a_customer_can_enter_its_space() -> None:
    told = demo(*SMALL)["customer"]
    entering = {"username": told["login"], "password": told["password"]}
    assert Client().post(reverse("portal:sign_in"), entering)["Location"] == reverse("portal:home")
    assert told["password"] in run_command("demo", *SMALL).out


def test_an_interrupted_demonstration_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted after each step: five files taken over, the records loaded, the invoices about to be made."""

    def interrupt(sentence: str) -> None:
        raise Interrupted

    with monkeypatch.context() as first_days:
        first_days.setattr("apps.billing.management.commands.demo._in_silence", interrupt)
        for _step in range(7):
            with pytest.raises(Interrupted):
                run_command("demo", *SMALL, "--json")
    assert CdrFile.objects.count() == 1
    assert invoiced_run() is None

    assert demo(*SMALL)["invoices"] == 3
    assert (Customer.objects.count(), Line.objects.count(), CdrFile.objects.get().lines) == (3, 8, 200)
    assert verify_ledger().faults == []


def test_an_installation_with_an_owner_is_refused() -> None:
    IntegratorFactory()
    refused()
    assert not User.objects.exists()


def test_an_installation_with_customers_is_refused() -> None:
    CustomerFactory()
    refused()
    assert not Integrator.objects.exists()


def test_another_reseller_does_not_go_on_top_of_the_first() -> None:
    demo(*SMALL)
    refused(*SMALL, "--seed", "2")
    refused()
    assert Customer.objects.count() == 3


def test_an_edited_identity_is_still_that_of_the_demonstration() -> None:
    demo(*SMALL)
    integrator = Integrator.objects.get()
    integrator.legal_name = "Ma Société"
    integrator.save()
    demo(*SMALL)
    assert Integrator.objects.get().legal_name == "Ma Société"


# --- Resellers drawn by lot


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def drawn(folder: Path, **size: int) -> dict[str, bytes]:
    folder.mkdir()
    generate(Size(**{"customers": 5, "lines": 12, "cdrs": 300, **size}), folder)
    return contents(folder)


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    first = drawn(tmp_path / "a", seed=7)
    assert drawn(tmp_path / "b", seed=7) == first
    other = drawn(tmp_path / "c", seed=8)
    assert other.keys() == first.keys()
    assert all(other[name] != first[name] for name in first)


def test_files_hold_as_many_rows_as_were_asked_for(tmp_path: Path) -> None:
    rows = {name: len(data.splitlines()) - 1 for name, data in drawn(tmp_path / "a").items()}
    assert rows == {"CDR_MOBILE_DEMO_202610_01.csv": 300, "cartes_sim.csv": 33, "clients.csv": 5, "lignes.csv": 12}


def test_a_fleet_larger_than_the_numbers_of_fiction_goes_on_with_machines(tmp_path: Path) -> None:
    lines = drawn(tmp_path / "a", customers=2, lines=10_003, cdrs=0)["lignes.csv"].decode().splitlines()
    assert [line.split(";")[0] for line in lines[-4:]] == [
        "33639989999",
        "337000000010000",
        "337000000010001",
        "337000000010002",
    ]
    assert all(line.split(";")[4] == "DATA_M2M" for line in lines[-3:])


def test_drawn_records_hold_faults_and_most_can_be_rated() -> None:
    demo("--customers", "5", "--lines", "20", "--cdrs", "3000", "--seed", "3")
    file = CdrFile.objects.get()
    assert 0 < file.malformed <= 3 * 3 * UNDATED
    assert 0 < file.unknown_number < 30
    assert 0 < file.duplicate < 30
    assert file.rated > 2900
    assert (file.inactive_line, file.unrated) == (0, 0)
    assert SimCard.objects.in_stock().count() > 20
