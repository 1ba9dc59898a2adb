"""Workers that check or write a file of cards are killed at every step: each card is there once, with one history."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.jobs.choices import JobState, Queue
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.models import FileImport
from apps.jobs.imports.services import confirm_import, send_file
from apps.jobs.models import Job
from apps.jobs.worker import free_abandoned
from apps.sims.file_kinds import SIM_FILES
from apps.sims.models import SimCard
from tests.factories import SimCardFactory, UserFactory
from tests.faults.workers import seen_on_the_page, work_and_die, work_off
from tests.jobs.importing import card_lines

pytestmark = pytest.mark.django_db(transaction=True)

CARDS = 500  # three parts, see tests/faults/dying.py

# Each kill falls on what the one before left behind.
WHILE_CHECKING = (
    "1 UPDATE jobs_fileimport",  # it is compared, and does not say so
    "2 UPDATE jobs_job SET kind",  # it says so, the job does not
)
WHILE_WRITING = (
    "1 INSERT INTO sims_historicalsimcard",  # a part is half written, to be taken back
    "2 INSERT INTO sims_simcard",  # the first part is written, the second to be taken back
    "1 COMMIT UPDATE jobs_job",  # a part is behind
    "2 UPDATE jobs_job SET kind",  # it says so, the job does not
)


def killed_at(moment: str, job: Job) -> None:
    work_and_die(Queue.DEFAULT, moment)
    cards = SimCard.objects.count()
    assert cards == SimCard.history.filter(history_type="+").count(), f"after {moment}"
    assert free_abandoned() == 1
    page = seen_on_the_page(job)
    assert (page["finished"], page["state"]) == (False, JobState.QUEUED), f"after {moment}"


def test_no_card_is_lost_and_none_is_written_twice() -> None:
    actor = UserFactory(is_superuser=True)
    known = SimCardFactory(iccid=card_lines(1)[1].split(";")[0], batch="BEFORE")
    data = "\n".join(card_lines(CARDS)).encode()
    row = send_file(kind=SIM_FILES, file=SimpleUploadedFile("cartes.csv", data), parameters={}, actor=actor)
    for moment in WHILE_CHECKING:
        killed_at(moment, Job.objects.get(kind=SIM_FILES.check_code))
    work_off(Queue.DEFAULT)
    row = FileImport.objects.get(pk=row.pk)
    assert (row.state, row.new, row.changed) == (ImportState.READY, CARDS - 1, 1)
    assert SimCard.objects.count() == 1

    confirm_import(file=row, fingerprint=row.fingerprint, actor=actor)
    for moment in WHILE_WRITING:
        killed_at(moment, Job.objects.get(kind=SIM_FILES.write_code))
    work_off(Queue.DEFAULT)
    row.refresh_from_db()
    assert row.state == ImportState.DONE
    assert SimCard.objects.filter(batch="L1").count() == CARDS
    assert SimCard.history.count() == CARDS + 1
    assert known.history.count() == 2
