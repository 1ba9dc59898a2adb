"""What waits is rated once the cause is fixed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.lines.models import Line
from apps.tariffs.models import TariffVersion
from apps.usage.choices import SuspenseReason
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord
from apps.usage.services import pending, rate_pending
from tests.factories import AllowanceFactory, LineFactory, RateFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load, amounts_are_true, counts, rated_contents

pytestmark = pytest.mark.django_db

OTHER = "33639980002"
ROWS = [
    row(ID_CDR="rated"),
    row(ID_CDR="number", MSISDN=OTHER),
    row(ID_CDR="rate", CORRESPONDANT="4420123456"),
    row(ID_CDR="both", MSISDN=OTHER, CORRESPONDANT="4420123456"),
    row(ID_CDR="broken", TYPE="FAX"),
]


def settle(version: TariffVersion) -> None:
    """The line that was missing, and the rate."""
    LineFactory(msisdn=OTHER, tariff=version.tariff)
    RateFactory(version=version, prefix="44", destination="Royaume-Uni", price_minute=Decimal("0.60"))


def test_the_records_are_what_they_would_have_been(line: Line, version: TariffVersion, load: Load) -> None:
    file = load(*ROWS)
    settle(version)
    report = rate_pending()
    assert (report.waiting, report.rated) == (3, 3)
    file.refresh_from_db()
    assert counts(file) == {"rated": 4, "malformed": 1}
    assert SuspendedRecord.objects.get().reason == SuspenseReason.MALFORMED
    late, late_counts, late_amount = rated_contents(), counts(file), file.amount
    assert amounts_are_true()

    for model in (CdrFile, RatedRecord, SuspendedRecord):
        model.objects.all().delete()
    file = load(*ROWS)
    assert (rated_contents(), counts(file), file.amount) == (late, late_counts, late_amount)


def test_the_report_says_what_the_records_cost(line: Line, version: TariffVersion, load: Load) -> None:
    load(*ROWS)
    before = CdrFile.objects.get().amount
    settle(version)
    assert rate_pending().amount == CdrFile.objects.get().amount - before > 0


def test_what_still_waits_says_why_today(line: Line, version: TariffVersion, load: Load) -> None:
    file = load(*ROWS)
    LineFactory(msisdn=OTHER, tariff=version.tariff, activated_on=date(2026, 11, 1))
    assert rate_pending().rated == 0
    file.refresh_from_db()
    assert counts(file) == {"rated": 1, "inactive_line": 2, "unrated": 1, "malformed": 1}
    assert SuspendedRecord.objects.filter(reason="inactive_line").count() == 2


def test_nothing_changes_while_nothing_is_fixed(line: Line, load: Load) -> None:
    load(*ROWS)
    before = list(SuspendedRecord.objects.order_by("pk").values())
    assert (rate_pending().waiting, rate_pending().rated) == (3, 0)
    assert list(SuspendedRecord.objects.order_by("pk").values()) == before


def test_allowances_are_taken_in_call_order(line: Line, version: TariffVersion, load: Load) -> None:
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=61)
    load(row(ID_CDR="later"), row(ID_CDR="earlier", DATE_HEURE="2026-10-01T12:00:00+02:00", CORRESPONDANT="4420123456"))
    RateFactory(version=version, prefix="44", included=True)
    rate_pending()
    assert dict(RatedRecord.objects.values_list("cdr_id", "covered_quantity")) == {"earlier": 61, "later": 0}
    assert amounts_are_true()


def test_many_are_rated_in_pieces_and_an_interruption_costs_nothing(
    line: Line, version: TariffVersion, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = load(*(row(ID_CDR=f"A{rank}", MSISDN=OTHER) for rank in range(10)))
    LineFactory(msisdn=OTHER, tariff=version.tariff)
    monkeypatch.setattr(pending, "CHUNK", 3)
    pieces: list[int] = []
    original = pending._settle

    def interrupted(records: Any, facts: Any) -> Any:
        if len(pieces) == 2:
            raise KeyboardInterrupt
        pieces.append(records.height)
        return original(records, facts)

    with monkeypatch.context() as patch:
        patch.setattr(pending, "_settle", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rate_pending()
    file.refresh_from_db()
    assert counts(file) == {"rated": 6, "unknown_number": 4}
    assert rate_pending().rated == 4
    file.refresh_from_db()
    assert counts(file) == {"rated": 10}
    assert amounts_are_true()


def test_an_identifier_that_waited_stays_taken(line: Line, version: TariffVersion, load: Load) -> None:
    load(*ROWS)
    settle(version)
    rate_pending()
    assert counts(load(row(ID_CDR="number"), row(ID_CDR="new"))) == {"duplicate": 1, "rated": 1}
