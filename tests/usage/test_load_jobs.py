"""Loads as work of workers: asked for once, resumed, cancelled, reported."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.files import stored_file
from apps.jobs.choices import JobState, Queue
from apps.jobs.models import Job, Upload
from apps.jobs.services import cancel_job, restart_job
from apps.jobs.work import Work
from apps.jobs.worker import claim_job, run_job
from apps.lines.models import Line
from apps.usage import tasks
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord
from apps.usage.services import load_files, request_backing_out, request_load
from tests.factories import UserFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load, counts
from tests.usage.working import calls, done, error_of, hand_over, sent, stop_after, work_off

pytestmark = pytest.mark.django_db

CHUNK_BYTES = 400  # about four rows


@pytest.fixture
def marie() -> User:
    return UserFactory(username="marie")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(load_files.__kwdefaults__, "chunk_bytes", CHUNK_BYTES)


# --- A load


def test_files_sent_together_are_one_job_and_one_report(line: Line, marie: User) -> None:
    unknown = calls(2, "U", MSISDN="33639989999")
    files = [sent(*calls(3), *unknown, name="un.csv"), sent(*calls(4), "FAX", name="deux.csv")]
    result = done(request_load(files=files, actor=marie))
    assert result["sentences"] == [
        "CDRs bien chargés",
        "un.csv : 5 lignes (valorisés 3, numéro inconnu 2).",
        "deux.csv : 5 lignes (valorisés 1, doublons 3, mal formés 1).",
        "Montant : 0,24 € HT ; coût d’achat : 0,35 €.",
        "Ce qui n’a pas pu être valorisé est conservé dans « CDRs en attente ».",
    ]
    assert result["refusals"] == []
    assert result["link"] == reverse("admin:usage_cdrfile_changelist")
    data = result["data"]
    assert data["lines"] == 10 == sum(data[name] for name in ("rated", "duplicate", "unknown_number", "malformed"))
    assert (data["amount"], data["cost"]) == ("0.244000", "0.351548")
    assert set(CdrFile.objects.values_list("name", "loaded_by", "state")) == {
        ("un.csv", marie.pk, FileState.LOADED),
        ("deux.csv", marie.pk, FileState.LOADED),
    }


def test_a_file_without_lines_says_so(line: Line) -> None:
    result = done(request_load(files=[sent(name="vide.csv")], actor=None))
    assert result["sentences"][1] == "vide.csv : aucune ligne après l’en-tête."


def test_one_file_leads_to_its_page(line: Line) -> None:
    result = done(request_load(files=[sent(row())], actor=None))
    file = CdrFile.objects.get()
    assert result["link"] == reverse("admin:usage_cdrfile_change", args=[file.pk])
    assert len(result["sentences"]) == 3  # nothing waits: nothing is said of it


@pytest.mark.usefixtures("small_chunks")
def test_the_bar_counts_lines_of_all_files(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int | None]] = []
    original = Work.progress

    def progress(work: Work, *, done: int, total: int | None = None) -> None:
        original(work, done=done, total=total)
        seen.append((done, total))

    monkeypatch.setattr(Work, "progress", progress)
    job = request_load(files=[sent(*calls(9)), sent(*calls(5, "B"), name="b.csv")], actor=None)
    done(job)
    assert {total for _done, total in seen} == {14}
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)
    assert len({done for done, _total in seen}) > 3
    assert (job.done, job.total, job.percent) == (14, 14, 100)


def test_a_file_that_is_refused_keeps_the_others_in_and_is_reported(line: Line, load: Load) -> None:
    load(*calls(1, "Z"), name="septembre.csv")
    known = sent(*calls(1, "Z"), name="encore.csv")
    broken = sent("a;b", name="autre.csv", header="X;Y")
    result = done(request_load(files=[known, sent(row()), broken], actor=None))
    assert result["data"]["lines"] == 1
    assert result["refusals"][0].startswith("encore.csv a déjà été chargé sous le nom septembre.csv par ")
    assert result["refusals"][1].startswith("autre.csv : il manque ces colonnes")


def test_a_job_none_of_whose_files_can_be_loaded_fails_with_every_reason(line: Line) -> None:
    files = [sent("a", name="a.csv", header="X"), sent("b", name="b.csv", header="Y")]
    assert [sentence.split()[0] for sentence in error_of(request_load(files=files, actor=None)).splitlines()] == [
        "a.csv",
        "b.csv",
    ]
    assert not CdrFile.objects.exists()


# --- What is refused at once


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("vide.csv", b""), "vide.csv est vide."),
        (SimpleUploadedFile("photo.png", b"x"), "photo.png n’est pas un fichier de CDRs"),
        (SimpleUploadedFile("gros.csv", b"x" * 101), "gros.csv dépasse"),
    ],
)
def test_what_cannot_be_a_file_of_call_records_is_refused_at_once(
    settings: Any, file: SimpleUploadedFile, sentence: str
) -> None:
    settings.UPLOAD_LIMIT = 100
    with pytest.raises(DomainError) as refusal:
        request_load(files=[file], actor=None)
    assert sentence in str(refusal.value)
    assert (Job.objects.count(), Upload.objects.count()) == (0, 0)


def test_what_was_loaded_already_is_refused_naming_who_and_when(line: Line, marie: User) -> None:
    done(request_load(files=[sent(row())], actor=marie))
    CdrFile.objects.update(finished_at="2026-11-02T09:30:00+01:00")
    with pytest.raises(DomainError, match="a déjà été chargé par marie le 02/11/2026 09:30"):
        request_load(files=[sent(row())], actor=None)
    assert Upload.objects.count() == 1  # that of the first load: nothing is kept of the second


def test_several_refusals_are_all_told(line: Line) -> None:
    with pytest.raises(DomainError) as refusal:
        request_load(files=[SimpleUploadedFile("a.pdf", b"x"), SimpleUploadedFile("b.csv", b"")], actor=None)
    assert [reason.split()[0] for reason in refusal.value.reasons] == ["a.pdf", "b.csv"]


def test_the_same_content_chosen_twice_is_loaded_once(line: Line) -> None:
    result = done(request_load(files=[sent(row()), sent(row(), name="copie.csv")], actor=None))
    assert result["refusals"] == ["copie.csv a le même contenu que octobre.csv, que vous avez choisi aussi."]
    assert result["data"]["rated"] == 1


# --- Twice at once


def test_two_people_who_send_the_same_file_get_one_job(line: Line, marie: User) -> None:
    first = request_load(files=[sent(row())], actor=marie)
    second = request_load(files=[sent(row(), name="autre_nom.csv")], actor=UserFactory())
    assert second == first
    assert Job.objects.count() == Upload.objects.count() == 1
    assert stored_file(Upload.objects.get().path).exists()
    assert counts(CdrFile.objects.get(pk=done(first)["data"]["files"][0])) == {"rated": 1}


def test_whoever_was_faster_with_the_same_files_keeps_the_job(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked before the other's job was there: the key of the job decides."""
    first = request_load(files=[sent(row())], actor=None)
    path = stored_file(Upload.objects.get().path)
    monkeypatch.setattr("apps.usage.services.requesting._under_way", dict)
    second = request_load(files=[sent(row())], actor=None)
    assert second.pk == first.pk
    assert [stored_file(upload.path) for upload in Upload.objects.all()] == [path]


def test_files_that_another_job_is_loading_are_left_to_it(line: Line) -> None:
    first = request_load(files=[sent(row())], actor=None)
    second = request_load(files=[sent(row()), sent(row(ID_CDR="B"), name="b.csv")], actor=None)
    assert second.pk != first.pk
    work_off()
    second.refresh_from_db()
    assert second.result["refusals"] == ["octobre.csv est déjà en cours de chargement."]
    assert {file.name: counts(file) for file in CdrFile.objects.all()} == {
        "octobre.csv": {"rated": 1},
        "b.csv": {"rated": 1},
    }


# --- Interrupted


@pytest.mark.usefixtures("small_chunks")
def test_a_load_that_is_handed_over_counts_what_it_had_loaded_as_loaded(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = request_load(files=[sent(*calls(9)), sent(*calls(9, "B"), name="b.csv")], actor=None)
    stop_after(monkeypatch, "has_loaded", 1, hand_over)
    work = claim_job({Queue.CDR})
    assert work is not None
    run_job(work)
    job.refresh_from_db()
    assert (job.state, job.is_resuming, job.done, job.total) == (JobState.QUEUED, True, 9, 18)
    result = done(job)
    assert (result["data"]["lines"], result["data"]["rated"], result["refusals"]) == (18, 18, [])
    assert job.attempt == 2


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("method", ["reads", "begins", "progress", "covers"])
def test_a_load_handed_over_at_any_stage_ends_as_an_undisturbed_one(
    line: Line, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    job = request_load(files=[sent(*calls(12))], actor=None)
    stop_after(monkeypatch, method, 1, hand_over)
    work = claim_job({Queue.CDR})
    assert work is not None
    run_job(work)
    job.refresh_from_db()
    assert job.is_resuming
    assert done(job)["data"]["rated"] == 12
    assert RatedRecord.objects.count() == 12


def request_cancel(work: Work) -> None:
    cancel_job(job=work.job, actor=None)


@pytest.fixture
def cancelled(line: Line, small_chunks: None, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A load that was cancelled after its first chunk."""
    job = request_load(files=[sent(*calls(12))], actor=None)
    with monkeypatch.context() as patch:
        stop_after(patch, "progress", 1, request_cancel)
        work_off()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    file = CdrFile.objects.get()
    assert file.state == FileState.LOADING
    assert 0 < file.lines < 12
    return job


def test_a_cancelled_load_goes_on_when_it_is_started_again(cancelled: Job) -> None:
    assert done(restart_job(job=cancelled, actor=None))["data"]["rated"] == 12
    assert CdrFile.objects.get().state == FileState.LOADED


def test_a_cancelled_load_goes_on_when_the_file_is_sent_again(cancelled: Job) -> None:
    assert done(request_load(files=[sent(*calls(12))], actor=None))["data"]["rated"] == 12
    assert RatedRecord.objects.count() == 12


def test_a_cancelled_load_can_be_backed_out(cancelled: Job) -> None:
    done(request_backing_out(file=CdrFile.objects.get(), actor=None))
    assert CdrFile.objects.get().state == FileState.BACKED_OUT
    assert not RatedRecord.objects.exists()


def test_a_file_that_is_no_longer_kept_has_to_be_sent_again(line: Line) -> None:
    job = request_load(files=[sent(row())], actor=None)
    stored_file(Upload.objects.get().path).unlink()
    assert error_of(job) == "octobre.csv n’est plus conservé ici : envoyez-le à nouveau."


def test_work_that_kills_its_worker_before_the_first_chunk_is_given_up(line: Line) -> None:
    """Reading the file through again is not getting any further."""
    job = request_load(files=[sent(row())], actor=None)
    Job.objects.filter(pk=job.pk).update(stalled=4)
    work = claim_job({Queue.CDR})
    assert work is not None
    tasks.WatchedByJob(work, 0).reads("octobre.csv", 1)
    job.refresh_from_db()
    assert job.stalled == 5


def test_a_format_that_nobody_knows_is_refused(line: Line) -> None:
    job = request_load(files=[sent(row())], format_code="NOPE", actor=None)
    assert error_of(job).startswith("Le format de CDR NOPE n’existe pas")
