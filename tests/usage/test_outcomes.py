"""What becomes of each record, and in which order that is judged (DOMAIN §11)."""

from __future__ import annotations

from datetime import date

import pytest

from apps.lines.models import Line
from apps.usage.models import CdrFormat, RatedRecord, SuspendedRecord
from tests.factories import LineFactory, LineNumberFactory, RateFactory, TariffVersionFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import MSISDN, Load, counts

pytestmark = pytest.mark.django_db

LATE_IN_OCTOBER = "2026-10-25T02:30:00+01:00"  # the second 02:30 of that night


def test_a_rated_record_keeps_what_the_file_said_and_what_it_was_rated_with(line: Line, load: Load) -> None:
    file = load(row())
    assert counts(file) == {"rated": 1}
    record = RatedRecord.objects.get()
    assert (record.file, record.line, record.month) == (file, line, date(2026, 10, 1))
    assert (record.cdr_id, record.msisdn, record.correspondent) == ("A1", MSISDN, "33639980002")
    assert (record.quantity, record.billed_quantity, record.covered_quantity) == (61, 61, 0)
    assert (str(record.price), str(record.cost)) == ("0.061000", "0.087887")
    assert record.destination == "France mobile"
    assert (str(file.amount), str(file.cost)) == ("0.061000", "0.087887")


def test_every_line_of_the_file_has_one_outcome(line: Line, load: Load) -> None:
    LineFactory(terminated=True, msisdn="33639980009")
    file = load(
        row(),
        row(),
        row(ID_CDR="A2", MSISDN="33639989999"),
        row(ID_CDR="A3", MSISDN="33639980009"),
        row(ID_CDR="A4", CORRESPONDANT="999999999"),
        row(ID_CDR="A5", TYPE="FAX"),
        "too;short",
    )
    assert counts(file) == {
        "rated": 1, "duplicate": 1, "unknown_number": 1, "inactive_line": 1, "unrated": 1, "malformed": 2,
    }  # fmt: skip
    assert file.lines == 7
    waiting = SuspendedRecord.objects.order_by("line_number").values_list("line_number", "cdr_id", "reason")
    assert list(waiting) == [
        (4, "A2", "unknown_number"),
        (5, "A3", "inactive_line"),
        (6, "A4", "unrated"),
        (7, "", "malformed"),
        (8, "", "malformed"),
    ]


def test_what_waits_keeps_its_text_and_says_why(line: Line, load: Load) -> None:
    load(row(TYPE="FAX"), row(ID_CDR="A2", CORRESPONDANT="999999999"))
    malformed, unrated = SuspendedRecord.objects.order_by("line_number")
    assert (malformed.raw, unrated.raw) == (row(TYPE="FAX"), row(ID_CDR="A2", CORRESPONDANT="999999999"))
    assert malformed.detail.startswith("TYPE «FAX»")
    assert (malformed.month, unrated.month) == (None, date(2026, 10, 1))


def test_cost_counts_rated_records_only(line: Line, load: Load) -> None:
    file = load(row(), row(), row(ID_CDR="A2", MSISDN="33639989999"))
    assert str(file.cost) == "0.087887"


class TestDuplicates:
    def test_a_record_of_another_file_is_not_rated_twice(self, line: Line, load: Load) -> None:
        load(row())
        assert counts(load(row(), row(ID_CDR="A2"))) == {"rated": 1, "duplicate": 1}
        assert RatedRecord.objects.count() == 2

    def test_the_first_in_the_file_wins(self, line: Line, load: Load) -> None:
        load(row(DUREE_S="1"), row(DUREE_S="2"), row(DUREE_S="3"))
        assert [record.quantity for record in RatedRecord.objects.all()] == [1]

    def test_far_apart_in_the_file_too(self, line: Line, load: Load) -> None:
        rows = [row(ID_CDR=f"A{rank % 50}") for rank in range(60)]
        assert counts(load(*rows, chunk_bytes=400)) == {"rated": 50, "duplicate": 10}

    def test_whatever_became_of_the_first(self, line: Line, load: Load) -> None:
        load(row(MSISDN="33639989999"))
        assert counts(load(row())) == {"duplicate": 1}

    def test_but_a_malformed_line_registers_no_identifier(self, line: Line, load: Load) -> None:
        assert counts(load(row(TYPE="FAX"), row())) == {"malformed": 1, "rated": 1}

    def test_an_identifier_is_free_in_another_local_month(self, line: Line, load: Load) -> None:
        # The same instant, a minute before and after midnight in Paris.
        rows = [row(DATE_HEURE="2026-09-30T21:59:00Z"), row(DATE_HEURE="2026-09-30T22:01:00Z")]
        assert counts(load(*rows)) == {"rated": 2}
        months = RatedRecord.objects.order_by("started_at").values_list("month", flat=True)
        assert list(months) == [date(2026, 9, 1), date(2026, 10, 1)]

    def test_and_in_another_format(self, line: Line, load: Load) -> None:
        CdrFormat.objects.create(code="OTHER", label="Autre")
        load(row())
        assert counts(load(row(), row(ID_CDR="A2"), format_code="OTHER")) == {"rated": 2}

    def test_identifiers_are_compared_exactly(self, line: Line, load: Load) -> None:
        assert counts(load(row(ID_CDR="a1"), row(ID_CDR="A1"), row(ID_CDR="A1 "), row(ID_CDR="Á1"))) == {"rated": 4}


class TestNumbers:
    def test_a_number_is_the_line_s_that_held_it_on_that_day(self, line: Line, load: Load) -> None:
        before = LineFactory(terminated=True, msisdn="33639980005", tariff=line.tariffs.get().tariff)
        after = LineFactory(msisdn="33639980005", activated_on=date(2026, 10, 10), tariff=line.tariffs.get().tariff)
        rows = [
            row(ID_CDR=name, MSISDN="33639980005", DATE_HEURE=f"{day}T12:00:00+02:00")
            for name, day in {"old": "2026-09-30", "gap": "2026-10-05", "new": "2026-10-10"}.items()
        ]
        assert counts(load(*rows)) == {"rated": 2, "inactive_line": 1}
        assert dict(RatedRecord.objects.values_list("cdr_id", "line")) == {"old": before.pk, "new": after.pk}

    def test_a_line_is_found_under_each_of_its_numbers(self, line: Line, load: Load) -> None:
        period = line.numbers.get()
        period.end = date(2026, 10, 20)
        period.save()
        LineNumberFactory(line=line, msisdn="33639980006", start=date(2026, 10, 20))
        file = load(
            row(ID_CDR="A1", DATE_HEURE="2026-10-19T12:00:00+02:00"),
            row(ID_CDR="A2", MSISDN="33639980006"),
            row(ID_CDR="A3"),
        )
        assert counts(file) == {"rated": 2, "inactive_line": 1}

    def test_a_suspended_line_still_serves(self, line: Line, load: Load) -> None:
        LineFactory(suspended=True, msisdn="33639980007", tariff=line.tariffs.get().tariff)
        assert counts(load(row(MSISDN="33639980007"))) == {"rated": 1}

    def test_the_day_of_termination_is_the_first_without_service(self, line: Line, load: Load) -> None:
        LineFactory(terminated=True, msisdn="33639980008", tariff=line.tariffs.get().tariff)
        file = load(
            row(ID_CDR="A1", MSISDN="33639980008", DATE_HEURE="2026-09-30T23:59:59+02:00"),
            row(ID_CDR="A2", MSISDN="33639980008", DATE_HEURE="2026-10-01T00:00:00+02:00"),
        )
        assert counts(file) == {"rated": 1, "inactive_line": 1}

    def test_by_the_line_s_own_dates_even_if_the_number_was_not_given_back(self, line: Line, load: Load) -> None:
        Line.objects.filter(pk=line.pk).update(terminated_on=date(2026, 10, 24))
        file = load(row(DATE_HEURE="2026-10-23T23:59:59+02:00"), row(ID_CDR="A2"))
        assert counts(file) == {"rated": 1, "inactive_line": 1}


class TestGridVersions:
    @pytest.fixture(autouse=True)
    def dearer_from_the_25th(self, line: Line, version) -> None:  # type: ignore[no-untyped-def]
        later = TariffVersionFactory(tariff=version.tariff, valid_from=date(2026, 10, 25))
        RateFactory(version=later, price_minute="0.60")

    @pytest.mark.parametrize(
        ("instant", "price"),
        [
            ("2026-10-24T23:59:59+02:00", "0.060000"),
            ("2026-10-25T00:00:00+02:00", "0.600000"),
            ("2026-10-24T22:00:00Z", "0.600000"),  # midnight in Paris
            ("2026-10-25T02:30:00+02:00", "0.600000"),
            (LATE_IN_OCTOBER, "0.600000"),
            ("2026-10-25T23:59:59+01:00", "0.600000"),
        ],
    )
    def test_change_at_midnight_in_paris(self, load: Load, instant: str, price: str) -> None:
        load(row(DATE_HEURE=instant, DUREE_S="60"))
        assert str(RatedRecord.objects.get().price) == price

    def test_the_night_of_the_change_of_clocks_belongs_to_one_day(self, load: Load) -> None:
        instants = {"first": "2026-10-25T02:30:00+02:00", "second": LATE_IN_OCTOBER, "last": "2026-10-25T22:59:59Z"}
        load(*(row(ID_CDR=name, DATE_HEURE=instant) for name, instant in instants.items()))
        days = dict(RatedRecord.objects.values_list("cdr_id", "local_date"))
        assert days == dict.fromkeys(instants, date(2026, 10, 25))

    def test_the_last_hour_of_october_is_october_s(self, load: Load) -> None:
        load(row(DATE_HEURE="2026-10-31T22:59:59Z"), row(ID_CDR="A2", DATE_HEURE="2026-10-31T23:00:00Z"))
        months = dict(RatedRecord.objects.values_list("cdr_id", "month"))
        assert months == {"A1": date(2026, 10, 1), "A2": date(2026, 11, 1)}


def test_emergencies_and_what_is_received_at_home_are_rated_for_nothing(line: Line, load: Load) -> None:
    file = load(
        row(ID_CDR="A1", CORRESPONDANT="112"),
        row(ID_CDR="A2", CORRESPONDANT="112", SENS="MT", ZONE_ORIGINE="UE"),
        row(ID_CDR="A3", SENS="MT"),
    )
    assert counts(file) == {"rated": 3}
    assert set(RatedRecord.objects.values_list("rate", "billed_quantity", "included")) == {(None, 0, False)}
    assert file.amount == 0


def test_a_zone_of_any_length_is_kept_as_it_is(line: Line, load: Load) -> None:
    zone = "ROAM_" * 30
    assert counts(load(row(ZONE_ORIGINE=zone), row(ID_CDR="A2", ZONE_ORIGINE=zone, CORRESPONDANT="15"))) == {
        "unrated": 1,
        "rated": 1,
    }
    assert SuspendedRecord.objects.get().origin_zone == RatedRecord.objects.get().origin_zone == zone
