"""Buttons that run a service: nothing happens on GET, and nothing without a token, a right and a valid form."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.billing.choices import RunState
from apps.billing.models import BillingRun
from apps.core.exceptions import DomainError
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.jobs.models import Job
from apps.sims.models import SimCard
from apps.usage.choices import FileState
from apps.usage.kinds import BACK_OUT
from tests.admin import rows
from tests.factories import SimCardFactory, UserFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}


@pytest.fixture
def card() -> SimCard:
    return SimCardFactory(pin1="4711", puk1="98765432")


def test_a_second_click_sends_nothing_more(admin: Client, backing_out: str) -> None:
    for address in (backing_out, reverse("admin:usage_cdrfile_load"), reverse("admin:billing_billingrun_generate")):
        form = re.search(r"<form[^>]*>", admin.get(address).content.decode())
        assert form is not None
        assert 'hx-sync="this:drop"' in form[0]


def codes_of(card: SimCard) -> str:
    return reverse("admin:sims_simcard_show_codes", args=[card.pk])


@pytest.fixture
def backing_out() -> str:
    return reverse("admin:usage_cdrfile_back_out", args=[rows.a_file(1).pk])


# --- Codes of a card: a dialog that shows its answer


def test_codes_are_on_no_page_of_a_card(admin: Client, card: SimCard) -> None:
    pages = [
        admin.get(reverse("admin:sims_simcard_changelist")),
        admin.get(reverse("admin:sims_simcard_change", args=[card.pk])),
        admin.get(reverse("admin:sims_simcard_history", args=[card.pk])),
        admin.get(codes_of(card)),
    ]
    assert [page.status_code for page in pages] == [200] * 4
    assert [page for page in pages if "4711" in page.content.decode() or "98765432" in page.content.decode()] == []


def test_whoever_asks_for_the_codes_gets_them_and_is_written_down(admin: Client, card: SimCard) -> None:
    answer = admin.post(codes_of(card), CONFIRMED)
    assert "4711" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.get()
    assert (entry.object_id, str(entry.user), entry.change_message) == (
        str(card.pk),
        str(UserFactory._meta.model.objects.get(is_superuser=True)),
        "Voir les codes",
    )


def test_looking_at_cards_does_not_give_their_codes(sign_in: SignIn, card: SimCard) -> None:
    clerk = sign_in("sims.view_simcard")
    assert clerk.post(codes_of(card), CONFIRMED).status_code == 403
    assert "Voir les codes" not in clerk.get(reverse("admin:sims_simcard_change", args=[card.pk])).content.decode()


def test_the_right_to_the_codes_is_not_enough_without_that_to_the_cards(sign_in: SignIn, card: SimCard) -> None:
    assert sign_in("sims.view_sim_secrets").post(codes_of(card), CONFIRMED).status_code == 403


def test_who_looked_is_told_on_the_card_to_whoever_may_read_the_journal(
    admin: Client, sign_in: SignIn, card: SimCard
) -> None:
    admin.post(codes_of(card), CONFIRMED)
    page = reverse("admin:sims_simcard_change", args=[card.pk])
    assert "Codes consultés</p>" in admin.get(page).content.decode()
    assert "Codes consultés</p>" not in sign_in("sims.view_simcard").get(page).content.decode()


# --- What every dialog does


def test_opening_a_dialog_changes_nothing(admin: Client, backing_out: str) -> None:
    page = admin.get(backing_out).content.decode()
    assert "92 CDRs valorisés et 5 en attente" in page
    assert rows.CdrFile.objects.get().state == FileState.LOADED


def test_a_post_without_its_token_is_refused(backing_out: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(is_superuser=True))
    assert client.post(backing_out, CONFIRMED).status_code == 403
    assert rows.CdrFile.objects.get().state == FileState.LOADED


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_no_other_method_is_answered(admin: Client, backing_out: str, method: str) -> None:
    assert getattr(admin, method)(backing_out).status_code == 405


def test_a_row_that_does_not_exist_is_not_found(admin: Client) -> None:
    assert admin.post(reverse("admin:usage_cdrfile_back_out", args=[0]), CONFIRMED).status_code == 404


def test_confirming_runs_the_service_and_goes_back_to_the_page(admin: Client, backing_out: str) -> None:
    answer = admin.post(backing_out, CONFIRMED, follow=True)
    file = rows.CdrFile.objects.get()
    assert answer.redirect_chain == [(reverse("admin:usage_cdrfile_change", args=[file.pk]), 302)]
    assert [str(message) for message in answer.context["messages"]] == ["L’annulation du chargement est lancée."]
    job = Job.objects.get()
    assert (job.kind, job.parameters, job.created_by) == (BACK_OUT, {"file": file.pk}, answer.context["user"])
    assert LogEntry.objects.get().change_message == "Annuler le chargement"


def test_a_dialog_in_the_browser_is_told_where_to_go(admin: Client, backing_out: str) -> None:
    answer = admin.post(backing_out, CONFIRMED, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("admin:usage_cdrfile_change", args=[rows.CdrFile.objects.get().pk])


def test_a_button_that_the_state_of_the_row_forbids_is_not_there(admin: Client) -> None:
    done = rows.a_file(1, state=FileState.BACKED_OUT)
    assert "back_out/" not in admin.get(reverse("admin:usage_cdrfile_change", args=[done.pk])).content.decode()
    loaded = rows.a_file(2)
    assert "back_out/" in admin.get(reverse("admin:usage_cdrfile_change", args=[loaded.pk])).content.decode()


def test_a_refusal_is_shown_with_its_sentence_and_reasons(
    admin: Client, backing_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**kwargs: Any) -> None:
        raise DomainError("Trop tard.", reasons=["Facture F1"])

    monkeypatch.setattr("apps.usage.services.request_backing_out", refuse)
    page = admin.post(backing_out, CONFIRMED)
    assert page.status_code == 200
    assert "Trop tard." in page.content.decode()
    assert "Facture F1" in page.content.decode()
    assert not LogEntry.objects.exists()


def test_a_bug_is_logged_and_raised_and_never_shown(
    admin: Client, backing_out: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(**kwargs: Any) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("apps.usage.services.request_backing_out", break_down)
    admin.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        answer = admin.post(backing_out, CONFIRMED)
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "back_out failed on usage.CdrFile" in caplog.text


# --- A dialog that asks something shows first what the answers will do


@pytest.fixture
def generating() -> str:
    rows.integrator()
    return reverse("admin:billing_billingrun_generate")


def previewed(page: Any) -> dict[str, str]:
    return {"_previewed": page.context["form"]["_previewed"].value()}


@pytest.mark.usefixtures("october_is_over")
def test_answers_are_previewed_before_they_are_acted_on(admin: Client, generating: str) -> None:
    asked = {"month": "2026-10", **CONFIRMED}
    page = admin.post(generating, asked)
    assert "Prochain numéro de facture" in page.content.decode()
    assert not BillingRun.objects.exists()
    answer = admin.post(generating, {**asked, **previewed(page)})
    run = BillingRun.objects.get()
    assert answer["Location"] == reverse("admin:billing_billingrun_change", args=[run.pk])
    assert (str(run.month), run.state) == ("2026-10", RunState.DRAFT)
    assert run.created_by is not None
    assert Job.objects.get().parameters["run"] == run.pk


@pytest.mark.usefixtures("october_is_over")
def test_other_answers_than_the_previewed_ones_are_previewed_again(admin: Client, generating: str) -> None:
    page = admin.post(generating, {"month": "2026-10", **CONFIRMED})
    again = admin.post(generating, {"month": "2026-09", **CONFIRMED, **previewed(page)})
    assert "Mois facturé\N{NO-BREAK SPACE}: septembre 2026" in again.content.decode()
    assert not BillingRun.objects.exists()


@pytest.mark.usefixtures("october_is_over")
def test_what_has_changed_since_it_was_shown_is_shown_again(admin: Client, generating: str) -> None:
    asked = {"month": "2026-10", **CONFIRMED}
    page = admin.post(generating, asked)
    NumberSeries.objects.update_or_create(kind=DocumentKind.INVOICE, defaults={"pattern": "X{YYYY}-{N:6}"})
    again = admin.post(generating, {**asked, **previewed(page)})
    assert "X2026-000001" in again.content.decode()
    assert "ont changé depuis" in again.content.decode()
    assert not BillingRun.objects.exists()
    assert admin.post(generating, {**asked, **previewed(again)}).status_code == 302


@pytest.mark.usefixtures("october_is_over")
def test_an_answer_that_was_not_offered_is_refused(admin: Client, generating: str) -> None:
    page = admin.post(generating, {"month": "1999-01", **CONFIRMED})
    assert page.context["form"].errors["month"]
    assert not BillingRun.objects.exists()


@pytest.fixture
def october_is_over(time_machine: Any) -> None:
    time_machine.move_to("2026-11-24 10:00 +0100")
