"""The same operations on many lines: ticked in «Parc mobile» or pasted, previewed, confirmed, undone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.core.identifiers import national
from apps.core.roles import Role
from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.bulk.kinds import bulk_kinds
from apps.jobs.bulk.services import choose_rows, plan_operation
from apps.jobs.models import BulkOperation
from apps.lines.mails import EVENTS
from apps.lines.models import Line, OneOffCharge, PlannedOperation, ProvisioningRequest
from apps.lines.services import living, reactivate_line, status_disagreements, suspend_line
from apps.messaging.models import Delivery
from apps.messaging.services import templates
from tests.factories import ContactFactory, IntegratorFactory, LineFactory, UserFactory
from tests.jobs.bulk import ask, outcomes, page, press, reason, tick, work_off
from tests.people import SignIn

TODAY = date(2026, 11, 24)
RESTRICTION = {"cause": "unpaid", "billed": "on", "on": TODAY.isoformat(), "reason": "Relance n° 3"}
TERMINATION = {**RESTRICTION, "cause": "closed", "requested_on": TODAY.isoformat(), "charged_early": "on"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day() -> Any:
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False):
        yield
    assert status_disagreements() == []


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.SUPPORT)


def statuses(*lines: Line) -> list[str]:
    now = dict(Line.objects.values_list("pk", "status"))
    return [now[line.pk] for line in lines]


def prepared(client: Client, code: str, *lines: Line, **answers: str) -> BulkOperation:
    assert tick(client, lines, f"lines.{code}").status_code == 302
    operation = BulkOperation.objects.latest("pk")
    assert ask(client, operation, **answers).status_code == 302
    operation.refresh_from_db()
    return operation


def done(client: Client, code: str, *lines: Line, **answers: str) -> BulkOperation:
    operation = prepared(client, code, *lines, **answers)
    assert press(client, operation, "confirm").status_code == 302
    work_off()
    operation.refresh_from_db()
    return operation


def test_the_list_offers_what_the_outline_says(support: Client, sign_in_as: SignIn) -> None:
    LineFactory()
    listed = support.get("/admin/lines/line/").content.decode()
    for title in ("Restriction entrante-sortante", "Restriction sortante", "Réactivation", "Résiliation"):
        assert f">{title}</option>" in listed
    for role in (Role.READER, Role.SALES):
        assert "Restriction entrante-sortante" not in sign_in_as(role).get("/admin/lines/line/").content.decode()


def test_lines_are_restricted_and_one_that_is_refused_stops_no_other(support: Client) -> None:
    first, ended, second = LineFactory(), LineFactory(terminated=True), LineFactory()
    operation = prepared(support, "restrict", first, ended, second, **RESTRICTION)
    shown = page(support, operation)
    assert "Suspendue (entrante-sortante, facturée)" in shown
    assert "Résiliée" in reason(operation, str(ended))
    assert statuses(first, second) == ["active", "active"], "looking changes nothing"
    press(support, operation, "confirm")
    work_off()
    operation.refresh_from_db()
    assert (operation.state, operation.changed, operation.refused) == (BulkState.DONE, 2, 1)
    assert statuses(first, ended, second) == ["suspended", "terminated", "suspended"]
    entry = first.operations.get()
    assert (entry.reason, entry.after["restriction_reason"]) == ("Relance n° 3", "unpaid")
    told = LogEntry.objects.get(content_type__model="line", object_id=str(first.pk)).change_message.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert told.startswith("Restriction entrante-sortante")
    assert "24/11/2026" in told


def test_numbers_are_pasted_in_any_form_and_those_that_nobody_has_are_named(support: Client) -> None:
    lines = [LineFactory(msisdn=f"3363998000{digit}") for digit in range(5)]
    pasted = [national(lines[0].msisdn), "+33639980001", "0033 6 39 98 00 02", " 06.39.98.00.03 ", "0639980004"]
    answer: Any = support.post(
        reverse("admin:lines_line_paste"),
        {
            "_form_submitted": "True",
            "kind": "lines.restrict",
            "lines": "\n".join([*pasted, "06 39 98 77 77", "n'importe quoi", "33639980001"]),
        },
    )
    assert answer.status_code == 302
    operation = BulkOperation.objects.get()
    assert operation.items.filter(outcome=Outcome.CHOSEN).count() == 5
    assert "Aucune ligne n’a ce numéro" in reason(operation, "06 39 98 77 77")
    assert outcomes(operation)["n'importe quoi"] == Outcome.UNKNOWN
    assert list(operation.items.filter(outcome=Outcome.DOUBLE).values_list("position", flat=True)) == [8]


def test_the_operator_is_asked_for_each_line_and_for_none_that_was_rolled_back(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = LineFactory.create_batch(2)
    operation = prepared(support, "restrict", good, bad, **RESTRICTION)
    real = living.tell

    def tell(entry: Any) -> None:
        if entry.line == bad:
            raise DomainError("Ce courrier est refusé.")
        real(entry)

    monkeypatch.setattr(living, "tell", tell)
    press(support, operation, "confirm")
    work_off()
    assert outcomes(operation) == {str(good): Outcome.CHANGED, str(bad): Outcome.REFUSED}
    request = ProvisioningRequest.objects.get()
    assert request.operation == good.operations.get()
    assert (request.wanted["status"], request.state) == ("suspended", "acknowledged")


def test_a_number_that_went_on_to_another_line_names_the_line_that_has_it_now(support: Client) -> None:
    old = LineFactory(terminated=True)
    now = LineFactory(msisdn=old.msisdn, activated_on=date(2026, 10, 15))
    support.post(
        reverse("admin:lines_line_paste"),
        {"_form_submitted": "True", "kind": "lines.restrict", "lines": old.msisdn},
    )
    assert BulkOperation.objects.get().items.get().object_id == now.pk


def test_a_restriction_is_undone_to_what_was_before(support: Client) -> None:
    plain, outgoing, since = LineFactory(), LineFactory(), LineFactory()
    before = date(2026, 11, 1)
    suspend_line(line=outgoing, on=before, today=TODAY, actor=None, barring="outgoing", billed=False)
    operation = done(support, "restrict", plain, outgoing, since, **RESTRICTION)
    assert operation.changed == 3
    reactivate_line(line=since, on=TODAY, today=TODAY, actor=None)
    assert press(support, operation, "undo").status_code == 302
    work_off()
    assert outcomes(operation) == {
        str(plain): Outcome.UNDONE,
        str(outgoing): Outcome.UNDONE,
        str(since): Outcome.KEPT,
    }
    assert statuses(plain, outgoing, since) == ["active", "suspended", "active"]
    state = outgoing.states.get(end=None)
    assert (state.barring, state.billed) == ("outgoing", False)
    assert [one.kind for one in plain.operations.order_by("pk")] == ["restriction", "reactivation"]


def test_a_reactivation_and_a_behaviour_are_undone(support: Client) -> None:
    line = LineFactory(suspended=True)
    operation = done(support, "reactivate", line, on=TODAY.isoformat())
    assert statuses(line) == ["active"]
    press(support, operation, "undo")
    work_off()
    assert statuses(line) == ["suspended"]
    for behaviour, left in (("europe", "europe"), ("national", "europe")):
        operation = done(support, "international", line, behaviour=behaviour, on=TODAY.isoformat())
        assert operation.changed == 1
        if behaviour != left:
            press(support, operation, "undo")
            work_off()
        assert line.internationals.get(end=None).behaviour == left


def test_a_termination_shows_its_price_per_line_and_is_not_undone(support: Client) -> None:
    began = date(2026, 3, 24)
    bound = LineFactory(activated_on=began, committed_from=began, commitment_months=12, price=Decimal(10))
    free = LineFactory(customer=bound.customer)
    operation = prepared(support, "terminate", bound, free, **TERMINATION)
    shown = dict(operation.items.values_list("label", "after"))
    assert shown[str(free)] == "Résiliée"
    assert "40,00" in shown[str(bound)]
    press(support, operation, "confirm")
    work_off()
    operation.refresh_from_db()
    assert operation.changed == 2
    assert statuses(bound, free) == ["terminated", "terminated"]
    assert OneOffCharge.objects.get().price == Decimal(40)
    assert press(support, operation, "undo").status_code == 200, "there is no way back"
    assert statuses(bound, free) == ["terminated", "terminated"]


def test_a_day_to_come_plans_each_line_and_undoing_gives_that_up(support: Client) -> None:
    lines = LineFactory.create_batch(2)
    operation = done(support, "restrict", *lines, **{**RESTRICTION, "on": "2026-12-01"})
    assert operation.changed == 2
    assert PlannedOperation.objects.filter(state="planned").count() == 2
    assert statuses(*lines) == ["active", "active"]
    press(support, operation, "undo")
    work_off()
    assert set(PlannedOperation.objects.values_list("state", flat=True)) == {"cancelled"}


def test_the_same_click_twice_does_it_once(support: Client) -> None:
    line = LineFactory()
    operation = prepared(support, "restrict", line, **RESTRICTION)
    press(support, operation, "confirm")
    press(support, operation, "confirm")
    work_off()
    assert line.operations.count() == 1


def test_whoever_may_not_neither_ticks_nor_pastes(sign_in_as: SignIn, support: Client) -> None:
    line = LineFactory()
    operation = prepared(support, "restrict", line, **RESTRICTION)
    for role in (Role.READER, Role.SALES):
        client = sign_in_as(role)
        tick(client, [line], "lines.restrict")
        assert client.post(reverse("admin:lines_line_paste"), {"_form_submitted": "True"}).status_code == 403
        press(client, operation, "confirm")
    work_off()
    assert BulkOperation.objects.count() == 1
    assert statuses(line) == ["active"]


def test_each_customer_is_told_once(support: Client) -> None:
    IntegratorFactory(email="factures@ism.example")
    line = LineFactory()
    line.customer.contacts.all().delete()
    ContactFactory(customer=line.customer, email="compta@client.example")
    for event in EVENTS.values():
        templates.switch_event(event=event, is_sent=True, actor=None, at=timezone.now())
    done(support, "restrict", line, **RESTRICTION)
    assert [one.event for one in Delivery.objects.all()] == ["line_suspended"]


@pytest.mark.parametrize("code", ["restrict", "reactivate", "terminate", "international"])
def test_planning_asks_the_database_no_more_for_many_lines(code: str) -> None:
    kind, actor = bulk_kinds()[f"lines.{code}"], UserFactory()
    customer = LineFactory(suspended=True, commitment_months=12, committed_from=date(2026, 6, 1)).customer
    parameters = {
        "asked": {
            "cause": "unpaid",
            "billed": True,
            "behaviour": "world",
            "requested_on": "2026-11-24",
            "charged_early": True,
        },
        "on": TODAY.isoformat(),
        "reason": "",
    }
    counts = []
    for _more in range(2):
        operation = choose_rows(kind=kind, rows=Line.objects.order_by("pk"), actor=actor)
        with CaptureQueriesContext(connection) as asked:
            plan_operation(operation=operation, parameters=parameters)
        counts.append(len(asked))
        LineFactory.create_batch(
            5, customer=customer, suspended=True, commitment_months=12, committed_from=date(2026, 6, 1)
        )
    assert counts[0] == counts[1]
