"""Closing the records that an invoice takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.usage.models import CdrFile, RatedRecord
from apps.usage.services import close_statements
from tests.pure.cdr_files import row
from tests.usage.conftest import Load

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)


class Arriving:
    """Commits what a load brings as soon as the caller has looked at the files."""

    def __init__(self, arrive: Callable[[], Any]) -> None:
        self.arrive: Callable[[], Any] | None = arrive

    def __call__(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        result = execute(sql, *more)
        if self.arrive and sql.startswith("SELECT") and 'FROM "usage_cdrfile"' in sql:
            arrive, self.arrive = self.arrive, None
            arrive()
        return result


def test_records_of_a_load_that_begins_meanwhile_are_not_closed(line: Line, load: Load) -> None:
    """Their price is not final, though it may well be nothing for now: the sum is no sign of them."""
    load(row(ID_CDR="A"))
    loading = load(row(ID_CDR="B", DUREE_S="0"))
    late = list(RatedRecord.objects.filter(file=loading))
    RatedRecord.objects.filter(file=loading).delete()
    CdrFile.objects.filter(pk=loading.pk).update(state="loading")
    with (
        connection.execute_wrapper(Arriving(lambda: RatedRecord.objects.bulk_create(late))),
        pytest.raises(DomainError),
    ):
        close_statements([(line.pk, OCTOBER)])
