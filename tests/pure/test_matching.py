"""Which row prices a number (DOMAIN §5.1 and §5.2)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tariffs.matching import (
    KEYS_END,
    NO_RATE,
    RateIndex,
    flatten,
    free_rule,
    is_special,
    number_key,
    prefix_range,
)
from apps.tariffs.rating import RateTerms
from tests.pure import reference_rater

digits = st.text("0123456789", max_size=15)


def rates(*prefixes, **terms):
    defaults = {"kind": "voice", "origin": "FR"}
    return [RateTerms(id=0, prefix=prefix, destination=prefix or "any", **defaults | terms) for prefix in prefixes]


def found(rows, number, *, kind="voice", incoming=False, origin="FR", version=1):
    index = RateIndex({1: rows})
    rate = index.find(version=version, kind=kind, incoming=incoming, origin=origin, number=number)
    return rate.destination if rate else None


class TestPrefixes:
    def test_the_longest_prefix_wins(self):
        grid = rates("", "3", "33", "336", "33700", "44")
        assert [found(grid, number) for number in ("33612345678", "33700123456", "33112345678")] == [
            "336",
            "33700",
            "33",
        ]
        assert [found(grid, number) for number in ("34912345678", "44123456789", "49123456789")] == [
            "3",
            "44",
            "any",
        ]

    def test_a_prefix_goes_on_after_a_longer_one_inside_it(self):
        grid = rates("33", "3360", "3366")
        assert found(grid, "33699999999") == "33"
        assert found(grid, "33612345678") == "33"
        assert found(grid, "33659999999999") == "33"

    def test_no_prefix_is_no_rate(self):
        assert found(rates("33", "44"), "34123456789") is None
        assert found(rates("33", "44"), "45000000000") is None

    def test_a_number_shorter_than_a_prefix_that_ends_in_zeros_does_not_match_it(self):
        grid = rates("3320000", "332000000", "33200000000000")
        assert found(grid, "3320000") == "3320000"
        assert found(grid, "33200000") == "3320000"
        assert found(grid, "332000000") == "332000000"

    def test_prefixes_have_up_to_fifteen_digits(self):
        grid = rates("33", "336123456789012")
        assert found(grid, "336123456789012") == "336123456789012"
        assert found(grid, "336123456789013") == "33"
        assert found(grid, "33612345678901299") == "336123456789012"  # a number may be longer
        with pytest.raises(ValueError):
            RateIndex({1: rates("3361234567890123")})

    @given(digits, digits)
    def test_a_number_lies_in_the_range_of_exactly_its_own_prefixes(self, prefix, number):
        first, end = prefix_range(prefix)
        assert (first <= number_key(number) < end) == number.startswith(prefix)

    @given(st.lists(digits.filter(bool), unique=True, max_size=12), digits)
    def test_flattened_ranges_find_the_longest_prefix(self, prefixes, number):
        ranges = flatten({prefix: place for place, prefix in enumerate(prefixes)})
        keys = [key for key, _ in ranges]
        assert keys == sorted(set(keys))
        assert keys[0] == 0
        assert keys[-1] <= KEYS_END
        value = [value for key, value in ranges if key <= number_key(number)][-1]
        matching = [prefix for prefix in prefixes if number.startswith(prefix)]
        assert value == (prefixes.index(max(matching, key=len)) if matching else NO_RATE)


class TestSpecialNumbers:
    grid = [*rates("36", "3631", "0899", "118", special=True), *rates("", "3", "36", "363")]

    @pytest.mark.parametrize("number", ["15", "118", "3631", "116000", "0899123456", "0612345678"])
    def test_short_numbers_and_numbers_beginning_with_zero_are_special(self, number):
        assert is_special("voice", number)
        assert is_special("sms", number)
        assert not is_special("data", number)

    @pytest.mark.parametrize("number", ["1234567", "3631234567", "33612345678"])
    def test_others_are_not(self, number):
        assert not is_special("voice", number)

    def test_they_match_special_rows_and_no_others(self):
        assert found(self.grid, "3631") == "3631"
        assert found(self.grid, "3699") == "36"
        assert found(self.grid, "0899123456") == "0899"
        assert found([*rates("36"), *rates("0899", special=True)], "3631") is None

    def test_a_number_of_hungary_is_not_the_short_code(self):
        assert found(self.grid, "3631234567") == "363"
        assert found(rates("3631", special=True), "3631234567") is None

    def test_a_national_number_is_never_made_international(self):
        assert found(rates("33", "336"), "0612345678") is None

    def test_a_zero_in_front_is_a_digit(self):
        grid = rates("0899", "0", "08", special=True)
        assert [found(grid, number) for number in ("0899", "0800123456", "0123456789")] == ["0899", "08", "0"]
        assert found(grid, "8991234"[:6]) is None

    def test_the_row_for_any_number_comes_after_every_special_row(self):
        assert found([*rates(""), *rates("36", special=True)], "3631") == "36"
        assert found([*rates(""), *rates("36", special=True)], "118") == "any"

    def test_a_special_row_for_any_number_comes_before_the_row_for_any_number(self):
        special = [RateTerms(id=1, kind="voice", origin="FR", special=True, destination="any special")]
        assert found([*rates(""), *special], "118") == "any special"
        assert found([*rates(""), *special], "33123456789") == "any"


class TestCandidates:
    def test_kind_direction_and_origin_must_agree(self):
        grid = [
            *rates("33"),
            *rates("", kind="sms"),
            *rates("", origin="ROAM_UE", incoming=True),
            *rates("", kind="data"),
        ]
        assert found(grid, "33123456789") == "33"
        assert found(grid, "33123456789", kind="mms") is None
        assert found(grid, "33123456789", incoming=True) is None
        assert found(grid, "33123456789", origin="ROAM_UE") is None
        assert found(grid, "33123456789", origin="ROAM_UE", incoming=True) == "any"
        assert found(grid, "33123456789", origin="ROAM_MONDE") is None
        assert found(grid, "", kind="data") == "any"
        assert found(grid, "0612345678", kind="data") == "any"

    def test_versions_are_apart(self):
        index = RateIndex({1: rates("33"), 2: rates("44"), 3: []})

        def version(number, version):
            return index.find(version=version, kind="voice", incoming=False, origin="FR", number=number)

        assert version("33123456789", 1)
        assert version("44123456789", 1) is None
        assert version("44123456789", 2)
        assert version("33123456789", 3) is None
        assert version("33123456789", 99) is None

    def test_two_rows_for_one_prefix_are_refused(self):
        with pytest.raises(ValueError):
            RateIndex({1: rates("33", "33")})

    def test_a_special_row_is_not_a_double_of_the_other(self):
        RateIndex({1: [*rates("36"), *rates("36", special=True)]})

    def test_an_empty_book_finds_nothing(self):
        assert found([], "33123456789") is None


class TestRulesAboveTheGrid:
    @pytest.mark.parametrize("number", reference_rater.FREE_NUMBERS)
    @pytest.mark.parametrize("kind", ["voice", "sms"])
    def test_emergencies_are_free_anywhere(self, kind, number):
        assert free_rule(kind=kind, incoming=False, origin="ROAM_MONDE", number=number) == "emergency"

    @pytest.mark.parametrize("kind", ["mms", "data"])
    def test_but_only_calls_and_texts(self, kind):
        assert free_rule(kind=kind, incoming=False, origin="FR", number="112") is None

    def test_so_is_the_call_back(self):
        assert free_rule(kind="voice", incoming=True, origin="ROAM_MONDE", number="15") == "emergency"

    def test_no_longer_number_is_an_emergency(self):
        assert free_rule(kind="voice", incoming=False, origin="FR", number="1123") is None
        assert free_rule(kind="voice", incoming=False, origin="FR", number="1161177") is None

    def test_what_comes_in_at_home_is_free(self):
        assert free_rule(kind="voice", incoming=True, origin="FR", number="33123456789") == "incoming"
        assert free_rule(kind="voice", incoming=True, origin="ROAM_UE", number="33123456789") is None
        assert free_rule(kind="voice", incoming=False, origin="FR", number="33123456789") is None


def test_random_grids_give_the_row_that_the_plain_rater_gives():
    rng = random.Random(5)
    for _ in range(30):
        grid = random_grid(rng)
        index = RateIndex({4: grid})
        for _ in range(60):
            kind = rng.choice(["voice", "sms", "mms", "data"])
            direction, zone, number = (
                rng.choice(["MO", "MT"]),
                rng.choice(["FR", "UE", "XX"]),
                random_number(rng),
            )
            record = {"kind": kind, "direction": direction, "zone": zone, "number": number}
            row = index.find(version=4, kind=kind, incoming=direction == "MT", origin=zone, number=number)
            assert row == reference_rater.find(grid, record), record


def random_number(rng: random.Random) -> str:
    """Numbers that share many prefixes: few digits, all lengths, sometimes none."""
    return "".join(rng.choice("0013") for _ in range(rng.randint(0, 16)))


def random_grid(rng: random.Random) -> list[RateTerms]:
    keys = {
        (
            rng.choice(["voice", "sms", "mms", "data"]),
            rng.random() < 0.2,
            rng.choice(["FR", "UE"]),
            rng.random() < 0.4,
            random_number(rng)[: rng.choice([0, 1, 2, 3, 15])],
        )
        for _ in range(80)
    }
    return [
        RateTerms(
            id=id,
            kind=kind,
            incoming=incoming,
            origin=origin,
            special=special,
            prefix=prefix,
            destination=prefix,
        )
        for id, (kind, incoming, origin, special, prefix) in enumerate(sorted(keys))
    ]
