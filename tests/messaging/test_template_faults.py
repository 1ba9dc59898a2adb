"""A template that fails when a mail is made of it: the shipped text is sent, and somebody is told."""

from __future__ import annotations

import io
import logging
import zipfile
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.branding.models import Integrator
from apps.core import files
from apps.core.exceptions import DomainError
from apps.messaging import events
from apps.messaging.composing import compose
from apps.messaging.events import Event
from apps.messaging.models import Delivery, EmailTemplate, TemplateAttachment
from apps.messaging.services import Attachment, forget_old_attachments, templates
from apps.messaging.tiles import templates_in_error
from tests.messaging.conftest import Queue
from tests.messaging.test_templates import fields
from tests.messaging.texts import a_template, spoil, write

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mail_is_made_of_the_integrators_own_texts(queue: Queue) -> None:
    a_template()
    delivery = queue("ATELIER <b>")
    assert delivery.email.subject == "Pour ATELIER <b>"
    assert "Le nôtre : F2026-000001" in delivery.email.message
    assert "<p>Le nôtre : F2026-000001</p>" in delivery.email.html_message


@pytest.mark.parametrize(
    "spoilt",
    [
        {"text": "{{ gone }}"},
        {"subject": "{{ bill.gone }}"},
        {"html": "{% for x in bill.gone %}{% endfor %}"},
        {"text": "{% load x %}"},
        {"text": "{% if 1 %}"},
        {"subject": ""},
        {"subject": "{% if bill.number == 'x' %}a{% endif %}"},
        {"text": "   \n"},
        {"html": "<p></p>"},
        {"html": "<p>a</p><script>x</script>"},
        {"text": "x" * 100_001},
    ],
)
def test_a_template_in_error_never_blocks_or_empties_a_mail(spoilt: dict[str, str], queue: Queue) -> None:
    template = a_template()
    spoil(template, **spoilt)
    delivery = queue("X")
    assert delivery.email.subject == "Facture F2026-000001 – X"
    assert "Votre facture" in delivery.email.message
    assert "Votre facture" in delivery.email.html_message
    template.refresh_from_db()
    assert template.fault
    assert template.fault_at is not None
    assert template.in_use


def test_neither_does_one_that_takes_too_long(queue: Queue) -> None:
    template = a_template()
    spoil(template, text="{% for a in company.address_lines %}" * 12 + "x" + "{% endfor %}" * 12)
    Integrator.objects.update(address="12 rue de la République\nBâtiment B", postal_code="69002", city="LYON")
    assert "Votre facture" in queue().email.message
    template.refresh_from_db()
    assert template.fault


def test_the_fault_says_where_it_is_and_the_home_page_shows_it(queue: Queue, rf: Any) -> None:
    template = a_template("'; <b>{{")
    assert "Aucun modèle" in templates_in_error(rf.get("/"))["nothing"]
    spoil(template, text="a\n{{ gone }}")
    queue()
    template.refresh_from_db()
    assert template.fault == "Texte brut, ligne 2\xa0: champ «\xa0gone\xa0» inconnu"
    [notice] = templates_in_error(rf.get("/"))["notices"]
    assert "'; <b>{{" in notice.sentence
    assert template.fault in notice.sentence


def test_the_same_fault_of_thousands_of_mails_is_written_once(queue: Queue) -> None:
    template = a_template()
    spoil(template)
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        for _ in range(50):
            queue()
    queue()
    updates = [one for one in asked.captured_queries if one["sql"].startswith('UPDATE "messaging_emailtemplate"')]
    assert len(updates) == 1
    template.refresh_from_db()
    at = template.fault_at
    queue()
    template.refresh_from_db()
    assert template.fault_at == at
    assert Delivery.objects.count() == 52


def test_where_the_work_is_undone_the_log_keeps_the_fault(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    template = a_template()
    spoil(template)
    with caplog.at_level(logging.ERROR), transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert f"template {template.pk}, version 1" in caplog.text
    template.refresh_from_db()
    assert template.fault == ""
    assert not Delivery.objects.exists()


def test_a_new_version_clears_the_fault_and_an_old_one_leaves_it_alone(queue: Queue) -> None:
    template = a_template()
    spoil(template)
    queue()
    template.refresh_from_db()
    assert template.fault
    write(template, 1)
    template.refresh_from_db()
    assert (template.fault, template.fault_at) == ("", None)
    assert queue("ATELIER").email.subject == "Pour ATELIER"


def test_a_fault_of_the_version_before_is_not_put_on_the_new_one(queue: Queue) -> None:
    template = a_template()
    spoil(template)
    with transaction.atomic():
        queue()
        write(template, 1)
    template.refresh_from_db()
    assert template.fault == ""


def test_what_the_shipped_text_cannot_say_either_is_no_fault_of_the_template(queue: Queue) -> None:
    template = a_template()
    with pytest.raises(DomainError):
        queue("ATELIER\nBcc: all@client.example")
    template.refresh_from_db()
    assert template.fault == ""


# --- Hidden copies


def test_hidden_copies_go_with_every_mail_of_the_template(queue: Queue) -> None:
    template = a_template()
    copies = ["archive@ism.example", "compta@client.example"]
    templates.set_hidden_copies(template=template, addresses=copies, actor=None, at=timezone.now())
    assert queue().email.bcc == ["archive@ism.example"]
    many = [f"a{n}@client.example" for n in range(20)]
    assert len(compose(queue(to=many)).recipients) == 22
    spoil(template)
    assert queue().email.bcc == ["archive@ism.example"]


def test_a_mail_with_a_personal_link_has_none_whatever_the_row_says(event: Event, queue: Queue) -> None:
    template = a_template()
    EmailTemplate.objects.filter(pk=template.pk).update(bcc="archive@ism.example")
    events.register(Event(**{**fields(event), "confidential": True}))
    assert queue().email.bcc == []


# --- Files


def office(folder: str, *more: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            archive.writestr(name, "x")
    return data.getvalue()


PDF = b"%PDF-1.7 conditions"


def attach(template: EmailTemplate, name: str = "CGV.pdf", data: bytes = PDF) -> TemplateAttachment:
    return templates.attach_file(template=template, name=name, data=data, actor=None, at=timezone.now())


def detach(attachment: TemplateAttachment) -> None:
    templates.detach_file(attachment=attachment, actor=None, at=timezone.now())


@pytest.mark.parametrize(
    ("name", "data", "kept", "content_type"),
    [
        ("CGV.PDF", PDF, "CGV.pdf", "application/pdf"),
        ("..\\..\\etc/passwd/ Mes   CGV\x00\u202e.txt", "é".encode(), "Mes CGV.txt", "text/plain"),
        ("tarif.csv", b"a;b", "tarif.csv", "text/csv"),
        ("logo.png", b"\x89PNG\r\n\x1a\n.", "logo.png", "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff.", "photo.jpeg", "image/jpeg"),
        ("x" * 200 + ".pdf", PDF, "x" * 116 + ".pdf", "application/pdf"),
        ("a.docx", office("word"), "a.docx", None),
        ("a.xlsx", office("xl"), "a.xlsx", None),
    ],
)
def test_a_file_is_kept_under_a_clean_name(name: str, data: bytes, kept: str, content_type: str | None) -> None:
    attached = attach(a_template(), name, data)
    assert attached.name == kept
    assert content_type in (None, attached.content_type)
    assert files.stored_bytes(attached.stored.file.name) == data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("virus.exe", b"MZ"),
        ("page.html", b"<p>"),
        ("logo.svg", b"<svg>"),
        ("CGV.pdf", b"MZ"),
        ("CGV.pdf", b""),
        ("a.txt", b"\xff\xfe"),
        ("a.txt", b"a\x00b"),
        ("a.docx", office("xl")),
        ("a.docx", office("word", "word/vbaProject.bin")),
        ("a.xlsx", b"PK\x03\x04"),
        (".pdf", PDF),
        ("CGV.pdf.exe", PDF),
        ("CGV.pdf", PDF + b"x" * 5 * 1024 * 1024),
    ],
)
def test_a_file_that_is_not_what_it_says_is_not_attached(name: str, data: bytes) -> None:
    with pytest.raises(DomainError):
        attach(a_template(), name, data)
    assert not TemplateAttachment.objects.exists()


def test_files_have_names_of_their_own_and_a_weight_together() -> None:
    template = a_template()
    attach(template)
    with pytest.raises(DomainError):
        attach(template)
    attach(template, "a.pdf", PDF + b"x" * 4 * 1024 * 1024)
    with pytest.raises(DomainError):
        attach(template, "b.pdf", PDF + b"x" * 4 * 1024 * 1024)
    assert template.attachments.count() == 2


def test_every_mail_shares_the_file_and_it_lives_as_long_as_somebody_needs_it(queue: Queue, settings: Any) -> None:
    settings.MAIL_FILE_DAYS = 0
    template = a_template()
    attached = attach(template)
    path = attached.stored.file.name
    first, second = queue(attachments=[]), queue(attachments=[])
    assert first.email.attachments.get() == second.email.attachments.get() == attached.stored
    assert "CGV.pdf" in compose(first).as_bytes().decode()
    Delivery.objects.update(state="cancelled", next_attempt_at=None)
    forget_old_attachments()
    assert files.stored_bytes(path) == PDF
    detach(attached)
    assert queue(attachments=[]).email.attachments.count() == 0
    assert files.stored_bytes(path) == PDF
    forget_old_attachments()
    with pytest.raises(FileNotFoundError):
        files.stored_bytes(path)


def test_files_that_are_too_heavy_for_a_mail_are_left_out_of_it_and_the_template_says_so(queue: Queue) -> None:
    template = a_template()
    attached = attach(template, "a.pdf", PDF + b"x" * 4 * 1024 * 1024)
    heavy = Attachment("F.pdf", "application/pdf", b"x" * 12 * 1024 * 1024)
    assert [one.name for one in queue(attachments=[heavy]).email.attachments.all()] == ["F.pdf"]
    template.refresh_from_db()
    assert template.fault
    detach(attached)
    template.refresh_from_db()
    assert template.fault == ""


def test_a_mail_costs_the_same_few_queries_whatever_goes_with_it(queue: Queue) -> None:
    """A run makes thousands of them."""
    template = a_template()
    costs = []
    for name in ("CGV.pdf", "Tarif.pdf", "Guide.pdf"):
        attach(template, name)
        queue()
        costs.append(cost_of(queue))
    spoil(template)
    queue()
    costs.append(cost_of(queue))
    assert len(set(costs)) == 1
    assert costs[0] <= 13


def cost_of(queue: Queue) -> int:
    with CaptureQueriesContext(connection) as asked:
        queue()
    return sum(one["sql"].startswith(("SELECT", "INSERT", "UPDATE")) for one in asked.captured_queries)
