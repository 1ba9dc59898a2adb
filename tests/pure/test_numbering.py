"""Invoice numbers from patterns."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documents.numbering import NumberPattern, PatternRefused, Reset

DAY = date(2026, 10, 31)

fixed_parts = st.sampled_from(["F", "FA-", "2026", "0", "/", "_", "+", "{YYYY}", "{YY}", "{MM}"])
counters = st.sampled_from(["{N}", "{N:1}", "{N:3}", "{N:5}"])
days = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "counter", "number"),
    [
        ("F{YYYY}-{MM}-{N:5}", 42, "F2026-10-00042"),
        ("FA{YY}{MM}{N:4}", 1, "FA26100001"),
        ("{N}", 7, "7"),
        ("{N:3}", 1234, "1234"),
        ("{N:4}/{YYYY}", 12, "0012/2026"),
        ("av_+{MM}-{N}", 3, "av_+10-3"),
    ],
)
def test_a_pattern_writes_a_number(text: str, counter: int, number: str) -> None:
    assert NumberPattern.parse(text).format(counter, DAY) == number


@pytest.mark.parametrize(("reset", "key"), [(Reset.NEVER, ""), (Reset.YEARLY, "2026"), (Reset.MONTHLY, "2026-10")])
def test_a_counter_restarts_with_its_period(reset: Reset, key: str) -> None:
    assert NumberPattern.parse("{YYYY}{MM}{N:5}", reset=reset).period_key(DAY) == key


def test_the_next_three_numbers_are_previewed() -> None:
    pattern = NumberPattern.parse("F{YYYY}-{N:5}", reset=Reset.YEARLY)
    assert pattern.preview(99, DAY) == ["F2026-00099", "F2026-00100", "F2026-00101"]
    assert pattern.preview(1, DAY, n=1) == ["F2026-00001"]


def test_a_reset_is_read_from_its_stored_value() -> None:
    assert NumberPattern.parse("{YY}{N}", reset=Reset("yearly")).period_key(DAY) == "2026"


@pytest.mark.parametrize(
    ("text", "reset", "code", "params"),
    [
        ("", Reset.NEVER, "pattern_no_counter", {}),
        ("F{YYYY}", Reset.NEVER, "pattern_no_counter", {}),
        ("{N}-{N:5}", Reset.NEVER, "pattern_many_counters", {}),
        ("F{N", Reset.NEVER, "pattern_brace", {"position": 2}),
        ("F}{N}", Reset.NEVER, "pattern_brace", {"position": 2}),
        ("{{N}}", Reset.NEVER, "pattern_brace", {"position": 1}),
        ("{YEAR}{N}", Reset.NEVER, "pattern_field", {"field": "YEAR", "position": 1}),
        ("F{n}", Reset.NEVER, "pattern_field", {"field": "n", "position": 2}),
        ("{}{N}", Reset.NEVER, "pattern_field", {"field": "", "position": 1}),
        ("{N:0}", Reset.NEVER, "pattern_field", {"field": "N:0", "position": 1}),
        ("{N:100}", Reset.NEVER, "pattern_field", {"field": "N:100", "position": 1}),
        ("F {N}", Reset.NEVER, "pattern_character", {"character": " ", "position": 2}),
        ("{N}É", Reset.NEVER, "pattern_character", {"character": "É", "position": 4}),
        ("=F{N}", Reset.NEVER, "pattern_character", {"character": "=", "position": 1}),
        ("F{N}\n", Reset.NEVER, "pattern_character", {"character": "\n", "position": 5}),
        ("F{N:5}", Reset.YEARLY, "pattern_needs_year", {}),
        ("F{MM}{N:5}", Reset.YEARLY, "pattern_needs_year", {}),
        ("F{MM}{N:5}", Reset.MONTHLY, "pattern_needs_year", {}),
        ("F{YYYY}{N:5}", Reset.MONTHLY, "pattern_needs_month", {}),
        ("{N:36}", Reset.NEVER, "pattern_length", {"example": f"{1:036d}", "found": 36, "limit": 35}),
    ],
)
def test_a_pattern_that_cannot_serve_is_refused(text: str, reset: Reset, code: str, params: dict[str, object]) -> None:
    with pytest.raises(PatternRefused) as refused:
        NumberPattern.parse(text, reset=reset)
    assert (refused.value.code, refused.value.params) == (code, params)


def test_a_counter_that_outgrows_the_number_is_refused_rather_than_cut() -> None:
    pattern = NumberPattern.parse("F" * 33 + "{N:2}")
    assert len(pattern.format(99, DAY)) == 35
    with pytest.raises(PatternRefused) as refused:
        pattern.format(100, DAY)
    assert refused.value.code == "pattern_length"


@pytest.mark.parametrize("counter", [0, -1])
def test_counters_start_at_one(counter: int) -> None:
    with pytest.raises(PatternRefused) as refused:
        NumberPattern.parse("{N}").format(counter, DAY)
    assert refused.value.code == "pattern_counter"


@settings(max_examples=30)
@given(
    st.lists(fixed_parts, max_size=4),
    counters,
    st.lists(fixed_parts, max_size=4),
    days,
    st.integers(1, 10**6),
)
def test_every_number_has_only_allowed_characters(
    before: list[str], counter: str, after: list[str], day: date, value: int
) -> None:
    number = NumberPattern.parse("".join([*before, counter, *after])).format(value, day)
    assert re.fullmatch(r"[A-Za-z0-9+_/-]{1,35}", number)


@settings(max_examples=30)
@given(
    st.lists(fixed_parts, max_size=3),
    counters,
    st.lists(fixed_parts, max_size=3),
    st.sampled_from(Reset),
    st.tuples(days, st.integers(1, 2000)),
    st.tuples(days, st.integers(1, 2000)),
)
def test_two_documents_never_get_one_number(
    before: list[str],
    counter: str,
    after: list[str],
    reset: Reset,
    one: tuple[date, int],
    other: tuple[date, int],
) -> None:
    try:
        pattern = NumberPattern.parse("".join([*before, counter, *after]), reset=reset)
    except PatternRefused:
        return
    if (pattern.period_key(one[0]), one[1]) != (pattern.period_key(other[0]), other[1]):
        assert pattern.format(one[1], one[0]) != pattern.format(other[1], other[0])
