"""Every event that an app ships: its texts, its placeholders, and what they may hold."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.messaging import events
from apps.messaging.checking import check_texts
from apps.messaging.choices import DeliveryState
from apps.messaging.events import Event, Placeholder, means
from apps.messaging.letterhead import COMPANY
from apps.messaging.models import Delivery
from apps.messaging.placeholders import documented, undocumented
from apps.messaging.services import Attachment, resend, templates
from tests.factories import IntegratorFactory
from tests.messaging.conftest import EVENT, Bill, Queue
from tests.messaging.test_templates import fields as event_fields
from tests.people import SignIn

SHIPPED = [code for code in events.events() if code != EVENT.code]
PLAIN = (str, int, Decimal, date, bool, type(None))

pytestmark = pytest.mark.django_db


def all_of(value: Any) -> list[Any]:
    """What a template may reach from a value."""
    if isinstance(value, tuple):
        return [one for element in value for one in all_of(element)]
    if is_dataclass(value) and not isinstance(value, type):
        assert type(value).__dataclass_params__.frozen, value
        return [one for field in fields(value) for one in all_of(getattr(value, field.name))]
    return [value]


@pytest.mark.parametrize("code", SHIPPED)
def test_its_texts_have_no_fault_and_are_french(code: str) -> None:
    event = events.event(code)
    assert check_texts(event, event.shipped) == []
    assert str(event.title)
    assert "Bonjour" in event.shipped.text


@pytest.mark.parametrize("code", SHIPPED)
def test_its_placeholders_hold_plain_values_and_say_what_they_mean(code: str) -> None:
    event = events.event(code)
    assert undocumented(event) == []
    assert [type(one) for one in all_of(tuple(event.example.values())) if not isinstance(one, PLAIN)] == []
    needed = " ".join(f"{{{{ {name} }}}}" for name in event.indispensable)
    for one in documented(event):
        assert check_texts(event, events.Texts("a", f"a {one.insert} {needed}", f"<p>a {needed}</p>")) == [], one


@pytest.mark.parametrize("code", SHIPPED)
def test_it_renders_on_its_examples(code: str) -> None:
    IntegratorFactory(email="factures@ism.example")
    event = events.event(code)
    shown = templates.preview(event, event.shipped)
    assert shown.subject
    json.dumps(str(shown))


def test_the_paths_of_an_event_are_told_with_their_meaning_and_an_example() -> None:
    told = {one.path: one for one in documented(events.event("invoice"))}
    assert told["invoice.gross"].insert == "{{ invoice.gross|euros }}"
    assert told["invoice.gross"].example == "120,00\xa0€"
    assert told["invoice.due_date"].insert == "{{ invoice.due_date|date }}"
    assert told["company.phone"].group == "company"
    assert told["company.contact_lines"].insert.startswith("{% for element in company.contact_lines %}")
    told = {one.path: one for one in documented(events.event("line_suspended"))}
    assert told["line.number"].insert == "{{ line.number|number }}"


def test_a_field_without_a_meaning_is_found() -> None:
    event = Event(code="x", title="", subject="", text="", html="", placeholders=(Placeholder("bill", "m", Bill()),))
    assert undocumented(event) == ["bill.number", "bill.gross"]
    assert means("Numéro").metadata == {"meaning": "Numéro", "shown": ""}
    assert [one.name for one in fields(COMPANY.example) if not one.metadata["meaning"]] == []


# --- Mails with a personal link

SENT = {"state": DeliveryState.SENT, "next_attempt_at": None}


@pytest.fixture
def link(event: Event, queue: Queue) -> Delivery:
    events.register(Event(**{**event_fields(event), "confidential": True}))
    return queue("https://ism.example/secret", attachments=[Attachment("lien.txt", "text/plain", b"secret")])


def test_no_copy_of_it_is_offered(event: Event, queue: Queue, sign_in: SignIn) -> None:
    client = sign_in(is_superuser=True)
    mail = queue("https://ism.example/secret")
    Delivery.objects.filter(pk=mail.pk).update(**SENT, sent_at=timezone.now())
    address = reverse("admin:messaging_delivery_resend", args=[mail.pk])
    assert address in pages(client, mail)[0]
    events.register(Event(**{**event_fields(event), "confidential": True}))
    assert address not in pages(client, mail)[0]


def pages(client: Client, delivery: Delivery) -> list[str]:
    page = f"/admin/messaging/delivery/{delivery.pk}"
    return [client.get(f"{page}/{tail}").content.decode() for tail in ("change/", "html/")]


def test_the_text_of_a_personal_link_is_shown_to_nobody(link: Delivery, sign_in: SignIn, sign_in_as: SignIn) -> None:
    link.email.subject = "Votre accès"
    link.email.save()
    assert "secret" in link.email.message
    for client in (sign_in(is_superuser=True), sign_in_as(Role.SUPPORT), sign_in_as(Role.BILLING)):
        for shown in pages(client, link):
            assert "secret" not in shown
            assert "lien personnel" in shown
        kept = link.email.attachments.get()
        assert client.get(f"/files/mail-attachment/{kept.pk}/").status_code == 404


def test_it_is_not_sent_again(link: Delivery) -> None:
    Delivery.objects.filter(pk=link.pk).update(**SENT, sent_at=timezone.now())
    link.refresh_from_db()
    with pytest.raises(DomainError):
        resend(delivery=link, actor=None)
