"""«Résiliation» on the page of a line: what it costs is shown before, charged or not, and nothing revives it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.core.roles import Role
from apps.lines.choices import LineStatus, OperationKind
from apps.lines.models import Line, OneOffCharge, PlannedOperation
from apps.lines.operations.doing import apply_next
from apps.lines.services import status_disagreements
from tests.factories import CustomerFactory, LineFactory
from tests.lines.operating import address, ask, do, plain
from tests.people import SignIn

TODAY = date(2026, 11, 24)
ANSWERS = {
    "cause": "request",
    "requested_on": "2026-11-20",
    "charged_early": "on",
    "on": TODAY.isoformat(),
    "reason": "Courrier du 20 novembre",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield
    assert status_disagreements() == []


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


@pytest.fixture
def committed() -> Line:
    """At 10.00 € a month until 24 March 2027: on 24 November 2026, four months are left."""
    return LineFactory(
        activated_on=date(2026, 3, 24), commitment_months=12, committed_from=date(2026, 3, 24), price=Decimal(10)
    )


def early_charges(line: Line) -> list[tuple[str, Decimal, date]]:
    return list(OneOffCharge.objects.filter(line=line).values_list("label", "price", "day"))


def test_the_commitment_left_and_its_price_are_shown_then_charged(committed: Line, support: Client) -> None:
    assert "Attention, la ligne sera résiliée définitivement" in plain(support.get(address(committed, "terminate")))
    shown = plain(ask(support, committed, "terminate", **ANSWERS))
    assert "Engagée jusqu’au 24/03/2027 : il reste 4 mois." in shown
    assert "Résiliation anticipée : 40,00 € HT (10,00 € par mois)." in shown
    assert "Les jours déjà facturés à compter de cette date sont remboursés" in shown
    committed.refresh_from_db()
    assert committed.status == LineStatus.ACTIVE, "looking changes nothing"

    assert do(support, committed, "terminate", **ANSWERS).status_code == 302
    committed.refresh_from_db()
    assert (committed.status, committed.terminated_on) == (LineStatus.TERMINATED, TODAY)
    assert early_charges(committed) == [("Frais de résiliation anticipée", Decimal(40), TODAY)]
    entry = committed.operations.get()
    assert entry.after == {
        "status": "terminated",
        "terminated_on": "2026-11-24",
        "termination_reason": "request",
        "requested_on": "2026-11-20",
        "early_termination": "40.00",
    }
    assert entry.reason == "Courrier du 20 novembre"


def test_without_the_box_nothing_is_charged(committed: Line, support: Client) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "charged_early"}
    assert "Ce montant n’est pas facturé" in plain(ask(support, committed, "terminate", **answers))
    do(support, committed, "terminate", **answers)
    assert early_charges(committed) == []
    assert "early_termination" not in committed.operations.get().after


def test_the_same_click_twice_charges_once(committed: Line, support: Client) -> None:
    do(support, committed, "terminate", **ANSWERS)
    assert "Résiliée" in plain(do(support, committed, "terminate", **ANSWERS))
    assert len(early_charges(committed)) == 1
    assert committed.operations.count() == 1


def test_a_line_that_is_not_committed_leaves_for_nothing(support: Client) -> None:
    line = LineFactory()
    assert "la résiliation anticipée ne coûte rien" in plain(ask(support, line, "terminate", **ANSWERS))
    do(support, line, "terminate", **ANSWERS)
    assert early_charges(line) == []


def test_a_month_begun_may_be_due_whole(committed: Line, support: Client, settings: Any) -> None:
    settings.TERMINATION_REFUND = False
    assert "Tout mois commencé est dû" in plain(ask(support, committed, "terminate", **ANSWERS))


def test_a_suspended_line_ends_too_and_a_port_out_keeps_its_reason(support: Client) -> None:
    line = LineFactory(suspended=True)
    answers = {**ANSWERS, "cause": "port_out"}
    assert "Le numéro part chez l’autre opérateur" in plain(ask(support, line, "terminate", **answers))
    do(support, line, "terminate", **answers)
    assert line.operations.get().after["termination_reason"] == "port_out"


def test_a_terminated_line_never_revives(committed: Line, support: Client) -> None:
    do(support, committed, "terminate", **ANSWERS)
    for code, answers in (
        ("reactivate", {"on": TODAY.isoformat()}),
        ("restrict", {"cause": "lost", "billed": "on", "on": TODAY.isoformat()}),
        ("user", {"user_name": "PAUL", "on": TODAY.isoformat()}),
    ):
        assert "Résiliée" in plain(do(support, committed, code, **answers))
    assert committed.operations.count() == 1


def test_a_request_is_not_made_on_a_day_to_come(committed: Line, support: Client) -> None:
    answers = {**ANSWERS, "requested_on": "2026-11-25"}
    assert "pas faite un jour à venir" in plain(do(support, committed, "terminate", **answers))
    assert not committed.operations.exists()


def test_a_notice_is_planned_and_costs_what_is_left_on_its_day(committed: Line, support: Client) -> None:
    do(support, committed, "terminate", **{**ANSWERS, "on": "2026-12-24"})
    planned = PlannedOperation.objects.get()
    assert early_charges(committed) == []

    apply_next(today=date(2026, 12, 24), now=timezone.now())
    planned.refresh_from_db()
    assert planned.state == "done"
    assert early_charges(committed) == [("Frais de résiliation anticipée", Decimal(30), date(2026, 12, 24))]


@pytest.mark.parametrize("role", [Role.READER, Role.SALES, Role.BILLING])
def test_whoever_may_not_is_refused(role: Role, committed: Line, sign_in_as: SignIn) -> None:
    client = sign_in_as(role)
    assert client.get(address(committed, "terminate")).status_code == 403
    assert do(client, committed, "terminate", **ANSWERS).status_code == 403
    assert not committed.operations.exists()


# --- A line that has not begun


def test_a_pending_line_is_cancelled_instead(support: Client) -> None:
    line = LineFactory(pending=True)
    assert "En attente" in plain(do(support, line, "terminate", **ANSWERS))
    today = {"on": TODAY.isoformat()}
    assert "en attente s’annule tout de suite" in plain(do(support, line, "cancel", on="2026-12-01"))
    assert do(support, line, "cancel", **today).status_code == 302
    line.refresh_from_db()
    assert line.status == LineStatus.CANCELLED
    assert [one.kind for one in line.operations.all()] == [OperationKind.CANCELLATION]
    assert "Annulée" in plain(do(support, line, "cancel", **today))


def test_a_serving_line_is_not_cancelled(support: Client) -> None:
    line = LineFactory(customer=CustomerFactory())
    assert "Active" in plain(do(support, line, "cancel", on=TODAY.isoformat()))
    assert not line.operations.exists()
