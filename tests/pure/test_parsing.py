"""What a record of a call-record file says, and what makes a line malformed (DOMAIN §11)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from apps.usage.parsing.formats import FORWARDED, INCOMING, KIND_CODES, OUTGOING
from apps.usage.parsing.readings import iso_instant
from tests.pure.cdr_files import HEADER, parse, row

__all__ = ["parse"]  # a fixture


def test_a_record_is_read(parse):
    (record,), malformed = parse(row())
    assert malformed == []
    assert record == {
        "line_number": 2,
        "cdr_id": "A1",
        "msisdn": "33639980001",
        "started_at": datetime(2026, 10, 24, 14, 35, 59, tzinfo=UTC),
        "local_date": date(2026, 10, 24),
        "kind": KIND_CODES["voice"],
        "direction": OUTGOING,
        "correspondent": "33639980002",
        "quantity": 61,
        "origin_zone": "FR",
        "cost": 87887,
        "raw": row(),
    }


@pytest.mark.parametrize(
    ("fields", "kind", "quantity"),
    [
        ({"TYPE": "VOIX", "DUREE_S": "0"}, "voice", 0),
        ({"TYPE": "SMS", "DUREE_S": "", "NB_UNITES": "2"}, "sms", 2),
        (
            {"TYPE": "MMS", "DUREE_S": "-4", "NB_UNITES": "1"},
            "mms",
            1,
        ),  # only the quantity of the kind counts
        ({"TYPE": "DATA", "CORRESPONDANT": "", "VOLUME_OCTETS": "8596203"}, "data", 8596203),
        ({"TYPE": "DATA", "CORRESPONDANT": "33639980002", "VOLUME_OCTETS": "0"}, "data", 0),
        ({"TYPE": "VOIX", "DUREE_S": "0061", "VOLUME_OCTETS": "many"}, "voice", 61),
    ],
)
def test_each_kind_has_its_quantity(parse, fields, kind, quantity):
    (record,), _ = parse(row(**fields))
    assert (record["kind"], record["quantity"]) == (KIND_CODES[kind], quantity)


def test_each_direction_has_its_code(parse):
    records, _ = parse(*(row(SENS=direction) for direction in ("MO", "MT", "FWD")))
    assert [record["direction"] for record in records] == [OUTGOING, INCOMING, FORWARDED]


class TestInstants:
    # As written, in UTC, and the day in Paris.
    READ = (
        ("2026-10-31T23:30:00+01:00", "2026-10-31T22:30:00", "2026-10-31"),
        ("2026-10-31T23:30:00+00:00", "2026-10-31T23:30:00", "2026-11-01"),  # already November in Paris
        ("2026-11-01T00:30:00+02:00", "2026-10-31T22:30:00", "2026-10-31"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00", "2026-10-25"),  # the hour that comes twice
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00", "2026-10-25"),
        ("2026-06-30T22:00:00-04:30", "2026-07-01T02:30:00", "2026-07-01"),
        ("2028-02-29T12:00:00+01:00", "2028-02-29T11:00:00", "2028-02-29"),
        ("2026-10-24T14:35:59Z", "2026-10-24T14:35:59", "2026-10-24"),
        ("2026-10-24T16:35:59+02", "2026-10-24T14:35:59", "2026-10-24"),
        ("2026-10-24T16:35:59+0200", "2026-10-24T14:35:59", "2026-10-24"),
        ("2026-10-24T16:35+02:00", "2026-10-24T14:35:00", "2026-10-24"),
        ("2026-10-24T16:35:59.25+02:00", "2026-10-24T14:35:59.250000", "2026-10-24"),
        ("2026-10-24T16:35:59,123456789-01:00", "2026-10-24T17:35:59.123456", "2026-10-24"),
        ("20261024T163559+0200", "2026-10-24T14:35:59", "2026-10-24"),
    )
    MALFORMED = (
        "",
        "2026-10-24",
        "2026-10-24T16:35:59",  # without offset
        "2026-13-45T99:00:00",
        "2026-02-29T12:00:00+01:00",
        "2026-11-31T12:00:00Z",
        "2026-10-24T24:00:00+02:00",
        "2026-10-24T16:60:00+02:00",
        "2026-10-24T16:35:60+02:00",
        "2026-10-24T16:35:59+24:00",
        "2026-10-24T16:35:59+02:60",
        "2026-1024T16:35:59+02:00",
        "0026-10-24T16:35:59+02:00",
        "2026-10-24T16:35:59+02:00 ",
        "24/10/2026 16:35:59",
        "٢٠٢٦-10-24T16:35:59+02:00",
    )

    def test_are_read_with_their_offset_and_have_a_day_in_paris(self, parse):
        records, malformed = parse(*(row(DATE_HEURE=text) for text, _, _ in self.READ))
        assert malformed == []
        for record, (_, instant, day) in zip(records, self.READ, strict=True):
            assert record["started_at"] == datetime.fromisoformat(instant).replace(tzinfo=UTC)
            assert record["local_date"] == date.fromisoformat(day)

    def test_others_are_malformed(self, parse):
        records, malformed = parse(*(row(DATE_HEURE=text) for text in self.MALFORMED))
        assert records == []
        assert [(line["fault"], line["column"], line["value"]) for line in malformed] == [
            ("date", "DATE_HEURE", text) for text in self.MALFORMED
        ]

    def test_both_ways_of_reading_agree(self, parse):
        texts = [
            f"2026-{month:02}-{month + 3:02}T1{month % 10}:00:0{month % 10}-0{month % 10}:30" for month in range(1, 13)
        ]
        records, _ = parse(*(row(DATE_HEURE=text) for text in texts))
        assert [record["started_at"] for record in records] == [iso_instant(text) for text in texts]


def test_amounts_are_micro_euros(parse):
    amounts = {
        "0": 0,
        "0.087887": 87_887,
        "0,087887": 87_887,
        "12": 12_000_000,
        "12.": 12_000_000,
        ".5": 500_000,
        "+1,5": 1_500_000,
        "-0.5": -500_000,
        "-.000001": -1,
        "0.0000005": 1,  # half up
        "0.0000004": 0,
        "-0.0000005": -1,  # away from zero
        "999999999999.999999": 999_999_999_999_999_999,
    }
    records, _ = parse(*(row(MONTANT_ACHAT_HT=text) for text in amounts))
    assert {text: record["cost"] for text, record in zip(amounts, records, strict=True)} == amounts


@pytest.mark.parametrize(
    ("fault", "column", "values"),
    [
        ("kind", "TYPE", ["", "FAX", "voix", "VOIX "]),
        ("direction", "SENS", ["", "MX", "mo"]),
        ("msisdn", "MSISDN", ["", "+33639980001", "33 639980001", "A", "3" * 21, "٣٣٦"]),
        ("correspondent", "CORRESPONDANT", ["", "+33639980002", "#31#", "0639x", "1" * 21]),
        ("cost", "MONTANT_ACHAT_HT", ["", "-", ".", "1e3", "1.2.3", "1 000", "12€", "NaN", "1" * 13]),
        ("quantity", "DUREE_S", ["", "-12", "1.5", "1,0", "+3", " 4", "x", "100000000", "9" * 30]),
    ],
)
def test_a_malformed_line_tells_its_column_and_value(parse, fault, column, values):
    records, malformed = parse(*(row(**{column: value}) for value in values))
    assert records == []
    assert [(line["fault"], line["column"], line["value"]) for line in malformed] == [
        (fault, column, value) for value in values
    ]
    assert malformed[0]["raw"] == row(**{column: values[0]})


@pytest.mark.parametrize(
    ("kind", "column"),
    [("SMS", "NB_UNITES"), ("MMS", "NB_UNITES"), ("DATA", "VOLUME_OCTETS"), ("VOIX", "DUREE_S")],
)
def test_the_quantity_of_the_kind_is_the_one_that_is_missing(parse, kind, column):
    quantities = {"DUREE_S": "1", "NB_UNITES": "1", "VOLUME_OCTETS": "1"} | {column: ""}
    _, (line,) = parse(row(TYPE=kind, **quantities))
    assert (line["fault"], line["column"]) == ("quantity", column)


def test_a_line_with_several_faults_tells_the_first(parse):
    _, (line,) = parse(row(DATE_HEURE="never", TYPE="FAX", DUREE_S="-1"))
    assert line["fault"] == "date"


def test_the_number_of_fields_is_exact(parse):
    short, long = row().rsplit(";", 1)[0], row() + ";"
    records, malformed = parse(row(), short, row(), long, "x")
    assert [record["line_number"] for record in records] == [2, 4]
    assert [(line["line_number"], line["fault"], line["value"], line["raw"]) for line in malformed] == [
        (3, "fields", "14/15", short),
        (5, "fields", "16/15", long),
        (6, "fields", "1/15", "x"),
    ]


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_end_in_either_way(self, parse, end):
        records, malformed = parse(row(), row(ID_CDR="A2"), end=end)
        assert [record["cdr_id"] for record in records] == ["A1", "A2"]
        assert [record["cost"] for record in records] == [87_887, 87_887]
        assert malformed == []

    def test_the_last_needs_no_end(self, parse):
        records, _ = parse(content=f"{HEADER}\n{row()}".encode())
        assert len(records) == 1

    def test_blank_ones_count_for_the_line_numbers_only(self, parse):
        records, malformed = parse("", row(), "", "", row())
        assert [record["line_number"] for record in records] == [3, 6]
        assert malformed == []

    def test_a_byte_order_mark_is_no_part_of_the_header(self, parse):
        records, _ = parse(content=b"\xef\xbb\xbf" + f"{HEADER}\r\n{row()}\r\n".encode())
        assert len(records) == 1

    def test_the_header_may_be_in_any_order_and_case_and_have_more_columns(self, parse):
        header = (
            "montant_achat_ht;Type;MSISDN;id_cdr;DATE_HEURE;sens;correspondant;"
            "duree_s;volume_octets;nb_unites;zone_origine;plus"
        )
        (record,), _ = parse("1,5;SMS;33639980001;Z;2026-10-01T00:00:00+02:00;MT;15;;;3;UE;?", header=header)
        assert (record["cdr_id"], record["quantity"], record["origin_zone"], record["cost"]) == (
            "Z",
            3,
            "UE",
            1_500_000,
        )

    def test_other_line_separators_of_unicode_are_text(self, parse):
        records, malformed = parse(row(LIBELLE="a\x0bb\x0cc\x85d\u2028e"), row(ID_CDR="A2"))
        assert [record["line_number"] for record in records] == [2, 3]
        assert malformed == []

    def test_quotes_hold_delimiters(self, parse):
        quoted = row(LIBELLE='"Promo; ""été"""', ID_CDR='"A;1"')
        records, malformed = parse(row(ID_CDR="before"), quoted, row(ID_CDR="after"))
        assert [record["cdr_id"] for record in records] == ["before", "A;1", "after"]
        assert malformed == []

    def test_a_quote_within_a_field_is_a_character(self, parse):
        records, malformed = parse(row(LIBELLE='écran 5" plat'), row(ID_CDR="after"))
        assert [record["cdr_id"] for record in records] == ["A1", "after"]
        assert malformed == []

    def test_a_quote_left_open_spoils_its_own_line_only(self, parse):
        records, (line,) = parse(row(ID_CDR='"A1'), row(ID_CDR="after"))
        assert [record["cdr_id"] for record in records] == ["after"]
        assert (line["line_number"], line["fault"]) == (2, "fields")

    def test_no_character_is_lost_that_a_database_refuses(self, parse):
        (record,), (line,) = parse(row(ID_CDR="A\0B"), row(TYPE="\0"))
        assert record["cdr_id"] == "A\N{REPLACEMENT CHARACTER}B"
        assert "\0" not in line["raw"]

    def test_a_file_may_have_no_record(self, parse):
        assert parse() == ([], [])
