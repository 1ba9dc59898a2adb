"""The buttons of a template: created, in use, back to other texts, copies, files; each says first what it will do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.core.roles import Role
from apps.messaging.models import EmailTemplate
from apps.messaging.panels import file_address
from tests.factories import IntegratorFactory
from tests.messaging.conftest import EVENT
from tests.people import SignIn
from tests.reading import said, text_of

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}
PDF = b"%PDF-1.7\n%%EOF\n"


def page(template: EmailTemplate, name: str = "change") -> str:
    return reverse(f"admin:messaging_emailtemplate_{name}", args=[template.pk])


def press(client: Client, template: EmailTemplate, button: str, /, **answers: Any) -> Any:
    return client.post(page(template, button), {**CONFIRMED, **answers})


def twice(client: Client, template: EmailTemplate, name: str, **answers: Any) -> str:
    """Read what it will do, then confirm it; gives what was said."""
    shown = press(client, template, name, **answers)
    told = said(shown)
    client.post(page(template, name), shown.context["form"].data)
    return told


@pytest.fixture
def template(admin: Client) -> EmailTemplate:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    admin.post(reverse("admin:messaging_emailtemplate_create"), {**CONFIRMED, "event": "trial", "name": "Le nôtre"})
    made = EmailTemplate.objects.get()
    admin.post(page(made), {"subject": "Deux", "html": "<p>Deux</p>", "text": "Deux", "note": "Relu", "expected": "1"})
    return made


def test_of_two_templates_of_an_event_one_is_in_use(admin: Client, template: EmailTemplate) -> None:
    press(admin, template, "put_in_use")
    admin.post(reverse("admin:messaging_emailtemplate_create"), {**CONFIRMED, "event": "trial", "name": "L’autre"})
    other = EmailTemplate.objects.get(name="L’autre")
    assert "« Le nôtre » n’est plus en service" in said(admin.get(page(other, "put_in_use")))
    press(admin, other, "put_in_use")
    assert list(EmailTemplate.objects.filter(in_use=True)) == [other]
    press(admin, other, "put_out_of_use")
    assert not EmailTemplate.objects.filter(in_use=True).exists()


def test_a_name_is_given_once(admin: Client, template: EmailTemplate) -> None:
    taken = admin.post(
        reverse("admin:messaging_emailtemplate_create"), {**CONFIRMED, "event": "trial", "name": "Le nôtre"}
    )
    assert "Le nôtre" in said(taken)
    assert EmailTemplate.objects.count() == 1
    press(admin, template, "rename", name="'; <b>{{")
    assert "'; <b>{{" not in admin.get(page(template)).content.decode()
    assert "&lt;b&gt;{{" in admin.get(page(template)).content.decode()


def test_an_earlier_version_comes_back_as_the_next(admin: Client, template: EmailTemplate) -> None:
    told = twice(admin, template, "restore", version=1)
    assert "version 3" in told
    assert template.versions.first().subject.strip() == EVENT.subject.strip()
    assert "déjà" in said(press(admin, template, "restore", version=1))


def test_the_shipped_text_comes_back_as_the_next_version(admin: Client, template: EmailTemplate) -> None:
    press(admin, template, "use_shipped")
    assert (template.versions.first().number, template.versions.first().html) == (3, EVENT.html)


def test_a_button_does_what_was_read_or_nothing(admin: Client, template: EmailTemplate) -> None:
    """A version that somebody writes while one reads what the button does is not put aside unseen."""
    opened = admin.get(page(template, "use_shipped")).context["form"]
    seen = {**CONFIRMED, "_previewed": opened["_previewed"].value()}
    admin.post(page(template), {"subject": "Le sien", "html": "<p>x</p>", "text": "x", "note": "", "expected": "2"})
    answer = admin.post(page(template, "use_shipped"), seen)
    assert "changé depuis" in said(answer)
    assert template.versions.first().subject == "Le sien"
    # What is read now can be confirmed.
    admin.post(page(template, "use_shipped"), answer.context["form"].data)
    assert (template.versions.first().number, template.versions.first().html) == (4, EVENT.html)


def test_what_differs_between_two_versions_is_shown_as_text(admin: Client, template: EmailTemplate) -> None:
    shown = admin.get(page(template, "compare"), {"old": 1, "new": 2}).content.decode()
    assert "&lt;p&gt;Deux&lt;/p&gt;" in shown
    assert "<p>Deux</p>" not in shown
    for nonsense in ("x", "99", "\x00"):
        assert admin.get(page(template, "compare"), {"old": nonsense, "new": 2}).status_code == 200


def test_hidden_copies_are_addresses(admin: Client, template: EmailTemplate) -> None:
    assert "adresse" in said(press(admin, template, "copies", addresses="personne"))
    press(admin, template, "copies", addresses="un@ism.example; deux@ism.example")
    template.refresh_from_db()
    assert template.bcc.split() == ["un@ism.example", "deux@ism.example"]


def test_a_file_is_attached_fetched_and_removed(admin: Client, template: EmailTemplate, sign_in_as: SignIn) -> None:
    press(admin, template, "attach", file=SimpleUploadedFile("conditions.pdf", PDF))
    attached = template.attachments.get()
    assert b"".join(admin.get(file_address(attached))) == PDF  # type: ignore[arg-type]
    assert sign_in_as(Role.SUPPORT).get(file_address(attached)).status_code == 403
    assert "conditions.pdf" in text_of(admin.get(page(template)))
    twice(admin, template, "detach", file=attached.pk)
    assert not template.attachments.exists()
