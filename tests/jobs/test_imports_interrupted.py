"""Workers that die while a file is checked or written, and people who act meanwhile."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.jobs.choices import JobState
from apps.jobs.imports import services, tasks
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.models import FileImport
from apps.jobs.models import Job
from apps.jobs.services import cancel_job
from apps.jobs.work import Work
from apps.jobs.worker import claim_job, run_job
from apps.sims.file_kinds import SIM_FILES
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from tests.factories import SimCardFactory, UserFactory
from tests.jobs.importing import (
    CONFIRMED,
    address,
    card_lines,
    confirm,
    iccid,
    page,
    report_of,
    send,
    work_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimImporter, "part", 2)


def stop_at(monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """A worker that dies while it writes this part."""
    write = SimImporter.write
    left = [part]

    def dying(importer: SimImporter, *args: object, **kwargs: object) -> None:
        write(importer, *args, **kwargs)  # type: ignore[arg-type]
        left[0] -= 1
        if not left[0]:
            raise MemoryError

    monkeypatch.setattr(SimImporter, "write", dying)


def test_a_write_that_was_interrupted_goes_on_after_its_last_part(
    support: Client, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(support, SIM_FILES, *card_lines(5))
    assert len(row.fingerprints) == 3
    confirm(support, row)
    with monkeypatch.context() as broken:
        stop_at(broken, 2)
        run_job(claimed())
    assert SimCard.objects.count() == 2
    job = Job.objects.get(kind=SIM_FILES.write_code)
    assert job.state == JobState.FAILED
    support.post(reverse("admin:jobs_job_restart", args=[job.pk]), CONFIRMED)
    work_off()
    row.refresh_from_db()
    assert (row.state, SimCard.objects.count(), SimCard.history.count()) == (ImportState.DONE, 5, 5)


def test_what_changes_while_it_is_written_stops_it_there(
    support: Client, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(support, SIM_FILES, *card_lines(6))
    confirm(support, row)
    save_cursor = Work.save_cursor

    def meddled(work: Work, **values: object) -> None:
        save_cursor(work, **values)
        if values.get("parts") == 1:
            SimCardFactory(iccid=iccid(5), batch="ELSEWHERE")

    monkeypatch.setattr(Work, "save_cursor", meddled)
    work_off()
    row.refresh_from_db()
    assert SimCard.objects.filter(batch="L1").count() == 4
    assert (row.state, row.new, row.changed, row.unchanged) == (ImportState.READY, 1, 1, 4)


def test_a_write_that_dies_before_it_checks_the_file_anew_does_so_when_it_goes_on(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    SimCardFactory(iccid=iccid(1), batch="ELSEWHERE")
    confirm(support, row)
    with monkeypatch.context() as broken:
        broken.setattr(tasks, "_check", dying)
        run_job(claimed())
    row.refresh_from_db()
    assert row.state == ImportState.CHECKING
    job = Job.objects.get(kind=SIM_FILES.write_code)
    support.post(reverse("admin:jobs_job_restart", args=[job.pk]), CONFIRMED)
    work_off()
    row.refresh_from_db()
    assert (row.state, row.new, row.changed) == (ImportState.READY, 1, 1)
    job.refresh_from_db()
    assert "Les données ont changé" in job.result["refusals"][0]


def dying(*args: object) -> None:
    raise MemoryError


def test_a_write_of_an_earlier_confirmation_does_not_go_on_with_a_later_one(
    support: Client, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has written the first part; since then a card of that part has changed, and the file is confirmed anew."""
    row = send(support, SIM_FILES, *card_lines(4))
    confirm(support, row)
    with monkeypatch.context() as broken:
        stop_at(broken, 2)
        run_job(claimed())
    earlier = Job.objects.get(kind=SIM_FILES.write_code)
    SimCard.objects.filter(iccid=iccid(1)).update(batch="ELSEWHERE")
    support.post(address(row, "check_again"), CONFIRMED)
    work_off()
    row.refresh_from_db()
    confirm(support, row)
    later = Job.objects.filter(kind=SIM_FILES.write_code).latest("pk")
    cancel_job(job=later, actor=None)
    support.post(reverse("admin:jobs_job_restart", args=[earlier.pk]), CONFIRMED)
    work_off()
    row.refresh_from_db()
    assert row.state == ImportState.WRITING
    support.post(reverse("admin:jobs_job_restart", args=[later.pk]), CONFIRMED)
    work_off()
    row.refresh_from_db()
    assert row.state == ImportState.DONE
    assert set(SimCard.objects.values_list("batch", flat=True)) == {"L1"}


def test_the_report_is_there_until_another_is_committed(support: Client) -> None:
    row = FileImport.objects.get(pk=send(support, SIM_FILES, *card_lines(2)).pk)
    importer = SimImporter(today=timezone.localdate())
    plan = importer.plan(b"ICCID\n")
    with transaction.atomic():
        row.check_again()
        services.keep_plan(row=row, plan=plan, fingerprints=[])
        transaction.set_rollback(True)
    assert iccid(1) in report_of(support, row)


def test_a_cancelled_write_can_be_checked_again(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    confirm(support, row)
    cancel_job(job=Job.objects.get(kind=SIM_FILES.write_code), actor=None)
    assert "Vérifier à nouveau" in page(support, row)
    support.post(address(row, "check_again"), CONFIRMED)
    work_off()
    row.refresh_from_db()
    assert (row.state, row.confirmed_by) == (ImportState.READY, None)


def test_no_check_while_a_task_is_at_it(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    confirm(support, row)
    with pytest.raises(DomainError):
        services.check_import_again(file=row, actor=UserFactory())


def test_a_file_that_is_no_longer_kept_is_asked_for_again(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    row.upload.delete()
    support.post(address(row, "check_again"), CONFIRMED)
    work_off()
    assert "n’est plus conservé ici : envoyez-le à nouveau" in page(support, row)
    assert support.post(address(row, "abandon"), CONFIRMED).status_code == 302
    row.refresh_from_db()
    assert row.state == ImportState.ABANDONED


def claimed() -> Work:
    work = claim_job({job.queue for job in Job.objects.active()})
    assert work is not None
    return work


def test_both_tasks_are_safe_to_run_twice(support: Client) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    confirm(support, row)
    work_off()
    for kind, run in ((SIM_FILES.check_code, tasks.check), (SIM_FILES.write_code, tasks.write)):
        work = Work(Job.objects.get(kind=kind))
        assert run(work).sentences
    assert SimCard.objects.count() == 2
