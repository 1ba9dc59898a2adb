"""Another pattern for a series that has given numbers: never the same number twice, whatever is changed and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documents.numbering import NumberPattern, PatternRefused, Reset
from apps.documents.renumbering import Used, fault, following, next_period


def rule(pattern: str, reset: Reset = Reset.NEVER) -> NumberPattern:
    return NumberPattern.parse(pattern, reset=reset)


def used(pattern: str, reset: Reset = Reset.NEVER, highest: int | None = 500) -> Used:
    return Used(rule(pattern, reset), pattern, highest)


YEARLY, MONTHLY, NEVER = Reset.YEARLY, Reset.MONTHLY, Reset.NEVER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (used("F{YYYY}-{N:6}", YEARLY), rule("F{YYYY}-{N:4}", YEARLY)),
        (used("F{YYYY}-{N:6}", YEARLY), rule("F{YYYY}-{N:6}", NEVER)),
        (used("F{YYYY}-{MM}-{N:3}", MONTHLY), rule("F{YYYY}-{MM}-{N:3}", YEARLY)),
        (used("F{YYYY}-{N:6}", NEVER), rule("F{YYYY}-{N:6}", YEARLY)),
        (used("F{YYYY}-{N:6}", YEARLY), rule("F{YYYY}{MM}-{N:5}", MONTHLY)),
        (used("F{N:6}"), rule("FA{N:6}")),
        (used("F{N:6}"), rule("F{YYYY}{N:6}", YEARLY)),
        (used("{N}", highest=1999), rule("{YYYY}/{N}", YEARLY)),
    ],
)
def test_a_series_may_go_on_with(before: Used, after: NumberPattern) -> None:
    assert fault(after, used=[before], others=[]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # F2026000123 could be the 26,000,123rd of the one and the 123rd of 2026 of the other.
        (used("F{YYYY}{N:6}", YEARLY), rule("F{N:10}")),
        (used("F{YYYY}{MM}{N:4}", MONTHLY), rule("F{YYYY}{N:6}", YEARLY)),
        (used("F{N:10}", highest=2_600_000_001), rule("F{YYYY}{N:6}", YEARLY)),
        # The literal year of last year is this year's number.
        (used("F2026-{N}"), rule("F{YYYY}-{N}", YEARLY)),
    ],
)
def test_numbers_that_could_read_as_former_ones_are_refused(before: Used, after: NumberPattern) -> None:
    refused = fault(after, used=[before], others=[])
    assert refused is not None
    assert (refused.code, refused.params) == ("pattern_repeats", {"pattern": before.pattern})


def test_back_to_a_former_pattern_only_if_it_shows_what_has_restarted_since() -> None:
    meanwhile = used("G{YYYY}-{N}", YEARLY)
    assert fault(rule("F{N}"), used=[used("F{N}")], others=[]) is None
    assert fault(rule("F{N}"), used=[used("F{N}"), meanwhile], others=[]) is not None
    assert fault(rule("F{MM}-{N}"), used=[used("F{MM}-{N}"), meanwhile], others=[]) is not None
    assert fault(rule("F{YYYY}-{N}"), used=[used("F{YYYY}-{N}"), meanwhile], others=[]) is None
    monthly = used("G{YYYY}{MM}-{N}", MONTHLY)
    assert fault(rule("F{YYYY}-{N}"), used=[used("F{YYYY}-{N}"), monthly], others=[]) is not None


def test_the_other_series_never_reads_the_same() -> None:
    credit_notes = used("A{YYYY}-{N:6}", YEARLY, highest=None)
    refused = fault(rule("A{YYYY}-{N:6}", YEARLY), used=[], others=[credit_notes])
    assert refused is not None
    assert refused.code == "pattern_repeats_other"
    assert fault(rule("{YYYY}-{N:6}", YEARLY), used=[], others=[credit_notes]) is None


def test_the_counter_goes_on_in_the_period_in_which_the_rule_is_changed() -> None:
    in_november = date(2026, 11, 20)
    yearly = rule("F{YYYY}-{N}", YEARLY)
    assert following(yearly, counter=500, last=in_november, day=date(2026, 12, 31)) == 501
    assert following(yearly, counter=500, last=in_november, day=date(2027, 1, 1)) == 1
    assert following(yearly, counter=0, last=None, day=in_november) == 1


@pytest.mark.parametrize(("reset", "starts"), [(NEVER, None), (YEARLY, date(2027, 1, 1)), (MONTHLY, date(2027, 1, 1))])
def test_the_next_period_begins(reset: Reset, starts: date | None) -> None:
    assert next_period(rule("F{YYYY}{MM}{N}", reset), date(2026, 12, 31)) == starts


# Few and alike, so that they meet.
patterns = st.sampled_from(
    [
        "F{N}",
        "F{MM}-{N}",
        "F{YYYY}-{N}",
        "F{YYYY}{MM}-{N}",
        "G{YYYY}{MM}-{N}",
        "F2026-{N}",
        "F2026{N}",
        "F{YYYY}{N}",
        "F{YY}{MM}{N:2}",
        "F{YYYY}{MM}{N}",
        "F{YY}{N:4}",
        "F20{N:4}",
    ]
)
changes = st.tuples(patterns, st.sampled_from(Reset))
# How many documents, so many days apart, after so many days.
issues = st.tuples(st.integers(1, 40), st.sampled_from([0, 0, 1, 20]), st.sampled_from([0, 1, 30, 366]))
steps = st.lists(st.tuples(changes, issues), max_size=12)


@settings(max_examples=400, deadline=None)
@given(steps)
def test_no_sequence_of_changes_and_issues_gives_a_number_twice(
    story: list[tuple[tuple[str, Reset], tuple[int, int, int]]],
) -> None:
    """Against a plain list of all numbers ever given."""
    given_numbers: list[str] = []
    current, pattern = rule("F{YYYY}-{N:3}", YEARLY), "F{YYYY}-{N:3}"
    former: list[Used] = []
    counter, day = 0, date(2026, 11, 20)
    for (text, reset), (documents, days_between, days_before) in story:
        try:
            new = rule(text, reset)
        except PatternRefused:
            pass
        else:
            now_used = [*former, Used(current, pattern, len(given_numbers))] if given_numbers else []
            if fault(new, used=now_used, others=[]) is None:
                former, current, pattern = now_used, new, text
        for place in range(documents):
            last = day if given_numbers else None
            day += timedelta(days=days_between if place else days_before)
            counter = following(current, counter=counter, last=last, day=day)
            given_numbers.append(current.format(counter, day))
    assert len(set(given_numbers)) == len(given_numbers)
