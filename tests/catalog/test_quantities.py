from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.quantities import (
    LARGEST,
    UNLIMITED,
    exact_text,
    parse_included,
    parse_quantity,
    quantity_text,
)
from apps.core.refusals import Refusal
from apps.core.wording import sentence


@pytest.mark.parametrize(
    ("kind", "quantity", "said"),
    [
        ("voice", 0, "0 s"),
        ("voice", 59, "59 s"),
        ("voice", 754, "12 min 34 s"),
        ("voice", 7200, "2 h"),
        ("voice", 9000, "2 h 30 min"),
        ("voice", 3_600_000, "1 000 h"),
        ("sms", 1, "1 SMS"),
        ("sms", 1500, "1 500 SMS"),
        ("mms", 2, "2 MMS"),
        ("data", 0, "0 octets"),
        ("data", 1023, "1 023 octets"),
        ("data", 1024, "1 Ko"),
        ("data", 1536, "1,5 Ko"),
        ("data", 104_857_600, "100 Mo"),
        ("data", 21_474_836_480, "20 Go"),
        ("data", 5 * 1024**5, "5 120 To"),
    ],
)
def test_a_quantity_is_said_in_its_unit(kind: str, quantity: int, said: str) -> None:
    assert quantity_text(kind, quantity).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_reseller_who_counts_in_thousands_reads_thousands(settings: pytest.FixtureRequest) -> None:
    settings.MEGABYTE = 1000**2  # type: ignore[attr-defined]
    assert quantity_text("data", 20_000_000_000) == "20\N{NO-BREAK SPACE}Go"


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("voice", "2 h", 7200),
        ("voice", "2H", 7200),
        ("voice", "1 h 30", 5400),
        ("voice", "1h30min", 5400),
        ("voice", "90 min", 5400),
        ("voice", "90 minutes", 5400),
        ("voice", "1,5 h", 5400),
        ("voice", "1 000 h", 3_600_000),
        ("voice", "12 min 34 s", 754),
        ("voice", "45 s", 45),
        ("sms", "100", 100),
        ("sms", "1 500 SMS", 1500),
        ("data", "50 Go", 50 * 1024**3),
        ("data", "1,5 Go", 3 * 512 * 1024**2),
        ("data", "500mo", 500 * 1024**2),
        ("data", "2 To", 2 * 1024**4),
        ("data", "2 GB", 2 * 1024**3),
        ("data", "1000 octets", 1000),
    ],
)
def test_a_quantity_is_typed_as_people_say_it(kind: str, typed: str, meant: int) -> None:
    assert parse_quantity(kind, typed) == meant
    assert parse_included(kind, typed) == meant


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("voice", "2", "quantity_voice"),
        ("voice", "30 min 2 h", "quantity_voice"),
        ("voice", "2 h 2 h", "quantity_voice"),
        ("voice", "30 min 5", "quantity_voice"),
        ("voice", "deux heures", "quantity_voice"),
        ("voice", "-2 h", "quantity_voice"),
        ("voice", "0,1 s", "quantity_not_whole"),
        ("sms", "10 Go", "quantity_sms"),
        ("mms", "abc", "quantity_mms"),
        ("mms", "10 Go", "quantity_mms"),
        ("sms", "1,5", "quantity_not_whole"),
        ("data", "50", "quantity_data"),
        ("data", "50 Go 3 Mo", "quantity_data"),
        ("data", "1 h", "quantity_data"),
        ("data", "1,0001 octets", "quantity_not_whole"),
        ("data", "99999 To", "quantity_too_large"),
        ("data", "illimité", "quantity_limited"),
        ("data", "", "quantity_data"),
        ("data", "=1+1", "quantity_data"),
    ],
)
def test_what_is_doubtful_is_refused(kind: str, typed: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_quantity(kind, typed)
    assert refused.value.code == why
    assert sentence(refused.value)


@pytest.mark.parametrize(("kind", "typed"), [("voice", "2"), ("sms", "10 Go"), ("data", "50")])
def test_illimite_is_proposed_where_it_may_be_typed_only(kind: str, typed: str) -> None:
    said = []
    for parse in (parse_quantity, parse_included):
        with pytest.raises(Refusal) as refused:
            parse(kind, typed)
        said.append("illimité" in sentence(refused.value))
    assert said == [False, True]


@pytest.mark.parametrize("typed", ["illimité", "Illimitée", "ILLIMITE", " illimités "])
def test_what_has_no_limit(typed: str) -> None:
    assert {parse_included(kind, typed) for kind in ("voice", "sms", "data")} == {UNLIMITED}


@pytest.mark.parametrize("typed", ["", "  ", "0", "aucun"])
def test_what_includes_nothing(typed: str) -> None:
    assert parse_included("data", typed) == 0


@given(kind=st.sampled_from(["voice", "sms", "data"]), quantity=st.integers(0, LARGEST))
def test_what_a_field_shows_is_read_as_what_it_was(kind: str, quantity: int) -> None:
    assert parse_quantity(kind, exact_text(kind, quantity)) == quantity


@given(
    kind=st.sampled_from(["voice", "sms"]),
    quantity=st.integers(0, 10**9),
)
def test_durations_and_messages_are_said_exactly(kind: str, quantity: int) -> None:
    assert parse_quantity(kind, quantity_text(kind, quantity)) == quantity


@given(number=st.integers(1, 999), power=st.integers(0, 4))
def test_whole_volumes_are_said_exactly(number: int, power: int) -> None:
    assert parse_quantity("data", quantity_text("data", number * 1024**power)) == number * 1024**power


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(typed: str) -> None:
    for kind in ("voice", "sms", "data"):
        try:
            quantity = parse_included(kind, typed)
        except Refusal:
            continue
        assert quantity == UNLIMITED or 0 <= quantity <= LARGEST
