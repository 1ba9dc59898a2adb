"""Letters to chosen customers: said to whom before they leave, each gets one, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.customers import letters
from apps.customers.models import Customer
from apps.jobs.models import BulkOperation
from apps.messaging.choices import LETTER
from apps.messaging.events import Texts
from apps.messaging.models import Delivery, EmailTemplate
from apps.messaging.services import templates
from tests.factories import ContactFactory, CustomerFactory, IntegratorFactory, UserFactory
from tests.jobs.bulk import CONFIRMED, ask, outcomes, press, reason, tick, work_off
from tests.people import SignIn

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TEXTS = Texts("Travaux chez {{ customer.name }}", "Bonjour {{ customer.manager }}", "<p>{{ customer.legal_name }}</p>")


@pytest.fixture
def letter() -> EmailTemplate:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    writer = UserFactory()
    written = templates.create_template(event=letters.EVENT, name="Travaux", texts=TEXTS, actor=writer, at=AT)
    return templates.put_in_use(template=written, actor=writer, at=AT)


def customer(number: str, **fields: Any) -> Customer:
    made = CustomerFactory(number=number, name=f"CLIENT {number}", **fields)
    made.contacts.all().delete()
    return made


def reached(number: str, email: str, **fields: Any) -> Customer:
    made = customer(number, **fields)
    ContactFactory(customer=made, role="billing", name="Camille", email=email)
    return made


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_letter_that_nobody_has_written_is_not_offered(part: str, letter: EmailTemplate) -> None:
    texts = replace(TEXTS, **{part: getattr(letters.EVENT.shipped, part).replace("\n", "\r\n")})
    fresh = templates.create_template(event=letters.EVENT, name="Vide", texts=texts, actor=None, at=AT)
    with translation.override("fr"):
        with pytest.raises(DomainError, match="Écrivez d’abord votre message"):
            templates.put_in_use(template=fresh, actor=None, at=AT)
        with pytest.raises(DomainError, match="Écrivez d’abord votre message"):
            templates.write_version(template=letter, texts=texts, note="", actor=None, at=AT, expected=1)
    templates.write_version(template=fresh, texts=TEXTS, note="", actor=None, at=AT, expected=1)
    assert templates.put_in_use(template=fresh, actor=None, at=AT).in_use


def test_the_button_says_that_a_letter_is_not_written(letter: EmailTemplate, sign_in_as: SignIn) -> None:
    fresh = templates.create_template(event=letters.EVENT, name="Vide", texts=letters.EVENT.shipped, actor=None, at=AT)
    admin = sign_in_as(Role.ADMINISTRATOR)
    button = reverse("admin:messaging_emailtemplate_put_in_use", args=[fresh.pk])
    assert "Écrivez d’abord votre message" in admin.get(button).content.decode()
    admin.post(button, {"_form_submitted": "1"})
    fresh.refresh_from_db()
    assert not fresh.in_use


def test_a_letter_goes_to_those_that_can_be_reached_and_says_why_not_to_others(
    letter: EmailTemplate, sign_in_as: SignIn
) -> None:
    first = reached("C1", "un@client.example")
    closed = reached("C2", "deux@client.example", closed_on=date(2026, 1, 1))
    silent = customer("C3")
    clerk = sign_in_as(Role.SALES)
    tick(clerk, [first, closed, silent], letters.KIND.code)
    operation = BulkOperation.objects.get()
    ask(clerk, operation, template=letter.pk)
    operation.refresh_from_db()
    assert outcomes(operation) == {str(first): "planned", str(closed): "refused", str(silent): "refused"}
    assert "client est clos" in reason(operation, str(closed))
    assert "adresse e-mail" in reason(operation, str(silent))
    assert not Delivery.objects.exists()
    press(clerk, operation, "confirm")
    work_off()
    delivery = Delivery.objects.get(event=LETTER)
    assert delivery.email.to == ["un@client.example"]
    assert delivery.email.subject == "Travaux chez CLIENT C1"
    assert "Bonjour Camille" in delivery.email.message


def test_a_letter_is_sent_from_its_page_to_pasted_numbers_or_to_all(letter: EmailTemplate, admin: Client) -> None:
    reached("C1", "un@client.example")
    reached("C2", "deux@client.example")
    reached("C3", "trois@client.example", closed_on=date(2026, 1, 1))
    dialog = reverse("admin:messaging_emailtemplate_send_letter", args=[letter.pk])
    answer = admin.post(dialog, {**CONFIRMED, "lines": "c1\nC9\n'; <b>{{\n\nC1"})
    pasted = BulkOperation.objects.get()
    assert answer.url == reverse("admin:jobs_bulkoperation_change", args=[pasted.pk])
    assert sorted(pasted.items.values_list("outcome", flat=True)) == ["double", "planned", "unknown", "unknown"]
    admin.post(dialog, {**CONFIRMED, "everyone": "on"})
    assert BulkOperation.objects.latest("pk").planned == 2
    neither = admin.post(dialog, CONFIRMED)
    assert neither.status_code == 200
    assert BulkOperation.objects.count() == 2


def test_the_same_sending_tried_again_makes_no_second_mail(letter: EmailTemplate) -> None:
    """What a killed worker's successor would do."""
    one = reached("C1", "un@client.example")
    parameters = letters.parameters_of(letter)
    for _ in range(2):
        letters.send(one, parameters, UserFactory())
    assert Delivery.objects.count() == 1
    letters.send(one, letters.parameters_of(letter), UserFactory())
    assert Delivery.objects.count() == 2


def test_a_letter_that_was_changed_since_it_was_chosen_is_not_sent(letter: EmailTemplate, admin: Client) -> None:
    one = reached("C1", "un@client.example")
    tick(admin, [one], letters.KIND.code)
    operation = BulkOperation.objects.get()
    ask(admin, operation, template=letter.pk)
    press(admin, BulkOperation.objects.get(), "confirm")
    templates.write_version(
        template=letter,
        texts=Texts("Autre", "Autre", "<p>Autre</p>"),
        note="",
        actor=UserFactory(),
        at=AT,
        expected=1,
    )
    work_off()
    assert not Delivery.objects.exists()
    assert "modifié" in reason(operation, str(one))


def test_a_letter_that_was_put_out_of_use_since_it_was_chosen_is_not_sent(letter: EmailTemplate) -> None:
    one = reached("C1", "un@client.example")
    parameters = letters.parameters_of(letter)
    templates.put_out_of_use(template=letter, actor=UserFactory(), at=AT)
    with pytest.raises(DomainError, match="hors service"):
        letters.send(one, parameters, UserFactory())
    assert not Delivery.objects.exists()


def test_only_who_may_send_letters_is_offered_it(letter: EmailTemplate, sign_in_as: SignIn) -> None:
    one = reached("C1", "un@client.example")
    clerk = sign_in_as(Role.BILLING)
    listed = clerk.get(reverse("admin:customers_customer_changelist")).content.decode()
    assert letters.KIND.code not in listed
    tick(clerk, [one], letters.KIND.code)
    assert not BulkOperation.objects.exists()
    dialog = reverse("admin:messaging_emailtemplate_send_letter", args=[letter.pk])
    assert clerk.post(dialog, {**CONFIRMED, "everyone": "on"}).status_code == 403
    assert "Envoyer" in sign_in_as(Role.SALES).get(dialog).content.decode()


def test_a_letter_that_is_out_of_use_is_not_offered(letter: EmailTemplate, admin: Client) -> None:
    templates.put_out_of_use(template=letter, actor=UserFactory(), at=AT)
    one = reached("C1", "un@client.example")
    tick(admin, [one], letters.KIND.code)
    refused = ask(admin, BulkOperation.objects.get(), template=letter.pk)
    assert refused.status_code == 200
