"""Second ratings and backings out as work of workers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.jobs.choices import JobState, Queue
from apps.jobs.models import Job
from apps.jobs.worker import claim_job, run_job
from apps.lines.models import Line
from apps.tariffs.models import TariffVersion
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import back_out_file, request_backing_out, request_rating
from tests.factories import LineFactory, UserFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load
from tests.usage.working import calls, done, error_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def marie() -> User:
    return UserFactory(username="marie")


# --- Rating again


@pytest.fixture
def waiting(load: Load) -> list[SuspendedRecord]:
    load(*calls(5, MSISDN="33639981111"), row(ID_CDR="X", MSISDN="33639982222"), "FAX")
    return list(SuspendedRecord.objects.exclude(reason="malformed"))


def test_what_waits_is_rated_again_by_a_job(waiting: list[SuspendedRecord], version: TariffVersion) -> None:
    LineFactory(msisdn="33639981111", tariff=version.tariff)
    result = done(request_rating(actor=None))
    assert result["sentences"] == ["5 CDRs sur 6 en attente ont été valorisés (0,31 € HT)."]
    assert result["data"] == {"waiting": 6, "rated": 5, "amount": "0.305000"}


def test_a_second_rating_that_is_handed_over_reports_of_the_whole(
    waiting: list[SuspendedRecord], version: TariffVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.usage.services.pending.CHUNK", 2)
    LineFactory(msisdn="33639981111", tariff=version.tariff)
    job = request_rating(actor=None)
    work = claim_job({Queue.CDR})
    assert work is not None
    settled = work.save_cursor

    def save_and_stop(**values: Any) -> None:
        settled(**values)
        if values["waiting"] == 4:
            work.is_stopping = True

    monkeypatch.setattr(work, "save_cursor", save_and_stop)
    run_job(work)
    job.refresh_from_db()
    assert (job.state, job.cursor["waiting"]) == (JobState.QUEUED, 2)  # the chunk that was interrupted is taken back
    assert done(job)["data"] == {"waiting": 6, "rated": 5, "amount": "0.305000"}
    assert (job.done, job.total) == (6, 6)


def test_two_people_who_rate_again_get_one_job(waiting: list[SuspendedRecord]) -> None:
    assert request_rating(actor=None) == request_rating(actor=UserFactory())


# --- Backing out


def test_a_file_is_backed_out_by_a_job(line: Line, load: Load, marie: User) -> None:
    file = load(row())
    done(request_backing_out(file=file, actor=marie))
    file.refresh_from_db()
    assert (file.state, file.backed_out_by) == (FileState.BACKED_OUT, marie)
    assert not RatedRecord.objects.exists()


def test_a_worker_that_takes_over_a_backing_out_that_was_committed_finds_it_done(line: Line, load: Load) -> None:
    file = load(row())
    job = request_backing_out(file=file, actor=None)
    back_out_file(file=file, actor=None)  # and the worker died before it could say so
    assert done(job)["sentences"] == ["Le chargement a été annulé."]


def test_a_file_that_was_backed_out_before_is_refused(line: Line, load: Load) -> None:
    file = load(row())
    back_out_file(file=file, actor=None)
    CdrFile.objects.update(backed_out_at=timezone.now() - timedelta(minutes=1))
    assert "a déjà été annulé" in error_of(request_backing_out(file=file, actor=None))


def test_a_file_on_invoices_is_refused_at_once(line: Line, load: Load) -> None:
    file = load(row())
    RatedRecord.objects.update(statement=1)
    with pytest.raises(DomainError, match="1 de ses CDRs"):
        request_backing_out(file=file, actor=None)
    assert not Job.objects.exists()
    RatedRecord.objects.update(statement=None)
