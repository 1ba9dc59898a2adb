"""What is confirmed is what was shown: each way in which it may have become something else."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.jobs.choices import JobState
from apps.jobs.imports import services
from apps.jobs.imports.choices import ImportState
from apps.jobs.imports.models import FileImport
from apps.jobs.models import Job
from apps.sims.file_kinds import SIM_FILES
from apps.sims.models import SimCard
from apps.tariffs.file_kinds import RATE_FILES
from apps.tariffs.models import Rate
from tests.factories import RateFactory, SimCardFactory, UserFactory
from tests.jobs.importing import card_lines, confirm, iccid, send, work_off
from tests.people import SignIn
from tests.tariffs.test_files import HEADER as GRID_HEADER

pytestmark = pytest.mark.django_db


def test_another_old_value_is_shown_before_it_is_overwritten(support: Client) -> None:
    """The line changes the same card in the same column, but from something else."""
    SimCardFactory(iccid=iccid(1), batch="L0")
    row = send(support, SIM_FILES, *card_lines(1))
    SimCard.objects.update(batch="CORRECTED")
    confirm(support, row)
    work_off()
    row.refresh_from_db()
    assert row.state == ImportState.READY
    assert SimCard.objects.get().batch == "CORRECTED"
    assert row.review["changed"][0]["differences"] == [["LOT", "CORRECTED", "L1"]]


def test_the_same_number_of_other_changes_is_another_thing(support: Client) -> None:
    """One card changed before, another one does now."""
    first, second = (SimCardFactory(iccid=iccid(number), batch=f"L{number - 1}") for number in (1, 2))
    row = send(support, SIM_FILES, *card_lines(2))
    assert (row.changed, row.unchanged) == (1, 1)
    SimCard.objects.filter(pk=first.pk).update(batch="L1")
    SimCard.objects.filter(pk=second.pk).update(batch="L0")
    confirm(support, row)
    work_off()
    row.refresh_from_db()
    assert (row.state, row.changed, row.unchanged) == (ImportState.READY, 1, 1)
    second.refresh_from_db()
    assert second.batch == "L0"


def test_the_row_that_is_locked_must_be_the_one_that_was_shown(support: Client) -> None:
    """Between the form, which has compared them, and the lock, the file was checked anew."""
    row = send(support, SIM_FILES, *card_lines(1))
    with pytest.raises(DomainError):
        services.confirm_import(file=row, fingerprint="of an earlier page", actor=UserFactory())
    row.refresh_from_db()
    assert row.state == ImportState.READY


def test_the_same_number_of_other_removals_is_another_thing(sign_in_as: SignIn) -> None:
    """The file is the whole of its grid: meanwhile another rate has taken the place of the one that was to go."""
    billing = sign_in_as(Role.BILLING)
    stays = RateFactory(prefix="44", destination="Royaume-Uni", destination_zone="UE", price_minute="0.20")
    goes = RateFactory(version=stays.version, prefix="33")
    line = "44;Royaume-Uni;VOIX;MO;FR;UE;0,2;;;0;1;1;0;NON"
    row = send(billing, RATE_FILES, GRID_HEADER, line, grid=stays.version.tariff.code)
    assert (row.removed, row.unchanged) == (1, 1)
    goes.delete()
    other = RateFactory(version=stays.version, prefix="34")
    confirm(billing, row)
    work_off()
    row.refresh_from_db()
    assert (row.state, row.removed) == (ImportState.READY, 1)
    assert Rate.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("taken_away", ["role", "account"])
def test_what_somebody_confirmed_is_not_written_once_they_may_no_longer(support: Client, taken_away: str) -> None:
    row = send(support, SIM_FILES, *card_lines(2))
    confirm(support, row)
    person = User.objects.get(pk=Job.objects.get(kind=SIM_FILES.write_code).created_by_id)
    if taken_away == "role":
        person.groups.clear()
    else:
        User.objects.filter(pk=person.pk).update(is_active=False)
    work_off()
    assert not SimCard.objects.exists()
    job = Job.objects.get(kind=SIM_FILES.write_code)
    assert job.state == JobState.FAILED
    assert "n’est plus autorisé" in job.error
    assert services.can_be_checked(FileImport.objects.get(pk=row.pk))
