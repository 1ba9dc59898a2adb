"""Templates written to do harm: refused with a sentence, or harmless, and soon.

They run in a process of their own with a gigabyte of addresses and a clock. The slowest take about a second, which is
what 40,000 placeholders cost; the limit of these tests leaves room for a busy machine.
"""

from __future__ import annotations

import pytest

from tests.core import apart
from tests.core.apart import Outcome
from tests.core.attacks import CANARY, HARMLESS, REFUSED
from tests.core.grammar import generated

SLOWEST = 8.0  # seconds: the limit of the sandbox is 5
GENERATED = 500


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    cases = {**REFUSED, **HARMLESS}
    return dict(zip(cases, apart.all_of(cases.values()), strict=True))


@pytest.mark.parametrize("name", REFUSED)
def test_an_attack_is_refused_with_a_sentence(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[name]
    assert outcome.kind == "fault", outcome
    assert outcome.seconds < SLOWEST
    assert CANARY not in outcome.text


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_like_an_attack_shows_nothing_but_what_it_says(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[name]
    assert outcome.kind == "shown", outcome
    assert outcome.seconds < SLOWEST
    assert CANARY not in outcome.text


def test_faults_are_told_in_french(outcomes: dict[str, Outcome]) -> None:
    english = ("Could not", "remainder", "Unexpected", "Not expecting", "variable", "on line", "requires", "may not")
    told = {name: outcome.text for name, outcome in outcomes.items() if outcome.kind == "fault"}
    assert {name: text for name, text in told.items() if any(word in text for word in english)} == {}


def test_faults_of_a_tag_have_a_line_and_are_short(outcomes: dict[str, Outcome]) -> None:
    for name in REFUSED:
        if name.startswith(("tag ", "path ")):
            assert outcomes[name].line == 1, name
    assert {name: len(one.text) for name, one in outcomes.items() if one.kind == "fault" and len(one.text) > 300} == {}


def test_five_hundred_templates_made_up_by_chance_do_no_harm() -> None:
    sources = list(generated(GENERATED, seed=2026))
    found = apart.all_of(sources)
    wrong = [
        (outcome, source[:500])
        for outcome, source in zip(found, sources, strict=True)
        if outcome.kind not in ("shown", "fault") or CANARY in outcome.text or outcome.seconds > SLOWEST
    ]
    assert wrong == []
    # Chance that finds only mistakes, or none, would prove little.
    shown = sum(outcome.kind == "shown" for outcome in found)
    assert GENERATED * 0.05 < shown < GENERATED * 0.95, shown
