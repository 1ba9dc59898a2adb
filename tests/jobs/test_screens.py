"""«Tâches», the bar on the page that started a job, and the file that a job leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core import files
from apps.core.roles import Role
from apps.jobs.choices import JobState, Queue
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.models import FileImport
from apps.jobs.models import Job, Worker
from apps.jobs.services import cancel_job, start_job
from apps.jobs.worker import WorkerProcess, claim_job, free_abandoned
from apps.sims.file_kinds import SIM_FILES
from tests.jobs import importing
from tests.jobs.conftest import Start
from tests.jobs.kinds import OTHER, PERMISSION, STARTS_OTHER, TESTED
from tests.people import SignIn

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}


def news(client: Client, job: Job) -> dict[str, Any]:
    answer = client.get(reverse("job_progress", args=[job.pk]))
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


def work_off() -> None:
    WorkerProcess(list(Queue), until_idle=True).run()


def test_the_bar_moves_and_says_what_came_out(sign_in: SignIn, start: Start) -> None:
    watching = sign_in("jobs.view_job", PERMISSION)
    job = start(count=3)
    told = news(watching, job)
    assert (told["finished"], told["percent"]) == (False, None)
    assert "Aucun processus de travail ne tourne" in told["html"]
    assert 'value="0"' in told["html"], "a bar without a value would look as if it moved"

    Worker.objects.create(holder="elsewhere/1@2", queues=list(Queue.values), seen_at=timezone.now())
    assert "Attend son tour" in news(watching, job)["html"]
    work = claim_job(Queue.values)
    assert work is not None
    work.progress(done=1, total=3)
    told = news(watching, job)
    assert (told["state"], told["percent"]) == ("running", 33)
    assert "1 sur 3" in told["html"]

    Job.objects.update(lease_until=timezone.now())
    work_off()
    told = news(watching, job)
    assert (told["finished"], told["percent"]) == (True, 100)
    assert "3 groups." in told["html"]
    assert files.address("job", job.pk, download=True) in told["html"]
    assert "data-job" not in told["html"], "nothing is left to ask for"


def test_a_page_that_a_job_overtook_while_it_was_made_says_so(sign_in_as: SignIn) -> None:
    """Read before the end of the job, and the job after: nothing but the page itself would bring what is new."""
    support = sign_in_as(Role.SUPPORT)
    row = importing.send(support, SIM_FILES, *importing.card_lines(1))
    FileImport.objects.update(state=ImportState.CHECKING)

    def end_of_job(execute: Any, sql: str, *told: Any) -> Any:
        if sql.startswith('SELECT "jobs_job"."id"'):
            FileImport.objects.filter(state=ImportState.CHECKING).update(state=ImportState.READY)
        return execute(sql, *told)

    with connection.execute_wrapper(end_of_job):
        assert "data-overtaken" in importing.page(support, row)
    assert "data-overtaken" not in importing.page(support, row)


def test_a_job_that_goes_on_after_a_kill_says_so(sign_in: SignIn, start: Start) -> None:
    job = start()
    claim_job(Queue.values)
    Job.objects.update(lease_until=timezone.now())
    free_abandoned()
    Worker.objects.create(holder="elsewhere/1@2", queues=list(Queue.values), seen_at=timezone.now())
    assert "il reprend là où il s’était arrêté" in news(sign_in("jobs.view_job", PERMISSION), job)["html"]


def test_one_sees_ones_own_jobs_and_those_of_kinds_one_may_look_at(sign_in: SignIn, start: Start) -> None:
    job = start()
    by_right, starter, stranger = (
        sign_in("jobs.view_job", PERMISSION),
        sign_in("jobs.view_job"),
        sign_in("jobs.view_job"),
    )
    Job.objects.filter(pk=job.pk).update(created_by=starter.session["_auth_user_id"])
    work_off()
    for client, status in ((by_right, 200), (starter, 200), (stranger, 404), (Client(), 404), (sign_in(), 404)):
        assert client.get(reverse("job_progress", args=[job.pk])).status_code == status
    for client, listed in ((by_right, 1), (starter, 1), (stranger, 0)):
        shown = client.get(reverse("admin:jobs_job_changelist"))
        assert shown.context["cl"].result_count == listed
        status = 200 if listed else 404
        assert client.get(files.address("job", job.pk)).status_code == status
    assert b"".join(starter.get(files.address("job", job.pk)).streaming_content) == b"made\n"  # type: ignore[arg-type]


def test_a_job_is_cancelled_by_whoever_started_it_or_may_cancel(sign_in: SignIn, start: Start) -> None:
    looking, cancelling = sign_in("jobs.view_job", PERMISSION), sign_in("jobs.view_job", "jobs.cancel_job", PERMISSION)
    job = start()
    dialog = reverse("admin:jobs_job_cancel", args=[job.pk])
    assert "n’avez pas lancé cette tâche" in looking.post(dialog, CONFIRMED).content.decode()
    assert Job.objects.get().state == JobState.QUEUED
    assert cancelling.get(dialog).status_code == 200
    assert Job.objects.get().state == JobState.QUEUED, "looking at the dialog does nothing"
    assert cancelling.post(dialog, CONFIRMED).status_code == 302
    assert Job.objects.get().state == JobState.CANCELLED
    assert LogEntry.objects.filter(object_id=str(job.pk)).count() == 1
    again = reverse("admin:jobs_job_restart", args=[job.pk])
    assert cancelling.post(again, CONFIRMED).status_code == 302
    assert Job.objects.get().state == JobState.QUEUED


def test_whoever_could_not_start_a_job_does_not_start_it_again(sign_in: SignIn, start: Start) -> None:
    watching = ("jobs.view_job", PERMISSION)
    helping, demoted = sign_in(*watching, "jobs.cancel_job"), sign_in(*watching)
    job = start(OTHER)
    Job.objects.filter(pk=job.pk).update(created_by=demoted.session["_auth_user_id"])
    cancel_job(job=job, actor=None)
    again = reverse("admin:jobs_job_restart", args=[job.pk])
    for client in (helping, demoted):
        assert client.post(again, CONFIRMED).context["form"].refusal is not None
        assert Job.objects.get().state == JobState.CANCELLED
    assert sign_in(*watching, "jobs.cancel_job", STARTS_OTHER).post(again, CONFIRMED).status_code == 302
    assert Job.objects.get().state == JobState.QUEUED


def test_the_box_of_a_job_has_the_colour_of_its_state(sign_in: SignIn, start: Start) -> None:
    watching = sign_in("jobs.view_job", PERMISSION)
    failed, done = start(refuse="Non."), start()
    assert "bg-red" not in news(watching, failed)["html"]
    work_off()
    assert "bg-red" in news(watching, failed)["html"]
    assert "bg-green" in news(watching, done)["html"]


def test_many_refusals_are_folded(sign_in: SignIn, start: Start) -> None:
    job = start()
    work_off()
    refusals = [f"Refus {number}." for number in range(8)]
    Job.objects.update(result={**Job.objects.get().result, "refusals": refusals})
    told = news(sign_in("jobs.view_job", PERMISSION), job)["html"]
    before, folded = told.split("<details>")
    assert [one for one in refusals if one in before] == refusals[:5]
    assert [one for one in refusals if one in folded] == refusals[5:]
    assert "et 3 autres" in folded


def test_what_a_job_says_is_text(sign_in: SignIn) -> None:
    job = start_job(kind=TESTED, actor=None, parameters={"count": 1, "refuse": "<img src=x onerror=alert(1)>"})
    work_off()
    assert "<img" not in news(sign_in("jobs.view_job", PERMISSION), job)["html"]
    page = sign_in("jobs.view_job", PERMISSION).get(reverse("admin:jobs_job_change", args=[job.pk]))
    assert "<img src=x" not in page.content.decode()
    assert "&lt;img src=x" in page.content.decode()
