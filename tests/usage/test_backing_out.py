"""A file that no invoice took is taken back whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.usage.choices import FileState
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import back_out_file, close_statements, load_file
from tests.factories import AllowanceFactory, UserFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load, amounts_are_true, counts

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)


def test_all_its_records_go_and_no_others(line: Line, load: Load) -> None:
    kept = load(row(ID_CDR="kept"), row(ID_CDR="kept waiting", MSISDN="33639989999"))
    file = load(row(), row(ID_CDR="A2", MSISDN="33639989999"), row(TYPE="FAX"))
    marie = UserFactory()
    file = back_out_file(file=file, actor=marie)
    assert (file.state, file.backed_out_by, file.backed_out_at is None) == (FileState.BACKED_OUT, marie, False)
    assert set(RatedRecord.objects.values_list("file", flat=True)) == {kept.pk}
    assert set(SuspendedRecord.objects.values_list("file", flat=True)) == {kept.pk}


def test_its_hash_and_identifiers_are_free_again(line: Line, write: Callable[..., Path]) -> None:
    path = write(row(), row(ID_CDR="A2"))
    first = load_file(path=path, actor=None)
    back_out_file(file=first, actor=None)
    second = load_file(path=path, actor=None)
    assert (second.pk != first.pk, counts(second)) == (True, {"rated": 2})
    assert amounts_are_true()


def test_what_its_records_took_of_allowances_goes_to_others(line: Line, load: Load) -> None:
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=61)
    later = load(row(ID_CDR="later"))
    file = load(row(ID_CDR="earlier", DATE_HEURE="2026-10-01T12:00:00+02:00"))
    assert RatedRecord.objects.get(cdr_id="later").covered_quantity == 0
    back_out_file(file=file, actor=None)
    assert RatedRecord.objects.get(cdr_id="later").covered_quantity == 61
    later.refresh_from_db()
    assert later.amount == 0


def test_one_of_which_an_invoice_took_a_record_is_refused(line: Line, load: Load) -> None:
    file = load(row(), row(ID_CDR="A2", DATE_HEURE="2026-09-10T12:00:00+02:00"))
    close_statements([(line.pk, OCTOBER)])
    with pytest.raises(DomainError, match=file.name):
        back_out_file(file=file, actor=None)
    assert RatedRecord.objects.count() == 2
    file.refresh_from_db()
    assert file.state == FileState.LOADED


def test_it_happens_once(line: Line, load: Load) -> None:
    file = back_out_file(file=load(row()), actor=None)
    with pytest.raises(DomainError, match=file.name):
        back_out_file(file=file, actor=None)


def test_a_load_that_broke_off_can_be_taken_back(line: Line, load: Load) -> None:
    file = load(row())
    CdrFile.objects.update(state=FileState.LOADING)
    back_out_file(file=file, actor=None)
    assert not RatedRecord.objects.exists()


def test_duplicates_of_its_records_are_not_brought_back(line: Line, load: Load) -> None:
    file = load(row())
    other = load(row(), row(ID_CDR="A2"))
    back_out_file(file=file, actor=None)
    other.refresh_from_db()
    assert counts(other) == {"rated": 1, "duplicate": 1}
    assert RatedRecord.objects.get().cdr_id == "A2"
