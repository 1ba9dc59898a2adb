"""Asking for a mail: one per key, rendered and stored in full, refused where it could not be sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from post_office.mail import get_queued
from post_office.models import Attachment as StoredAttachment
from post_office.models import Email

from apps.branding.models import Integrator
from apps.core.exceptions import DomainError
from apps.core.sandbox import TemplateFault
from apps.messaging import events
from apps.messaging.composing import compose
from apps.messaging.events import Event, Placeholder
from apps.messaging.letterhead import letterhead
from apps.messaging.models import Delivery, InlineImage
from apps.messaging.rendering import render_event
from apps.messaging.services import Attachment, send_next
from tests.admin.rows import an_image
from tests.factories import IntegratorFactory, UserFactory
from tests.messaging.conftest import EVENT, PDF, Bill, Queue

pytestmark = pytest.mark.django_db


def private_files(settings: Any) -> list[Path]:
    return [path for path in (Path(settings.PRIVATE_ROOT) / "documents").rglob("*") if path.is_file()]


def test_the_same_key_twice_is_one_mail(queue: Queue) -> None:
    first = queue(key="invoice:12")
    assert queue(key="invoice:12", to=["other@client.example"]) == first
    assert Email.objects.count() == Delivery.objects.count() == 1
    assert queue(key="invoice:1") != first


def test_a_mail_is_found_by_its_key_and_not_by_a_longer_one(queue: Queue) -> None:
    first = queue(key="invoice:1")
    queue(key="invoice:12")
    assert list(Delivery.objects.of_key("invoice:1")) == [first]


def test_what_is_stored_is_what_was_true_when_it_was_asked_for(queue: Queue) -> None:
    actor = UserFactory()
    delivery = queue("ATELIER DURAND", actor=actor)
    Integrator.objects.update(trade_name="Autre Nom", email="autre@ism.example")
    delivery.refresh_from_db()
    assert delivery.email.subject == "Facture F2026-000001 – ATELIER DURAND"
    assert "Télécom Démo" in delivery.email.message
    assert "1\xa0234,50\xa0€" in delivery.email.html_message
    assert delivery.email.from_email == "Télécom Démo <factures@ism.example>"
    assert delivery.created_by == actor


def test_the_sender_is_the_one_of_the_identity(queue: Queue) -> None:
    IntegratorFactory()
    queue()
    Integrator.objects.update(
        mail_sender="noreply@ism.example", mail_sender_name='Télécom "Démo", Lyon', mail_reply_to="compta@ism.example"
    )
    letter = compose(queue())
    assert letter.message["From"].addresses[0].display_name == 'Télécom "Démo", Lyon'
    assert letter.sender == "noreply@ism.example"
    assert letter.message["Reply-To"] == "compta@ism.example"


def test_no_sender_no_mail(queue: Queue) -> None:
    Integrator.objects.update(email="", mail_sender="")
    with pytest.raises(DomainError):
        queue()
    Integrator.objects.all().delete()
    with pytest.raises(DomainError):
        queue()


@pytest.mark.parametrize(
    "to",
    [
        [],
        [""],
        ["compta"],
        ["compta@"],
        ["compta@client"],
        ["rené@client.example"],
        ["a@client.example\nBcc: b@client.example"],
        ["a@client.example\r\n\r\nhello"],
        ["a@client.example, b@client.example"],
        ["Compta <a@client.example>"],
        ["a b@client.example"],
        [f"a{n}@client.example" for n in range(21)],
    ],
)
def test_no_mail_goes_to_what_is_no_address(to: list[str], queue: Queue, settings: Any) -> None:
    with pytest.raises(DomainError):
        queue(to=to)
    assert not Delivery.objects.exists()
    assert not Email.objects.exists()
    assert private_files(settings) == []


def test_addresses_are_put_in_their_one_form_and_get_it_once(queue: Queue) -> None:
    delivery = queue(to=[" Compta@Société.example "], cc=["compta@société.example", "x@client.example"])
    assert delivery.email.to == ["Compta@xn--socit-esab.example"]
    assert delivery.email.cc == ["x@client.example"]
    assert list(delivery.addressees.values_list("address", flat=True)) == [
        "compta@xn--socit-esab.example",
        "x@client.example",
    ]


@pytest.mark.parametrize("customer", ["ATELIER\nBcc: all@client.example", "ATELIER\r\n\r\n", "A\x00B", "A\u2028B"])
def test_no_value_begins_another_header(customer: str, queue: Queue) -> None:
    with pytest.raises(DomainError):
        queue(customer)
    assert not Delivery.objects.exists()


def test_a_name_of_a_file_begins_no_header(queue: Queue) -> None:
    letter = compose(queue(attachments=[Attachment("a\r\nX-Evil: 1/é.pdf", "application/pdf", b"%PDF")]))
    (attachment,) = letter.message.iter_attachments()
    assert attachment.get_filename() == "é.pdf"
    assert b"X-Evil" not in letter.as_bytes()


def test_attachments_lie_with_the_private_files(queue: Queue, settings: Any) -> None:
    delivery = queue()
    stored = delivery.email.attachments.get()
    assert stored.file.path.startswith(str(settings.PRIVATE_ROOT))
    assert Path(stored.file.path).read_bytes() == PDF.data
    assert list(Path(settings.MEDIA_ROOT).rglob("*")) == []
    with pytest.raises(ValueError, match="private"):
        _ = stored.file.url


def test_what_is_too_heavy_for_a_mail_server_is_told_at_once(queue: Queue) -> None:
    with pytest.raises(DomainError):
        queue(attachments=[Attachment("annexe.pdf", "application/pdf", bytes(16 * 1024 * 1024))])
    assert not StoredAttachment.objects.exists()


def test_the_logo_travels_with_the_mail_and_is_kept_once(queue: Queue) -> None:
    company = IntegratorFactory()
    queue()
    company.refresh_from_db()
    company.put_logo(an_image("PNG"))
    company.save()
    first, second = queue(), queue()
    assert first.logo == second.logo == InlineImage.objects.get()
    message = compose(first).message
    html = message.get_body(("related",))
    assert html is not None
    image = next(part for part in html.walk() if part.get_content_maintype() == "image")
    assert image["Content-ID"] == "<logo>"
    assert hashlib.sha256(image.get_content()).hexdigest() == company.logo_digest
    assert 'src="cid:logo"' in first.email.html_message
    assert "://" not in first.email.html_message.replace("http://www.w3.org/1999/xhtml", "")
    assert [part.get_filename() for part in message.iter_attachments()] == [PDF.name]


def test_the_library_finds_nothing_to_send(queue: Queue) -> None:
    """``send_queued_mail`` started by somebody who knows post_office must not send behind our back."""
    queue()
    assert not get_queued()
    send_next()
    assert not get_queued()


def test_a_mail_that_was_sent_cannot_be_deleted_by_the_librarys_clean_up(queue: Queue) -> None:
    delivery = queue()
    with pytest.raises(Exception, match="protected"):
        delivery.email.delete()


# --- Texts


@dataclass(frozen=True)
class Secret:
    word: str = "mot de passe"


def test_a_context_that_is_not_the_events_is_a_mistake_of_the_program(queue: Queue) -> None:
    with pytest.raises(ValueError, match="trial takes"):
        queue(context={"customer": "X"})
    with pytest.raises(ValueError, match="trial takes"):
        queue(context={"customer": "X", "bill": Bill(), "secret": Secret()})
    with pytest.raises(ValueError, match="no key"):
        queue(key="invoice:1#2")
    with pytest.raises(KeyError):
        queue(event="nothing")


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("text", ["{{ settings }}", "{{ bill.__class__ }}", "{{ customer.upper }}", "{% load i18n %}"])
def test_a_text_sees_its_placeholders_and_nothing_else(text: str) -> None:
    event = Event(
        code="evil", title="", subject="x", text="x", html=text, placeholders=(Placeholder("customer", "", "X"),)
    )
    with pytest.raises(TemplateFault):
        render_event(event, {"customer": "X"}, letterhead().company)


def test_the_example_of_an_event_makes_a_mail(queue: Queue) -> None:
    queue()
    for event in [EVENT, *events.events().values()]:
        mail = render_event(event, event.example, letterhead().company)
        assert mail.subject
        assert mail.text.strip()
        assert mail.html.count("<html") == 1


def test_names_of_the_identity_are_escaped_in_html_and_literal_in_text(queue: Queue) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    queue()
    Integrator.objects.update(trade_name=evil, contact=evil, address=evil, rcs=evil, phone="<b>", city=evil)
    email = queue("</title><script>alert(1)</script>").email
    assert "<img" not in email.html_message
    assert "<script" not in email.html_message
    assert "<b>" not in email.html_message
    assert evil in email.message


def test_post_office_checks_what_it_stores(queue: Queue) -> None:
    email = queue().email
    email.to = ["nobody"]
    with pytest.raises(ValidationError):
        email.save()
