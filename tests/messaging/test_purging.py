"""What went with mails is forgotten after a while; the mails are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from apps.core import files
from apps.core.exceptions import DomainError
from apps.messaging.choices import DeliveryState
from apps.messaging.models import Delivery
from apps.messaging.panels import ATTACHMENTS, CONTENT_PERMISSION
from apps.messaging.services import forget_old_attachments, resend, retry, retry_failed, send_next
from tests.messaging.conftest import PDF, Queue
from tests.people import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def days(settings: Any) -> None:
    settings.MAIL_FILE_DAYS = 90


def aged(delivery: Delivery, days: int, **fields: Any) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(created_at=timezone.now() - timedelta(days=days), **fields)
    return Delivery.objects.get(pk=delivery.pk)


def file_of(delivery: Delivery) -> Any:
    return files.stored_file(delivery.email.attachments.get().file.name)


def test_the_file_of_an_old_mail_goes_and_the_mail_stays(queue: Queue, sign_in: SignIn) -> None:
    old, young = queue(key="old"), queue(key="young")
    send_next()
    send_next()
    gone, kept = file_of(aged(old, 91)), file_of(aged(young, 89))
    assert forget_old_attachments() is True
    assert (gone.exists(), kept.exists()) == (False, True)
    assert forget_old_attachments() is False
    old.refresh_from_db()
    assert (old.state, old.email.attachments.get().name) == (DeliveryState.SENT, PDF.name)

    clerk = sign_in("messaging.view_delivery", CONTENT_PERMISSION)
    page = clerk.get(f"/admin/messaging/delivery/{old.pk}/change/").content.decode()
    address = files.address(ATTACHMENTS, old.email.attachments.get().pk)
    assert PDF.name in page
    assert address not in page
    assert clerk.get(address).status_code == 404


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING])
def test_what_is_still_to_leave_keeps_its_file(queue: Queue, state: DeliveryState) -> None:
    sending = {"next_attempt_at": None, "lease_until": timezone.now(), "claimed_by": "elsewhere/1@2"}
    waiting = aged(queue(), 400, state=state, **(sending if state == DeliveryState.SENDING else {}))
    assert forget_old_attachments() is False
    assert file_of(waiting).exists()


def test_a_young_copy_keeps_the_file_that_it_shares(queue: Queue) -> None:
    first = queue()
    send_next()
    copy = resend(delivery=aged(first, 200), actor=None)
    send_next()
    assert forget_old_attachments() is False
    aged(copy, 91)
    assert forget_old_attachments() is True


def test_a_mail_whose_file_is_gone_is_sent_again_only_with_another(queue: Queue) -> None:
    first = queue()
    send_next()
    aged(first, 91)
    forget_old_attachments()
    with pytest.raises(DomainError):
        resend(delivery=first, actor=None)
    resend(delivery=first, actor=None, anew=[PDF])
    assert send_next()
    assert [part.get_content() for part in mail.outbox[1].message().iter_attachments()] == [PDF.data]


def test_a_failed_mail_whose_file_is_gone_is_not_tried_again(queue: Queue) -> None:
    failed = aged(queue(), 91, state=DeliveryState.FAILED, next_attempt_at=None)
    forget_old_attachments()
    with pytest.raises(DomainError):
        retry(delivery=failed, actor=None)
    assert retry_failed(actor=None) == []
    assert not Delivery.objects.failed().exists()
