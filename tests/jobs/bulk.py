"""A bulk operation on the screen, from its rows to its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.jobs.choices import Queue
from apps.jobs.models import BulkOperation
from apps.jobs.worker import WorkerProcess
from apps.sims.declaring import DECLARE
from apps.sims.models import SimCard

CONFIRMED = {"_form_submitted": "True"}

LOST = {"status": "lost", "reason": "Inventaire de novembre"}


def tick(client: Client, rows: Iterable[Model], action: str, *, query: str = "", across: bool = False) -> Any:
    """Tick the rows in their list, choose the action, «Envoyer»."""
    some = list(rows)
    address = reverse(f"admin:{some[0]._meta.app_label}_{some[0]._meta.model_name}_changelist") + query
    ticked = {"_selected_action": [row.pk for row in some], "select_across": "1" if across else "0"}
    return client.post(address, {"action": action, "index": "0", **ticked})


def ask(client: Client, operation: BulkOperation, **answers: Any) -> Any:
    return client.post(reverse("admin:jobs_bulkoperation_ask", args=[operation.pk]), {**CONFIRMED, **answers})


def press(client: Client, operation: BulkOperation, button: str, **answers: Any) -> Any:
    edition = {"_shown": operation.edition} if button == "confirm" else {}
    address = reverse(f"admin:jobs_bulkoperation_{button}", args=[operation.pk])
    return client.post(address, {**CONFIRMED, **edition, **answers})


def page(client: Client, operation: BulkOperation, query: str = "") -> str:
    shown: HttpResponse = client.get(reverse("admin:jobs_bulkoperation_change", args=[operation.pk]) + query)  # type: ignore[assignment]
    assert shown.status_code == 200
    return shown.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def work_off() -> None:
    WorkerProcess(list(Queue), until_idle=True).run()


def outcomes(operation: BulkOperation) -> dict[str, str]:
    """What became of each row, by what it is called."""
    return dict(operation.items.order_by("position").values_list("label", "outcome"))


def reason(operation: BulkOperation, label: str) -> str:
    return operation.items.filter(label=label).order_by("-reason")[0].reason.replace("\N{NO-BREAK SPACE}", " ")


def prepared(client: Client, *cards: SimCard, **answers: str) -> BulkOperation:
    """An operation on ticked cards whose form is answered."""
    assert tick(client, cards, DECLARE.code).status_code == 302
    operation = BulkOperation.objects.latest("pk")
    assert ask(client, operation, **(answers or LOST)).status_code == 302
    operation.refresh_from_db()
    return operation


def done(client: Client, *cards: SimCard) -> BulkOperation:
    operation = prepared(client, *cards)
    assert press(client, operation, "confirm").status_code == 302
    work_off()
    operation.refresh_from_db()
    return operation


def statuses(*cards: SimCard) -> list[str]:
    now = dict(SimCard.objects.values_list("pk", "status"))
    return [now[card.pk] for card in cards]
