"""Mails and templates of mails, for pages that are looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from post_office.models import Attachment, Email

from apps.messaging.choices import LETTER, AttemptOutcome, DeliveryState
from apps.messaging.models import (
    Addressee,
    Attempt,
    Delivery,
    EmailTemplate,
    EmailTemplateVersion,
    TemplateAttachment,
)
from tests.factories import UserFactory

MAILED_AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def a_mail(number: int) -> Delivery:
    """A mail that has left, with an attachment; every third has failed, after two attempts."""
    email = Email.objects.create(
        from_email="Télécom Exemple <factures@exemple.example>",
        to=[f"compta{number}@client.example"],
        cc=["copie@client.example"] if number % 2 else [],
        subject=f"Votre facture F202611-{number + 1:05d}",
        message="Bonjour,\n\nVotre facture est jointe.",
        html_message="<p>Bonjour,</p><p>Votre facture est jointe.</p>",
        message_id=f"<{number}@exemple.example>",
    )
    email.attachments.add(Attachment.objects.create(name="facture.pdf", file="documents/none.pdf"))
    failed = number % 3 == 2
    delivery = Delivery.objects.create(
        event="invoice",
        key=f"trial:{number}",
        email=email,
        state=DeliveryState.FAILED if failed else DeliveryState.SENT,
        attempts=2 if failed else 1,
        reason="Le serveur de messagerie ne répond pas à temps." if failed else "",
        sent_at=None if failed else MAILED_AT,
        created_by=UserFactory(),
        created_at=MAILED_AT + timedelta(minutes=number),
    )
    Addressee.objects.create(delivery=delivery, role="to", address=email.to[0])
    an_attempt(delivery, 1)
    return delivery


def a_template(number: int) -> EmailTemplate:
    """A letter of two versions, in use, with a file; the first of all collects versions and files."""
    template = EmailTemplate.objects.create(
        name=f"Courrier {number}", event=LETTER, in_use=True, bcc="copie@exemple.example"
    )
    a_version(template, 1)
    first = EmailTemplate.objects.earliest("pk")
    a_version(first, number + 2)
    name = f"conditions-{number}.pdf"
    stored = Attachment.objects.create(name=name, file="documents/none.pdf")
    TemplateAttachment.objects.create(
        template=first,
        name=name,
        content_type="application/pdf",
        stored=stored,
        size=1_234,
        added_by=UserFactory(),
        added_at=MAILED_AT,
    )
    return template


def a_version(template: EmailTemplate, number: int) -> EmailTemplateVersion:
    return EmailTemplateVersion.objects.create(
        template=template,
        number=number,
        subject=f"Objet {number}",
        text="Bonjour,",
        html="<p>Bonjour,</p>",
        note="Relu",
        made_by=UserFactory(),
        made_at=MAILED_AT + timedelta(minutes=number),
    )


def an_attempt(delivery: Delivery, number: int) -> Attempt:
    return Attempt.objects.create(
        delivery=delivery,
        number=number,
        outcome=AttemptOutcome.ACCEPTED,
        started_at=MAILED_AT,
        ended_at=MAILED_AT,
        reply="250 OK",
        holder="machine/1@1",
    )
