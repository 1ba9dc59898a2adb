"""What a person may do with a mail, and what two of them at once cannot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core import processes, slots
from apps.core.exceptions import DomainError
from apps.messaging.choices import AttemptOutcome, DeliveryState
from apps.messaging.models import Delivery
from apps.messaging.services import cancel, resend, retry, retry_failed, send_next, sending, settle_lost
from apps.messaging.services.resending import RESENT
from apps.messaging.transport import Verdict
from tests.factories import UserFactory
from tests.messaging.conftest import PDF, Queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The next dialogues end as the test says: how they can end is tried in test_smtp."""

    def ends(outcome: AttemptOutcome) -> None:
        monkeypatch.setattr(sending, "deliver", lambda letter: Verdict(outcome, "motif", "450 réponse"))

    return ends


def after(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def failed(delivery: Delivery, verdict: Any) -> Delivery:
    verdict(AttemptOutcome.TEMPORARY)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=5)
    send_next()
    assert after(delivery).state == DeliveryState.FAILED
    return after(delivery)


def test_a_copy_is_a_mail_of_its_own_with_the_same_content(queue: Queue) -> None:
    first = queue(cc=["copie@client.example"])
    send_next()
    copy = resend(delivery=after(first), actor=UserFactory())
    assert copy.key == f"{first.key}#2"
    assert copy.resend_of == first
    assert copy.email.message_id != first.email.message_id
    assert send_next()
    sent, again = mail.outbox
    assert sent.to == again.to == ["compta@client.example"]
    assert sent.cc == again.cc == ["copie@client.example"]
    assert sent.body == again.body
    assert [part.get_content() for part in again.message().iter_attachments()] == [PDF.data]
    assert list(first.email.attachments.all()) == list(copy.email.attachments.all())
    assert list(Delivery.objects.of_key(first.key)) == [first, copy]


def test_whoever_asked_for_a_mail_is_told_of_its_copy(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Delivery, Delivery]] = []
    monkeypatch.setitem(slots._slots, RESENT, [lambda original, copy: told.append((original, copy))])
    first = queue()
    send_next()
    copy = resend(delivery=after(first), actor=None)
    assert told == [(first, copy)]


def test_a_copy_to_another_address_goes_there_only(queue: Queue) -> None:
    first = queue(cc=["copie@client.example"], bcc=["archive@ism.example"])
    send_next()
    resend(delivery=after(first), actor=None, to=["autre@client.example"])
    send_next()
    assert mail.outbox[1].recipients() == ["autre@client.example"]


def test_a_mail_is_sent_again_once_and_its_copy_after_it(queue: Queue) -> None:
    first = queue()
    send_next()
    copy = resend(delivery=after(first), actor=None)
    with pytest.raises(DomainError):
        resend(delivery=after(first), actor=None)
    with pytest.raises(DomainError):
        resend(delivery=copy, actor=None)  # it is still on its way
    send_next()
    assert resend(delivery=after(copy), actor=None).key == f"{first.key}#3"
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(key=f"{first.key}#3").update(resend_of=first)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(AttemptOutcome.PERMANENT, DeliveryState.REFUSED), (AttemptOutcome.UNCLEAR, DeliveryState.UNKNOWN)],
)
def test_what_ended_badly_can_be_sent_again(outcome: str, state: str, queue: Queue, verdict: Any) -> None:
    first = queue()
    verdict(outcome)
    send_next()
    assert after(first).state == state
    assert (after(first).reason, after(first).reply) == ("motif", "450 réponse")
    assert resend(delivery=after(first), actor=None).state == DeliveryState.QUEUED


def test_what_waits_can_be_cancelled_and_nothing_else(queue: Queue) -> None:
    first, second = queue(), queue()
    cancel(delivery=first, actor=None)
    assert send_next()
    assert not send_next()
    assert after(first).state == DeliveryState.CANCELLED
    with pytest.raises(DomainError):
        cancel(delivery=second, actor=None)
    assert resend(delivery=after(first), actor=None).key.endswith("#2")


def test_what_failed_is_tried_again_as_the_same_mail(queue: Queue, verdict: Any) -> None:
    first = failed(queue(), verdict)
    second = failed(queue(), verdict)
    verdict(AttemptOutcome.PERMANENT)
    refused = queue()
    send_next()
    retry(delivery=first, actor=None)
    with pytest.raises(DomainError):
        retry(delivery=first, actor=None)
    with pytest.raises(DomainError):
        retry(delivery=refused, actor=None)
    assert retry_failed(actor=None) == [second]
    verdict(AttemptOutcome.ACCEPTED)
    assert send_next()
    assert send_next()
    assert not send_next()
    assert {after(first).state, after(second).state} == {DeliveryState.SENT}
    assert after(refused).state == DeliveryState.REFUSED


def test_what_has_a_copy_is_not_tried_again(queue: Queue, verdict: Any) -> None:
    first = failed(queue(), verdict)
    resend(delivery=first, actor=None)
    assert retry_failed(actor=None) == []
    with pytest.raises(DomainError):
        retry(delivery=first, actor=None)


# --- Whose sender is gone


def claimed(queue: Queue, *, holder: str, seconds: int) -> Delivery:
    delivery = queue()
    claim = sending._claim_next()
    assert claim is not None
    Delivery.objects.filter(pk=delivery.pk).update(
        claimed_by=holder, lease_until=timezone.now() + timedelta(seconds=seconds)
    )
    return after(delivery)


@pytest.mark.parametrize(
    ("holder", "seconds", "lost"),
    [
        (processes.this_process(), 60, False),
        (processes.this_process(), -1, True),
        ("elsewhere/1@1", 60, False),
        ("elsewhere/1@1", -1, True),
        (processes.this_process().rpartition("@")[0] + "@1", 60, True),  # its number was given to another process
    ],
    ids=["alive", "alive, too slow", "elsewhere", "elsewhere, too slow", "gone"],
)
def test_a_mail_whose_sender_is_gone_becomes_uncertain(holder: str, seconds: int, lost: bool, queue: Queue) -> None:
    delivery = claimed(queue, holder=holder, seconds=seconds)
    assert settle_lost() is lost
    assert after(delivery).state == (DeliveryState.UNKNOWN if lost else DeliveryState.SENDING)
    attempt = delivery.attempt_rows.get()
    assert attempt.outcome == (AttemptOutcome.UNCLEAR if lost else AttemptOutcome.RUNNING)
    assert not send_next()
    assert not settle_lost()


def test_a_mail_that_somebody_else_sends_by_now_is_left_to_them(queue: Queue) -> None:
    """Looked at while its first sender was gone, locked once a second one had claimed it."""
    delivery = claimed(queue, holder="elsewhere/2@2", seconds=60)
    assert not sending._settle(delivery.pk)
    assert after(delivery).state == DeliveryState.SENDING


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (AttemptOutcome.ACCEPTED, DeliveryState.SENT),
        (AttemptOutcome.PERMANENT, DeliveryState.REFUSED),
        (AttemptOutcome.TEMPORARY, DeliveryState.FAILED),  # not tried again: a person may have sent a copy
        (AttemptOutcome.UNCLEAR, DeliveryState.UNKNOWN),
    ],
)
def test_a_sender_thought_dead_that_comes_back_tells_the_truth(
    outcome: AttemptOutcome, state: str, queue: Queue
) -> None:
    delivery = queue()
    claim = sending._claim_next()
    assert claim is not None
    Delivery.objects.update(lease_until=timezone.now())
    assert settle_lost()
    sending._conclude(claim, Verdict(outcome))
    assert after(delivery).state == state
    assert not send_next()


def test_an_attachment_that_is_away_for_a_while_is_no_refusal(queue: Queue, settings: Any) -> None:
    delivery = queue()
    root, settings.PRIVATE_ROOT = settings.PRIVATE_ROOT, "/nowhere"
    send_next()
    assert after(delivery).state == DeliveryState.QUEUED
    assert after(delivery).reason
    settings.PRIVATE_ROOT = root
    Delivery.objects.update(next_attempt_at=timezone.now())
    send_next()
    assert after(delivery).state == DeliveryState.SENT


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": DeliveryState.SENDING, "next_attempt_at": None},
        {"state": DeliveryState.SENT, "next_attempt_at": None},
        {"next_attempt_at": None},
        {"state": "lost", "next_attempt_at": None},
        {"sent_at": "2026-11-01T00:00Z"},
    ],
)
def test_the_database_holds_no_half_truth(wrong: dict[str, Any], queue: Queue) -> None:
    delivery = queue()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**wrong)
