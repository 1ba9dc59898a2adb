"""«Modèles d'e-mail»: customised from the table of what is sent, written with a preview, refused with every fault."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.roles import Role
from apps.messaging import events
from apps.messaging.choices import DeliveryState
from apps.messaging.events import Sample, Samples
from apps.messaging.models import Delivery, EmailTemplate, EventSwitch
from tests.factories import IntegratorFactory
from tests.messaging.conftest import EVENT, Bill
from tests.people import SignIn
from tests.reading import plain, text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/messaging/emailtemplate/"
CONFIRMED = {"_form_submitted": "True"}
GOOD = {
    "subject": "Votre facture {{ bill.number }}",
    "html": "<p>Bonjour {{ customer }}</p>",
    "text": "Bonjour {{ customer }}",
    "note": "Plus court",
}


def page(template: EmailTemplate, name: str = "change") -> str:
    return reverse(f"admin:messaging_emailtemplate_{name}", args=[template.pk])


@pytest.fixture
def template(admin: Client) -> EmailTemplate:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    admin.post(reverse("admin:messaging_emailtemplate_customise", args=[EVENT.code]))
    return EmailTemplate.objects.get()


def save(client: Client, template: EmailTemplate, **typed: Any) -> Any:
    latest = template.versions.first()
    return client.post(page(template), {**GOOD, "expected": latest.number, **typed})


# --- What is sent


def test_every_event_is_found_though_nobody_has_written_a_text_for_it(admin: Client) -> None:
    told = text_of(admin.get(LIST))
    assert "Ce qui est envoyé" in told
    assert "Essai" in told
    assert "Personnaliser" in told


def test_customising_makes_a_template_of_the_shipped_text_once_however_often_one_clicks(admin: Client) -> None:
    address = reverse("admin:messaging_emailtemplate_customise", args=[EVENT.code])
    first, second = admin.post(address), admin.post(address)
    template = EmailTemplate.objects.get()
    assert first.url == second.url == page(template)
    assert not template.in_use
    assert template.versions.get().subject == EVENT.subject
    assert admin.get(address).status_code == 405


def test_an_optional_event_is_switched_off_after_one_has_read_what_that_means(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(events._events, "trial", events.Event(**{**_fields(), "optional": True}))
    dialog = reverse("admin:messaging_emailtemplate_switch") + "?event=trial&is_sent=no"
    assert 'value="no" selected' in admin.get(dialog).content.decode()
    answers = {**CONFIRMED, "event": "trial", "is_sent": "no"}
    previewed = admin.post(dialog, answers).context["form"].data
    assert not EventSwitch.objects.exists()
    admin.post(dialog, previewed)
    assert EventSwitch.objects.get().is_sent is False
    assert [one.is_sent for one in admin.get(LIST).context["sent"] if one.event.code == "trial"] == [False]


def _fields() -> dict[str, Any]:
    return {name: getattr(EVENT, name) for name in EVENT.__dataclass_fields__}


# --- Writing


def test_what_is_saved_is_the_next_version(admin: Client, template: EmailTemplate) -> None:
    answer = save(admin, template)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    latest = template.versions.first()
    assert (latest.number, latest.subject, latest.note) == (2, GOOD["subject"], "Plus court")
    assert LogEntry.objects.filter(object_id=template.pk).count() >= 1


def test_every_fault_is_told_at_its_field_with_its_line_and_nothing_typed_is_lost(
    admin: Client, template: EmailTemplate
) -> None:
    html = "<p>{{ customer }}</p>\n<p>{{ bill.nmber }}</p>\n{{ nobody }}"
    refused = save(admin, template, subject="{{ nobody }}", html=html, text="{{ customer")
    assert refused.status_code == 200
    errors = refused.context["adminform"].form.errors
    assert {"subject", "html"} <= errors.keys()
    assert [f'data-of="id_html" data-line="{line}"' in str(errors["html"]) for line in (1, 2, 3)] == [False, True, True]
    body = refused.content.decode()
    assert "{{ bill.nmber }}" in body
    assert template.versions.count() == 1


def test_what_is_typed_is_never_run_by_the_page(admin: Client, template: EmailTemplate) -> None:
    hostile = "'; <b>{{</textarea><script>alert(1)</script>"
    refused = save(admin, template, subject=hostile, html=hostile, text=hostile)
    assert "<script>alert(1)" not in refused.content.decode()
    assert template.versions.count() == 1


def test_of_two_people_the_second_is_told_and_loses_nothing(admin: Client, template: EmailTemplate) -> None:
    save(admin, template)
    told = admin.post(page(template), {**GOOD, "subject": "Le mien {{ customer }}", "expected": 1})
    assert told.status_code == 200
    assert "a écrit la version 2 entre-temps" in plain(told.content.decode())
    assert "Le mien {{ customer }}" in told.content.decode()
    assert 'name="expected" value="2"' in told.content.decode()
    again = save(admin, template, subject="Le mien {{ customer }}")
    assert again.status_code == 302
    assert template.versions.first().number == 3


def test_saving_nothing_new_says_so(admin: Client, template: EmailTemplate) -> None:
    save(admin, template)
    assert "il n’y a rien à enregistrer" in text_of(save(admin, template))


def test_the_page_offers_the_placeholders_to_be_inserted(admin: Client, template: EmailTemplate) -> None:
    body = admin.get(page(template)).content.decode()
    assert 'data-insert="{{ customer }}"' in body
    assert 'data-insert="{{ bill.gross|euros }}"' in body
    assert "SOCIETE EXEMPLE" in body


# --- Preview and test


def test_a_preview_shows_the_mail_of_what_is_typed(admin: Client, template: EmailTemplate) -> None:
    shown = admin.post(page(template, "preview"), GOOD).json()
    assert shown["subject"] == "Votre facture F2026-000001"
    assert "Bonjour SOCIETE EXEMPLE" in shown["html"]
    assert template.versions.count() == 1


def test_a_preview_names_the_place_of_each_fault(admin: Client, template: EmailTemplate) -> None:
    told = admin.post(page(template, "preview"), {**GOOD, "html": "<p>\n{{ nobody }}</p>"}).json()
    assert [(one["field"], one["line"]) for one in told["faults"]] == [("id_html", 2)]


def test_a_preview_is_on_the_real_object_that_is_chosen(
    admin: Client, template: EmailTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Samples(
        search=lambda text, limit: [Sample(7, f"Réelle {text}")],
        context=lambda pk: {"customer": f"CLIENT {pk}", "bill": Bill()},
    )
    monkeypatch.setitem(events._events, "trial", events.Event(**{**_fields(), "samples": real}))
    assert admin.get(page(template, "samples"), {"q": "x"}).json()["samples"] == [{"pk": 7, "label": "Réelle x"}]
    assert "CLIENT 7" in admin.post(page(template, "preview"), {**GOOD, "sample": "7"}).json()["html"]
    assert "SOCIETE" in admin.post(page(template, "preview"), {**GOOD, "sample": "9" * 40}).json()["html"]


def test_a_test_goes_to_whoever_asks_once_per_click(admin: Client, template: EmailTemplate) -> None:
    assert "pas d’adresse e-mail" in admin.post(page(template, "test"), GOOD).json()["refusal"]
    User.objects.filter(is_superuser=True).update(email="moi@ism.example")
    for _ in range(2):
        told = admin.post(page(template, "test"), {**GOOD, "click": "one"}).json()
        assert told["refusal"] == ""
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.QUEUED
    assert delivery.email.subject == "[Essai] Votre facture F2026-000001"
    refused = admin.post(page(template, "test"), {**GOOD, "html": "{{ nobody }}"}).json()
    assert refused["faults"]
    assert Delivery.objects.count() == 1


# --- Who may


def test_who_may_look_sees_the_text_and_can_write_nothing(template: EmailTemplate, sign_in_as: SignIn) -> None:
    clerk = sign_in_as(Role.BILLING)
    body = text_of(clerk.get(page(template)))
    assert "{{ bill.number }}" in body
    assert 'name="html"' not in body
    assert clerk.get(page(template, "preview")).json()["subject"].startswith("Facture F2026")
    for name, status in (("change", 403), ("preview", 403), ("test", 403), ("put_in_use", 403)):
        assert clerk.post(page(template, name), GOOD).status_code == status, name
    assert clerk.get(page(template, "samples")).status_code == 403
    assert clerk.post(reverse("admin:messaging_emailtemplate_customise", args=["trial"])).status_code == 403


def test_who_may_not_look_sees_nothing(template: EmailTemplate, sign_in_as: SignIn) -> None:
    clerk = sign_in_as(Role.SUPPORT)
    for name in ("change", "preview", "samples", "compare"):
        assert clerk.get(page(template, name)).status_code == 403, name
    assert clerk.get(LIST).status_code == 403


def test_a_template_of_an_event_that_is_gone_is_looked_at(admin: Client, template: EmailTemplate) -> None:
    EmailTemplate.objects.update(event="gone")
    assert "{{ bill.number }}" in text_of(admin.get(page(template)))
    assert admin.post(page(template, "preview"), GOOD).status_code == 404
    assert admin.get(LIST).status_code == 200
