"""Mails about what happened to a line: only where they are wanted, once, and never for a file of a fleet."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.lines.mails import EVENTS, REACTIVATED, SUSPENDED, TERMINATED
from apps.lines.models import Line
from apps.lines.services import reactivate_line, suspend_line, terminate_line
from apps.messaging.in_force import is_sent
from apps.messaging.models import Delivery
from apps.messaging.services import templates
from tests.factories import ContactFactory, IntegratorFactory, LineFactory, UserFactory

TODAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    IntegratorFactory(email="factures@ism.example")
    line: Line = LineFactory(user_name="ALICE MARTIN")
    line.customer.contacts.all().delete()
    ContactFactory(customer=line.customer, email="compta@client.example")
    return line


@pytest.fixture
def wanted() -> None:
    for event in EVENTS.values():
        templates.switch_event(event=event, is_sent=True, actor=None, at=timezone.now())


def do(act: Any, line: Line, on: date = TODAY, **given: Any) -> Line:
    result: Line = act(line=line, on=on, today=TODAY, **{"actor": None, **given}).line
    return result


def test_nothing_is_told_until_the_integrator_wants_it(line: Line) -> None:
    assert [is_sent(event) for event in EVENTS.values()] == [False] * 3
    do(suspend_line, line)
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("wanted")
def test_each_operation_is_told_once_to_whoever_gets_the_invoices(line: Line) -> None:
    actor = UserFactory()
    line = do(suspend_line, line, date(2026, 11, 1), actor=actor)
    line = do(reactivate_line, line, date(2026, 11, 8))
    do(terminate_line, line)
    told = list(Delivery.objects.order_by("pk").select_related("email"))
    assert [one.event for one in told] == [SUSPENDED.code, REACTIVATED.code, TERMINATED.code]
    assert {one.email.to[0] for one in told} == {"compta@client.example"}
    assert told[0].created_by == actor
    assert "restreinte à compter du 1er\xa0novembre\xa02026" in told[0].email.message
    assert "ALICE MARTIN" in told[0].email.message
    assert told[2].email.subject.endswith("à compter du 24/11/2026")


@pytest.mark.usefixtures("wanted")
def test_what_is_undone_is_told_to_nobody(line: Line) -> None:
    with transaction.atomic():
        do(suspend_line, line)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    with pytest.raises(DomainError):
        do(reactivate_line, line)
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("wanted")
@pytest.mark.parametrize("lack", ["address", "wrong address", "sender", "number"])
def test_a_mail_that_cannot_be_made_stops_no_operation(lack: str, line: Line) -> None:
    if lack == "address":
        line.customer.contacts.update(email="")
    if lack == "wrong address":
        line.customer.contacts.update(email="rené@client.example")
    if lack == "sender":
        IntegratorFactory._meta.model.objects.update(email="", mail_sender="")
    if lack == "number":
        Line.objects.filter(pk=line.pk).update(msisdn="")
    assert do(suspend_line, line).status == "suspended"
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("wanted")
def test_a_file_of_a_fleet_tells_nobody(line: Line) -> None:
    do(terminate_line, line, told=False, fees=False)
    assert not Delivery.objects.exists()


def test_the_texts_are_tried_on_real_lines(line: Line) -> None:
    for event in EVENTS.values():
        assert event.samples is not None
        for text in ("", line.msisdn, line.customer.number):
            assert [one.pk for one in event.samples.search(text, 3)] == [line.pk]
        assert "06" in templates.preview(event, event.shipped, line.pk).subject
        with pytest.raises(LookupError):
            event.samples.context(line.pk + 1)
