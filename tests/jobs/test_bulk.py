"""Bulk operations, told by the one that declares SIM cards lost: chosen, planned, confirmed, done, undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.core import files
from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.jobs.bulk import kinds, services, tasks
from apps.jobs.bulk.choices import BulkState, Outcome
from apps.jobs.choices import JobState
from apps.jobs.models import BulkOperation, Job
from apps.jobs.services import cancel_job
from apps.jobs.worker import claim_job, run_job
from apps.sims.choices import SimStatus
from apps.sims.declaring import DECLARE
from apps.sims.models import SimCard
from apps.sims.services import move_cards, take_back_declaration
from tests.factories import SimCardFactory, UserFactory
from tests.jobs.bulk import LOST, ask, done, outcomes, page, prepared, press, reason, statuses, tick, work_off
from tests.people import SignIn

pytestmark = pytest.mark.django_db


# --- From the list to the end


def test_ticked_rows_are_shown_then_done_each_with_its_outcome(support: Client) -> None:
    good, other, active = SimCardFactory(), SimCardFactory(), SimCardFactory(status=SimStatus.ACTIVE)
    sent = tick(support, [good, active], DECLARE.code)
    operation = BulkOperation.objects.get()
    assert sent.headers["Location"] == reverse("admin:jobs_bulkoperation_ask", args=[operation.pk])
    asked = support.get(sent.headers["Location"]).content.decode()
    assert "2 éléments sont choisis" in asked.replace("\N{NO-BREAK SPACE}", " ")

    assert ask(support, operation, **LOST).status_code == 302
    shown = page(support, operation)
    assert "Rien n’a encore été fait" in shown
    assert "En stock" in shown
    assert "SIM SWAP" in shown
    assert outcomes(operation) == {good.iccid: Outcome.PLANNED, active.iccid: Outcome.REFUSED}
    assert statuses(good, other, active) == ["in_stock", "in_stock", "active"], "looking changes nothing"

    operation.refresh_from_db()
    assert press(support, operation, "confirm").status_code == 302
    work_off()
    operation.refresh_from_db()
    assert (operation.state, operation.changed, operation.refused) == (BulkState.DONE, 1, 1)
    assert outcomes(operation) == {good.iccid: Outcome.CHANGED, active.iccid: Outcome.REFUSED}
    assert statuses(good, other, active) == ["lost", "in_stock", "active"]
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == (JobState.DONE, 1, 1)


def test_all_those_of_the_filter_are_chosen(support: Client) -> None:
    batch = SimCardFactory.create_batch(60, batch="LOT7")
    SimCardFactory(batch="LOT8")
    tick(support, batch[:1], DECLARE.code, query="?batch=LOT7", across=True)
    operation = BulkOperation.objects.get()
    assert operation.total == 60
    assert set(operation.items.values_list("object_id", flat=True)) == {card.pk for card in batch}


def test_more_rows_than_an_operation_takes_are_refused_in_words(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ROWS", 2)
    cards = SimCardFactory.create_batch(3)
    told = tick(support, cards, DECLARE.code)
    assert not BulkOperation.objects.exists()
    assert "affinez la liste" in support.get(told.headers["Location"]).content.decode()


def test_each_row_tells_it_as_its_own_button_would(support: Client) -> None:
    card = SimCardFactory()
    done(support, card)
    version = card.history.latest()
    assert (version.status, version.history_change_reason) == ("lost", "Inventaire de novembre")
    assert str(version.history_user_id) == support.session["_auth_user_id"]
    entry = LogEntry.objects.get(object_id=str(card.pk), content_type__model="simcard")
    assert entry.get_change_message() == "Déclarer perdue ou défectueuse Perdue : Inventaire de novembre".replace(
        " :", "\N{NO-BREAK SPACE}:"
    )


# --- Pasted lines


def paste(client: Client, text: str) -> Any:
    address = reverse("admin:sims_simcard_paste")
    return client.post(address, {"_form_submitted": "True", "kind": DECLARE.code, "lines": text})


def test_pasted_lines_name_cards_in_any_form(support: Client) -> None:
    first, second, third = SimCardFactory.create_batch(3)
    grouped = " ".join(second.iccid[place : place + 4] for place in range(0, 20, 4))
    lines = [first.iccid, "", f"  {grouped}", f"{third.iccid}F", first.iccid, "8933", "bonjour"]
    assert paste(support, "\r\n".join(lines)).status_code == 302
    operation = BulkOperation.objects.get()
    rows = list(operation.items.order_by("position").values_list("position", "label", "outcome"))
    assert rows == [
        (1, first.iccid, Outcome.CHOSEN),
        (3, second.iccid, Outcome.CHOSEN),
        (4, third.iccid, Outcome.CHOSEN),
        (5, first.iccid, Outcome.DOUBLE),
        (6, "8933", Outcome.UNKNOWN),
        (7, "bonjour", Outcome.UNKNOWN),
    ]
    assert "ligne 1" in reason(operation, first.iccid)
    ask(support, operation, **LOST)
    shown = page(support, operation, "?outcome=unknown")
    assert "bonjour" in shown
    assert first.iccid not in shown
    operation.refresh_from_db()
    press(support, operation, "confirm")
    work_off()
    assert SimCard.objects.filter(status=SimStatus.LOST).count() == 3


@pytest.mark.parametrize(("text", "told"), [("", "Collez au moins une ligne"), (" \n \n", "Collez au moins une ligne")])
def test_nothing_pasted_is_refused(support: Client, text: str, told: str) -> None:
    assert told in paste(support, text).content.decode()
    assert not BulkOperation.objects.exists()


def test_a_thousand_lines_are_the_most(support: Client) -> None:
    assert paste(support, "x\n" * 1_000).status_code == 302
    assert BulkOperation.objects.get().total == 1_000
    refused = paste(support, "y\n" * 1_001).content.decode().replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "au plus 1 000" in refused.replace("\N{NO-BREAK SPACE}", " ")
    assert BulkOperation.objects.count() == 1


# --- Once, whoever clicks


def test_the_same_click_twice_does_it_once(support: Client) -> None:
    card = SimCardFactory()
    sent = [tick(support, [card], DECLARE.code).headers["Location"] for _ in range(2)]
    assert sent[0] == sent[1]
    operation = BulkOperation.objects.get()
    ask(support, operation, **LOST)
    operation.refresh_from_db()
    assert press(support, operation, "confirm").status_code == 302
    again = press(support, operation, "confirm")
    assert "déjà été confirmée" in again.content.decode()
    assert Job.objects.count() == 1
    work_off()
    assert card.history.filter(status=SimStatus.LOST).count() == 1


def test_what_was_prepared_anew_is_not_confirmed_from_the_old_page(support: Client) -> None:
    card = SimCardFactory()
    seen = prepared(support, card)
    ask(support, seen, status="faulty", reason="Ne répond pas")
    assert "préparée à nouveau" in press(support, seen, "confirm").content.decode()
    with pytest.raises(DomainError):
        services.confirm_operation(operation=seen, edition=seen.edition, actor=UserFactory())
    assert not Job.objects.exists()
    assert "Défectueuse" in page(support, seen)


def test_what_changed_since_the_preview_is_refused_and_the_others_are_done(support: Client) -> None:
    same, sold, gone = SimCardFactory.create_batch(3)
    operation = prepared(support, same, sold, gone)
    press(support, operation, "confirm")
    move_cards(targets={sold.pk: SimStatus.RESERVED}, actor=None)
    move_cards(targets={gone.pk: SimStatus.LOST}, actor=None)
    work_off()
    assert outcomes(operation) == {
        same.iccid: Outcome.CHANGED,
        sold.iccid: Outcome.REFUSED,
        gone.iccid: Outcome.REFUSED,
    }
    assert "commande" in reason(operation, sold.iccid)
    assert "entre-temps" in reason(operation, gone.iccid)


def test_of_two_people_on_the_same_rows_the_second_is_refused_row_by_row(support: Client, sign_in_as: SignIn) -> None:
    cards = SimCardFactory.create_batch(2)
    first, second = (
        prepared(support, *cards),
        prepared(sign_in_as(Role.SUPPORT), *cards, **{**LOST, "status": "faulty"}),
    )
    assert first != second
    press(support, first, "confirm")
    press(support, second, "confirm")
    work_off()
    assert set(outcomes(first).values()) == {Outcome.CHANGED}
    assert set(outcomes(second).values()) == {Outcome.REFUSED}
    assert statuses(*cards) == ["lost", "lost"]


def test_a_row_that_breaks_leaves_the_others_alone(support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(card: SimCard, parameters: Any, actor: Any) -> Any:
        if card.pk == cards[1].pk:
            raise ZeroDivisionError("a bug")
        return DECLARE.apply(card, parameters, actor)

    cards = SimCardFactory.create_batch(3)
    operation = prepared(support, *cards)
    press(support, operation, "confirm")
    monkeypatch.setitem(kinds._kinds, DECLARE.code, replace(DECLARE, apply=breaks))
    work_off()
    assert list(outcomes(operation).values()) == [Outcome.CHANGED, Outcome.FAILED, Outcome.CHANGED]
    operation.refresh_from_db()
    assert (operation.state, operation.changed, operation.refused) == (BulkState.DONE, 2, 1)
    assert statuses(*cards) == ["lost", "in_stock", "lost"]


# --- Interrupted, gone on with, undone


def interrupted(client: Client, operation: BulkOperation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Confirm it, and cancel its task once one row is done."""
    monkeypatch.setattr(tasks, "CHUNK_ROWS", 1)
    press(client, operation, "confirm")
    work = claim_job(["default"])
    assert work is not None
    applied = DECLARE.apply

    def then_cancelled(card: SimCard, parameters: Any, actor: Any) -> Any:
        if SimCard.objects.filter(status=SimStatus.LOST).exists():
            cancel_job(job=work.job, actor=None)
        return applied(card, parameters, actor)

    with monkeypatch.context() as patched:
        patched.setitem(kinds._kinds, DECLARE.code, replace(DECLARE, apply=then_cancelled))
        run_job(work)
    operation.refresh_from_db()
    assert (operation.state, operation.changed) == (BulkState.RUNNING, 1)


def test_an_interrupted_operation_goes_on_where_it_stopped(support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = SimCardFactory.create_batch(3)
    operation = prepared(support, *cards)
    interrupted(support, operation, monkeypatch)
    assert press(support, operation, "resume").status_code == 302
    assert "n’est pas interrompue" in press(support, operation, "resume").content.decode()
    work_off()
    operation.refresh_from_db()
    assert (operation.state, operation.changed) == (BulkState.DONE, 3)
    assert [card.history.filter(status=SimStatus.LOST).count() for card in cards] == [1, 1, 1]


def test_an_interrupted_operation_is_undone_and_the_rest_of_it_never_done(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = SimCardFactory.create_batch(3)
    operation = prepared(support, *cards)
    interrupted(support, operation, monkeypatch)
    assert press(support, operation, "undo").status_code == 302
    work_off()
    assert list(outcomes(operation).values()) == [Outcome.UNDONE, Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert set(statuses(*cards)) == {"in_stock"}


def test_undoing_makes_rows_as_before_and_keeps_what_went_on(support: Client) -> None:
    stock, replaced = SimCardFactory(), SimCardFactory(status=SimStatus.REPLACED)
    operation = done(support, stock, replaced)
    assert statuses(stock, replaced) == ["lost", "lost"]
    undone = press(support, operation, "undo")
    assert undone.status_code == 302
    work_off()
    operation.refresh_from_db()
    assert operation.state == BulkState.UNDONE
    assert statuses(stock, replaced) == ["in_stock", "replaced"]
    assert set(outcomes(operation).values()) == {Outcome.UNDONE}
    title = str(Job.objects.latest("pk").title)
    assert title == "Annulation\N{NO-BREAK SPACE}: Déclarer perdue ou défectueuse"
    assert "rien à annuler" in press(support, operation, "undo").content.decode()


def test_what_has_gone_on_since_is_not_undone(support: Client) -> None:
    card, other = SimCardFactory.create_batch(2)
    operation = done(support, card, other)
    take_back_declaration(card=card, status=SimStatus.IN_STOCK, actor=None)
    move_cards(targets={card.pk: SimStatus.ACTIVE}, actor=None)
    press(support, operation, "undo")
    work_off()
    assert outcomes(operation) == {card.iccid: Outcome.KEPT, other.iccid: Outcome.UNDONE}
    assert statuses(card, other) == ["active", "in_stock"]
    assert "Active" in reason(operation, card.iccid)


def test_an_abandoned_operation_does_nothing_any_more(support: Client) -> None:
    card = SimCardFactory()
    operation = prepared(support, card)
    assert press(support, operation, "abandon").status_code == 302
    assert "peut être confirmée" in press(support, operation, "confirm").content.decode()
    assert ask(support, operation, **LOST).headers["Location"].endswith("/change/")
    assert statuses(card) == ["in_stock"]


def test_drafts_that_nobody_completed_are_forgotten(support: Client) -> None:
    tick(support, [SimCardFactory()], DECLARE.code)
    kept = prepared(support, SimCardFactory())
    BulkOperation.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert services.clear_drafts()
    assert BulkOperation.objects.get() == kept


# --- Who may


def test_whoever_may_only_look_at_cards_looks_at_what_was_done_to_them(support: Client, sign_in_as: SignIn) -> None:
    card = SimCardFactory()
    operation = prepared(support, card)
    looking = sign_in_as(Role.SALES)
    listed = looking.get(reverse("admin:sims_simcard_changelist")).content.decode()
    assert DECLARE.code not in listed
    assert DECLARE.code in support.get(reverse("admin:sims_simcard_changelist")).content.decode()
    assert card.iccid in page(looking, operation)
    assert "pas l’effectuer" in press(looking, operation, "confirm").content.decode()
    assert looking.get(reverse("admin:jobs_bulkoperation_ask", args=[operation.pk])).status_code == 403
    tick(looking, [card], DECLARE.code)
    assert BulkOperation.objects.count() == 1
    assert not Job.objects.exists()


def test_an_operation_is_not_there_for_whoever_may_not_see_its_rows(support: Client, sign_in: SignIn) -> None:
    operation = prepared(support, SimCardFactory())
    stranger = sign_in("jobs.view_bulkoperation")
    assert stranger.get(reverse("admin:jobs_bulkoperation_changelist")).context["cl"].result_count == 0
    assert stranger.get(files.address("bulk-results", operation.pk)).status_code == 404
    assert support.get(reverse("admin:jobs_bulkoperation_changelist")).context["cl"].result_count == 1


def test_the_results_are_a_file_without_formulas(support: Client) -> None:
    paste(support, f"=1+1\n{SimCardFactory().iccid}")
    operation = BulkOperation.objects.get()
    ask(support, operation, **LOST)
    kept = support.get(files.address("bulk-results", operation.pk, download=True))
    text = b"".join(kept.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    lines = [line.split(";") for line in text.splitlines()]
    assert lines[0] == ["Ligne", "Élément", "Résultat", "Avant", "Après", "Motif"]
    assert (lines[1][1], lines[1][2]) == ("'=1+1", "Introuvable")
    assert lines[2][3:5] == ["En stock", "Perdue"]


# --- Many


def test_planning_asks_as_much_for_many_rows_as_for_few(support: Client) -> None:
    def statements(count: int) -> int:
        tick(support, SimCardFactory.create_batch(count), DECLARE.code)
        operation = BulkOperation.objects.latest("pk")
        with CaptureQueriesContext(connection) as captured:
            services.plan_operation(operation=operation, parameters=LOST)
        return sum("INSERT" not in query["sql"] for query in captured.captured_queries)

    assert statements(2) == statements(300)
