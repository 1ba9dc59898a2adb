"""What an operation on a line asks of the operator, in its own transaction."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from apps.core.exceptions import DomainError
from apps.lines.choices import Barring, International, LineStatus, OperationKind, ProvisioningState
from apps.lines.models import Line, LineInternational, LineOperation, ProvisioningRequest
from apps.lines.provisioning import ask, ask_each
from apps.lines.provisioning.asking import acknowledge_by_hand, ask_again
from apps.lines.provisioning.wanted import wanted_of
from apps.lines.services import (
    NewLine,
    add_option,
    change_plan,
    change_tariff,
    change_user,
    open_lines,
    reactivate_line,
    suspend_line,
    swap_sim,
    terminate_line,
)
from apps.lines.services.holding import facts_of, held_by
from tests.factories import (
    CustomerFactory,
    LineFactory,
    OptionFactory,
    PlanFactory,
    SimCardFactory,
    TariffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    return localdate()


@pytest.fixture
def line() -> Line:
    card = SimCardFactory(imsi="208010000000001", status="active")
    return LineFactory(sim=card, plan=PlanFactory(code="PRO", wholesale_code="MVNO-PRO", throughput="150M"))


def latest(line: Line) -> ProvisioningRequest:
    return ProvisioningRequest.objects.of_line(line.pk).latest("pk")


def test_a_restriction_asks_for_the_whole_state_and_is_acknowledged_at_once(line: Line, today: date) -> None:
    LineInternational.objects.create(line=line, start=line.activated_on, behaviour=International.EUROPE)
    suspend_line(line=line, on=today, today=today, actor=None, barring=Barring.OUTGOING)
    request = latest(line)
    assert request.state == ProvisioningState.ACKNOWLEDGED
    assert request.sent_at == request.answered_at is not None
    assert request.wanted == {
        "msisdn": line.msisdn,
        "iccid": line.sims.get().sim.iccid,
        "imsi": "208010000000001",
        "status": LineStatus.SUSPENDED,
        "barring": Barring.OUTGOING,
        "international": International.EUROPE,
        "plan": "MVNO-PRO",
        "throughput": "150M",
        "options": [],
    }
    assert request.operation.kind == OperationKind.RESTRICTION


def test_what_is_undone_leaves_no_request(line: Line, today: date) -> None:
    with transaction.atomic():
        suspend_line(line=line, on=today, today=today, actor=None)
        assert ProvisioningRequest.objects.exists()
        transaction.set_rollback(True)
    assert not ProvisioningRequest.objects.exists()


def test_every_operation_of_the_network_is_asked_for_and_no_other(line: Line, today: date) -> None:
    change_user(line=line, user_name="PAUL DURAND", on=today, actor=None)
    change_tariff(line=line, tariff=TariffFactory(), on=today, actor=None)
    plan = line.subscriptions.get().offer
    change_plan(line=line, plan=plan, price=Decimal("9.00"), on=today - timedelta(days=1), actor=None)
    assert not ProvisioningRequest.objects.exists(), "neither the user nor the grid nor a price is the network's"
    option = OptionFactory(code="ROAM", throughput="5G")
    add_option(line=line, option=option, price=Decimal("5.00"), on=today, actor=None)
    assert latest(line).wanted["options"] == ["ROAM:5G"]
    new = SimCardFactory()
    swap_sim(line=line, sim=new, on=today, today=today, actor=None)
    assert latest(line).wanted["iccid"] == new.iccid
    suspend_line(line=line, on=today, today=today, actor=None)
    reactivate_line(line=line, on=today, today=today, actor=None)
    assert (latest(line).wanted["status"], latest(line).wanted["barring"]) == (LineStatus.ACTIVE, "")
    kinds = ProvisioningRequest.objects.order_by("pk").values_list("operation__kind", flat=True)
    assert list(kinds) == ["plan_change", "sim_swap", "restriction", "reactivation"]


def test_what_is_agreed_between_us_and_the_customer_only_is_not_the_networks(line: Line, today: date) -> None:
    """Whatever a change of offers may note in the journal is looked at, and only plan and options are the network's."""
    facts = facts_of(line, held_by(line, on=today))
    ours = facts.keys() - {"plan", "throughput", "options"}
    for name in facts:
        operation = LineOperation.objects.create(
            line=line, kind=OperationKind.PLAN_CHANGE, effective_on=today, before={name: 1}, after={name: 2}
        )
        assert (ask(operation) is None) == (name in ours), name


def test_a_terminated_line_says_which_card_goes_off_the_network(line: Line, today: date) -> None:
    card = line.sims.get().sim
    terminate_line(line=line, on=today, today=today, actor=None)
    wanted = latest(line).wanted
    assert (wanted["status"], wanted["msisdn"], wanted["iccid"]) == (LineStatus.TERMINATED, line.msisdn, card.iccid)
    assert (wanted["plan"], wanted["options"]) == ("", [])


def opened(today: date, **more: Any) -> list[Line]:
    new = NewLine(
        customer=CustomerFactory(),
        msisdn="33639980001",
        sim=SimCardFactory(),
        tariff=TariffFactory(),
        offers=[(PlanFactory(), Decimal("10.00"))],
        activated_on=today,
        billing_start=today,
    )
    return open_lines(new_lines=[new], today=today, actor=None, **more)


def test_a_fleet_taken_over_is_on_the_network_already(today: date) -> None:
    opened(today)
    assert LineOperation.objects.get().kind == OperationKind.TAKE_OVER
    assert not ProvisioningRequest.objects.exists()


def test_lines_that_are_activated_in_number_cost_no_query_each(today: date, django_assert_max_num_queries: Any) -> None:
    lines = [LineFactory() for _ in range(30)]
    operations = [
        LineOperation.objects.create(line=one, kind=OperationKind.ACTIVATION, effective_on=today) for one in lines
    ]
    with django_assert_max_num_queries(4):
        asked = ask_each(operations)
    assert [one.operation_id for one in asked] == [one.pk for one in operations]
    assert {one.wanted["status"] for one in asked} == {LineStatus.ACTIVE}


def test_a_line_that_waits_for_its_number_is_not_on_the_network(today: date) -> None:
    line = LineFactory(pending=True)
    operation = LineOperation.objects.create(line=line, kind=OperationKind.NUMBER, effective_on=today)
    assert ask(operation) is None


def test_an_operation_dated_back_asks_for_the_state_of_today(line: Line, today: date) -> None:
    suspend_line(line=line, on=today, today=today, actor=None)
    add_option(line=line, option=OptionFactory(code="ROAM"), price=Decimal(1), on=today - timedelta(days=3), actor=None)
    assert latest(line).wanted["status"] == LineStatus.SUSPENDED
    assert latest(line).wanted["options"] == ["ROAM"]


# --- Asked again, answered by telephone


def refused(line: Line, today: date) -> ProvisioningRequest:
    suspend_line(line=line, on=today, today=today, actor=None)
    request = latest(line)
    ProvisioningRequest.objects.filter(pk=request.pk).update(
        state=ProvisioningState.REFUSED, answer="Carte inconnue", file="DEMANDES_1.csv", sent_at=timezone.now()
    )
    return latest(line)


def test_asking_again_asks_for_the_present_state_under_a_new_reference(line: Line, today: date, settings: Any) -> None:
    settings.PROVISIONING = "file_drop"
    request = refused(line, today)
    reactivate_line(line=line, on=today, today=today, actor=None)
    before = request.reference
    again = ask_again(request=request, today=today, now=timezone.now())
    assert (again.state, again.reference) == (ProvisioningState.TO_SEND, f"{before}-2")
    assert again.wanted["status"] == LineStatus.ACTIVE, "what was refused is overtaken"
    assert again.wanted == wanted_of(line.pk, today)
    (kept,) = ProvisioningRequest.objects.get(pk=request.pk).earlier
    assert (kept["reference"], kept["answer"], kept["file"]) == (before, "Carte inconnue", "DEMANDES_1.csv")
    with pytest.raises(DomainError, match="À envoyer"):
        ask_again(request=request, today=today, now=timezone.now())


def test_an_answer_by_telephone_keeps_who_noted_it(line: Line, today: date, settings: Any) -> None:
    settings.PROVISIONING = "file_drop"
    suspend_line(line=line, on=today, today=today, actor=None)
    camille = UserFactory()
    acknowledge_by_hand(request=latest(line), remark="Mme Petit, 14 h", actor=camille, now=timezone.now())
    request = latest(line)
    assert (request.state, request.answered_by) == (ProvisioningState.ACKNOWLEDGED, camille)
    assert request.answer == "Mme Petit, 14 h"
    with pytest.raises(DomainError):
        acknowledge_by_hand(request=request, remark="Encore", actor=camille, now=timezone.now())
