"""Every mistake of a template is found without rendering it, in branches too that no example leads into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from apps.core import sandbox
from apps.core.sandbox.checking import TAKES, faults_of
from apps.core.sandbox.kinds import UNKNOWN, element_of, kind_of
from apps.core.sandbox.library import register


@pytest.fixture(autouse=True)
def as_written() -> Iterator[None]:
    with translation.override("en"):
        yield


@dataclass(frozen=True)
class Line:
    label: str = "Forfait"
    net: Decimal = Decimal("10.00")
    ends: date | None = None
    tags: tuple[str, ...] = ("a", "b")

    @property
    def year(self) -> int:
        return 2026

    def delete(self) -> str:
        raise AssertionError("a template called a method")


@dataclass(frozen=True)
class Bill:
    number: str = "F1"
    paid: bool = False
    lines: tuple[Line, ...] = ()


KINDS: dict[str, Any] = {"bill": Bill, "name": str, "anything": UNKNOWN, "words": tuple[str, ...]}
IN_A_BRANCH = "{{% if bill.paid %}}{{% for line in bill.lines %}}\n{source}\n{{% endfor %}}{{% endif %}}"


def faults(source: str) -> list[str]:
    return [str(fault) for fault in faults_of(source, KINDS)]


@pytest.mark.parametrize(
    "source",
    [
        "{{ bill.number|upper }} {{ line.label }} {{ line.net|euros }} {{ line.ends|date }} {{ line.year }}",
        "{{ line.ends|days:line.ends }}{{ line.tags.0 }}{{ bill.lines.0.tags.1|upper }}{{ bill.lines|count }}",
        "{{ forloop.counter }}{% if forloop.last and not line.ends %}fin{% elif line.net > 3 %}x{% else %}y{% endif %}",
        "{% for tag in line.tags %}{{ tag }}{% empty %}{{ line.label }}{% endfor %}",
        "{% for part in bill.number|paragraphs %}{{ part|upper }}{% endfor %}",
        "{{ name|default:'–' }}{{ name|default:line.label }}{{ anything.at.all|euros }}{{ 'texte' }}{{ 3 }}",
        "{% if anything %}{% if line.net < 2 or 1 %}{% endif %}{% endif %}{% comment %}{{ x }}{% endcomment %}",
        "{% if None == line.ends and True != False %}a{% endif %}",
    ],
)
def test_a_good_template_has_none(source: str) -> None:
    assert faults(IN_A_BRANCH.format(source=source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ bill.nowhere }}",
        "{{ nowhere }}",
        "{{ line.delete }}",
        "{{ line.label.upper }}",
        "{{ line.tags.x }}",
        "{{ name|default:nowhere }}",
        "{{ line.ends|days:nowhere }}",
        "{% if nowhere %}{% endif %}",
        "{% if line.net > 3 and not nowhere %}{% endif %}",
        "{% if line.net %}{% elif nowhere == 1 %}{% endif %}",
        "{% if 1 in nowhere %}{% endif %}",
        "{% for x in nowhere %}{% endfor %}",
        "{% for x in line.tags %}{% empty %}{{ x }}{% endfor %}",
        "{% for x in line.tags %}{% endfor %}{{ x }}",
        "{{ forloop.length }}",
    ],
)
def test_an_unknown_placeholder_is_found_wherever_it_hides(source: str) -> None:
    [fault] = faults_of(IN_A_BRANCH.format(source=source), KINDS)
    assert (fault.line, "unknown placeholder" in str(fault)) == (2, True)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ line.label|euros }}", "does not fit"),
        ("{{ line.net|date }}", "does not fit"),
        ("{{ line.ends|days:line.label }}", "does not fit"),
        ("{{ line.tags|upper }}", "does not fit"),
        ("{{ line.label|count }}", "does not fit"),
        ("{{ bill.paid|euros }}", "does not fit"),
        ("{{ line }}", "not a text"),
        ("{{ line.tags }}", "not a text"),
        ("{{ bill.paid }}", "not a text"),
        ("{% for x in line.label %}{% endfor %}", "not a list"),
        ("{% for x in line.net %}{{ x.y.z }}{% endfor %}", "not a list"),
    ],
)
def test_what_cannot_be_shown_is_found(source: str, said: str) -> None:
    [fault] = faults_of(IN_A_BRANCH.format(source=source), KINDS)
    assert (fault.line, said in str(fault)) == (2, True)


def test_all_are_said_at_once_and_each_once() -> None:
    source = (
        "{{ a }}\n{{ name|euros }}{{ b }}\n{% if bill.x %}{{ name }}\n{% else %}{{ bill.y }}{{ bill.y }}{% endif %}"
    )
    assert [fault.line for fault in faults_of(source, KINDS)] == [1, 2, 2, 3, 4]


def test_of_what_cannot_be_compiled_each_tag_is_read_by_itself() -> None:
    source = (
        "{{ name|safe }}\n{% load x %}\n"
        "{{ name| }}{% comment %}{% load y %}{{ a b }}{% endcomment %}\n{{ }}\n{% if 1 %}"
    )
    assert [fault.line for fault in faults_of(source, KINDS)] == [1, 2, 3, 4]
    assert [fault.line for fault in faults_of("a\n{% if name %}", KINDS)] == [2]
    assert [fault.line for fault in faults_of("{% endif %}\n{{ name|safe }}", KINDS)] == [1, 2]


@pytest.mark.parametrize("depth", [420, 3000])
def test_nesting_without_end_is_refused_and_not_a_crash(depth: int) -> None:
    source = "{% if 1 %}" * depth + "{{ nowhere }}" + "{% endif %}" * depth
    assert faults(source)


def test_a_source_that_is_too_long_is_refused() -> None:
    assert faults_of("x" * 11, KINDS, limits=sandbox.Limits(source_characters=10))


def test_kinds_of_examples() -> None:
    assert kind_of("a") is str
    assert element_of(kind_of((Line(),))) is Line
    assert element_of(kind_of(())) is UNKNOWN
    assert element_of(str) is None


def test_every_filter_says_what_it_takes() -> None:
    assert set(register.filters) - set(TAKES) == {"default"}
