"""The integrator's own texts: written in versions that nobody overwrites, put in use, tried out."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.messaging import events
from apps.messaging.choices import LETTER
from apps.messaging.events import Event, Sample, Samples
from apps.messaging.exceptions import TextsRefused
from apps.messaging.in_force import is_sent, templates_in_force, texts_of
from apps.messaging.models import Delivery, EmailTemplate, EmailTemplateVersion, EventSwitch
from apps.messaging.services import templates
from tests.factories import IntegratorFactory, UserFactory
from tests.messaging.conftest import EVENT, Bill
from tests.messaging.texts import OWN, a_template, spoil, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dict[str, Any]:
    return {"actor": None, "at": timezone.now()}


def numbers(template: EmailTemplate) -> list[int]:
    return list(template.versions.order_by("number").values_list("number", flat=True))


def test_a_template_begins_with_its_first_version_and_changes_nothing_until_it_is_in_use(now: Any) -> None:
    actor = UserFactory()
    template = templates.create_template(event=EVENT, name="  Le  nôtre ", texts=OWN, actor=actor, at=now["at"])
    assert (template.name, template.in_use, numbers(template)) == ("Le nôtre", False, [1])
    assert template.versions.get().made_by == actor
    assert template.history.get().history_user == actor
    assert templates_in_force(EVENT) == EVENT.shipped
    templates.put_in_use(template=template, **now)
    assert templates_in_force(EVENT) == OWN
    templates.put_out_of_use(template=template, **now)
    assert templates_in_force(EVENT) == EVENT.shipped


def test_texts_with_faults_are_not_kept_and_every_fault_is_said(now: Any) -> None:
    with pytest.raises(TextsRefused) as refused:
        a_template(texts=events.Texts("{{ nowhere }}", "{% load x %}", "<script>"))
    assert [fault.field for fault in refused.value.faults] == ["subject", "text", "html"]
    assert len(refused.value.reasons) == 3
    template = a_template()
    with pytest.raises(TextsRefused):
        write(template, 1, text="{% if bill.number == '' %}{{ nowhere }}{% endif %}")
    assert numbers(template) == [1]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_template_has_a_name_that_fits(name: str) -> None:
    with pytest.raises(DomainError):
        a_template(name)
    assert not EmailTemplate.objects.exists()


def test_two_templates_have_two_names(now: Any) -> None:
    a_template("'; <b>{{")
    with pytest.raises(DomainError):
        a_template("'; <b>{{")
    other = a_template("Autre")
    with pytest.raises(DomainError):
        templates.rename_template(template=other, name="'; <b>{{", actor=None)
    assert EmailTemplateVersion.objects.count() == 2


def test_versions_follow_one_another_and_the_latest_is_in_force() -> None:
    template = a_template()
    write(template, 1, text="deux")
    write(template, 2, text="trois")
    assert numbers(template) == [1, 2, 3]
    assert templates_in_force(EVENT).text == "trois"
    assert texts_of(template.versions.get(number=1)) == OWN


def test_whoever_began_with_an_older_version_is_told_and_overwrites_nothing() -> None:
    template = a_template()
    write(template, 1, text="deux", actor=UserFactory(username="camille"))
    with pytest.raises(DomainError, match="camille"):
        write(template, 1, text="à moi")
    assert templates_in_force(EVENT).text == "deux"


def test_what_changes_nothing_is_no_version() -> None:
    template = a_template()
    with pytest.raises(DomainError):
        write(template, 1)
    assert numbers(template) == [1]


def test_an_earlier_version_comes_back_as_the_next_one(now: Any) -> None:
    template = a_template()
    write(template, 1, text="deux")
    restored = templates.restore_version(template=template, number=1, expected=2, **now)
    assert (restored.number, texts_of(restored), restored.note) == (3, OWN, "Version 1 restaurée")
    with pytest.raises(DomainError):
        templates.restore_version(template=template, number=9, expected=3, **now)


def test_a_version_whose_placeholders_have_gone_does_not_come_back(now: Any) -> None:
    template = a_template()
    spoil(template)
    write(template, 1, text="deux")
    with pytest.raises(TextsRefused):
        templates.restore_version(template=template, number=1, expected=2, **now)


def test_the_shipped_texts_come_back_as_a_version(now: Any) -> None:
    template = a_template()
    version = templates.use_shipped_texts(template=template, expected=1, **now)
    assert (version.number, texts_of(version)) == (2, EVENT.shipped)


def test_one_template_of_an_event_is_in_use(now: Any) -> None:
    first, second = a_template("Un"), a_template("Deux")
    assert list(EmailTemplate.objects.filter(in_use=True)) == [second]
    templates.put_in_use(template=first, **now)
    assert list(EmailTemplate.objects.filter(in_use=True)) == [first]
    templates.put_in_use(template=first, **now)
    assert first.history.count() == 4  # made, in use, out of use, in use


def test_many_letters_are_in_use_at_once(now: Any) -> None:
    letter = Event(code=LETTER, title="Courrier", subject="a", text="b", html="c", by_hand=True)
    before = events.events().get(LETTER)
    events.register(letter)
    try:
        for name in ("Un", "Deux"):
            made = templates.create_template(event=letter, name=name, texts=events.Texts("x", "y", "z"), **now)
            templates.put_in_use(template=made, **now)
        assert EmailTemplate.objects.filter(in_use=True).count() == 2
    finally:
        del events._events[LETTER]
        if before is not None:
            events.register(before)


# --- Hidden copies, switches


def test_hidden_copies_are_addresses_and_few(now: Any) -> None:
    template = a_template()
    templates.set_hidden_copies(template=template, addresses=["a@x.example", "A@x.example", "b@x.example"], **now)
    template.refresh_from_db()
    assert template.bcc == "a@x.example\nb@x.example"
    for wrong in (["a"], [f"a{n}@x.example" for n in range(6)], ["a@x.example\nBcc: b@x.example"]):
        with pytest.raises(DomainError):
            templates.set_hidden_copies(template=template, addresses=wrong, **now)
    templates.set_hidden_copies(template=template, addresses=[], **now)
    template.refresh_from_db()
    assert template.bcc == ""


def test_a_personal_link_is_copied_to_nobody(event: Event, now: Any) -> None:
    template = a_template()
    events.register(Event(**{**fields(event), "confidential": True}))
    with pytest.raises(DomainError):
        templates.set_hidden_copies(template=template, addresses=["a@x.example"], **now)
    with pytest.raises(DomainError):
        templates.attach_file(template=template, name="a.txt", data=b"a", **now)


def test_only_mails_that_customers_can_do_without_have_a_switch(event: Event, now: Any) -> None:
    with pytest.raises(DomainError):
        templates.switch_event(event=event, is_sent=False, **now)
    assert is_sent(event)
    for at_first in (True, False):
        EventSwitch.objects.all().delete()
        optional = Event(**{**fields(event), "optional": True, "sent_at_first": at_first})
        assert is_sent(optional) is at_first
        for wanted in (False, True, True):
            templates.switch_event(event=optional, is_sent=wanted, **now)
            assert is_sent(optional) is wanted


def fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__dataclass_fields__}


# --- Trying


def sampled(event: Event) -> Event:
    def context(pk: int) -> dict[str, Any]:
        if pk != 7:
            raise LookupError(pk)
        return {"customer": "'; <b>{{", "bill": Bill(number="F7")}

    return Event(**{**fields(event), "samples": Samples(lambda text, limit: [Sample(7, "F7")], context)})


def test_a_text_is_tried_on_the_example_or_on_a_real_object(event: Event) -> None:
    IntegratorFactory(trade_name="Télécom Démo", email="factures@ism.example")
    assert templates.preview(event, OWN).subject == "Pour SOCIETE EXEMPLE"
    shown = templates.preview(sampled(event), OWN, 7)
    assert shown.subject == "Pour '; <b>{{"
    assert "Le nôtre : F7" in shown.text
    assert "&lt;b&gt;{{" in templates.preview(sampled(event), events.Texts("a", "b", "<p>{{ customer }}</p>"), 7).html
    for some, pk in ((sampled(event), 8), (event, 7)):
        with pytest.raises(DomainError):
            templates.preview(some, OWN, pk)
    with pytest.raises(TextsRefused):
        templates.preview(event, events.Texts("{{ nowhere }}", "b", "c"))


def test_a_trial_goes_to_whoever_asks_and_to_nobody_else(event: Event, now: Any) -> None:
    IntegratorFactory(email="factures@ism.example")
    template = a_template()
    templates.set_hidden_copies(template=template, addresses=["archive@x.example"], **now)
    templates.attach_file(template=template, name="CGV.txt", data=b"conditions", **now)
    actor = UserFactory(email="camille@ism.example")
    tried = {"event": sampled(event), "texts": OWN, "sample_pk": 7, "template": template, "actor": actor}
    delivery = templates.send_test(**tried, click="abc")
    assert templates.send_test(**tried, click="abc") == delivery
    assert (delivery.email.to, delivery.email.cc, delivery.email.bcc) == ([actor.email], [], [])
    assert delivery.email.subject == "[Essai] Pour '; <b>{{"
    assert [one.name for one in delivery.email.attachments.all()] == ["CGV.txt"]
    templates.send_test(**tried)
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("email", ["", "camille"])
def test_who_has_no_address_gets_no_trial(email: str) -> None:
    IntegratorFactory(email="factures@ism.example")
    with pytest.raises(DomainError):
        templates.send_test(event=EVENT, texts=OWN, actor=UserFactory(email=email))
    assert not Delivery.objects.exists()
