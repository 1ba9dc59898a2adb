"""Mails about something of their own: an event that no app ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.messaging import events
from apps.messaging.choices import DeliveryState
from apps.messaging.events import Event, Placeholder
from apps.messaging.models import Delivery
from apps.messaging.services import Attachment, queue_mail
from apps.messaging.transport import SMTP
from tests.factories import IntegratorFactory

PDF = Attachment("F2026-000001.pdf", "application/pdf", b"%PDF-1.7\r\n.\r\n..\n\x00\xff" + bytes(range(256)) * 40)


@dataclass(frozen=True)
class Bill:
    number: str = "F2026-000001"
    gross: Decimal = Decimal("1234.50")


EVENT = Event(
    code="trial",
    title="Essai",
    subject="Facture {{ bill.number }} – {{ customer }}\n",
    # A line of one dot ends a mail, where nobody sees to it.
    text=(
        "Bonjour {{ customer }},\n\nVotre facture {{ bill.number }} de {{ bill.gross|euros }}.\n\n"
        "{% if bill.number %}\n.\n..fin{% endif %}\n"
    ),
    html="<p>Bonjour {{ customer }},</p><p>Votre facture {{ bill.number }} de {{ bill.gross|euros }}.</p>",
    placeholders=(
        Placeholder("customer", "The customer", "SOCIETE EXEMPLE"),
        Placeholder("bill", "The invoice", Bill()),
    ),
)

Queue = Callable[..., Delivery]


@pytest.fixture(autouse=True)
def event(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    events.register(EVENT)
    yield EVENT
    del events._events[EVENT.code]


@pytest.fixture
def queue(db: None) -> Queue:
    """Puts a mail with its PDF into the outbox; a test says only what it is about."""
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    count = iter(range(1, 100_000))

    def queued(customer: str = "SOCIETE EXEMPLE", **given: Any) -> Delivery:
        wanted = {
            "event": EVENT.code,
            "to": ["compta@client.example"],
            "context": {"customer": customer, "bill": Bill()},
            "attachments": [PDF],
            "key": f"trial:{next(count)}",
            **given,
        }
        return queue_mail(**wanted)

    return queued


PostTo = Callable[[int], None]


@pytest.fixture
def post_to(settings: Any) -> PostTo:
    """Mails go by SMTP to this port of this machine; patience is short."""

    def posting(port: int) -> None:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT, settings.EMAIL_ACCEPTANCE_TIMEOUT, settings.EMAIL_DEADLINE = 1, 1, 20

    return posting


# --- What became of a mail


def after(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def now_due(delivery: Delivery) -> None:
    """The time of the next attempt has come."""
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.QUEUED).update(next_attempt_at=timezone.now())


def assert_waits(delivery: Delivery, wait: timedelta) -> None:
    assert after(delivery).state == DeliveryState.QUEUED
    assert delivery.next_attempt_at is not None
    assert abs(delivery.next_attempt_at - timezone.now() - wait) < timedelta(seconds=30)
