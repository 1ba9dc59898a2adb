"""What a template written in the admin can do, and above all what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from apps.core import sandbox
from apps.core.french import NBSP
from apps.core.sandbox import Limits, TemplateFault


@pytest.fixture(autouse=True)
def as_written() -> Iterator[None]:
    """Faults are compared as the code writes them; that they have French is the catalogue's test."""
    with translation.override("en"):
        yield


@dataclass(frozen=True)
class Address:
    city: str = "LYON"


@dataclass(frozen=True)
class Person:
    name: str = "ALICE"
    due: date = date(2026, 12, 1)
    amount: Decimal = Decimal("1234.5")
    address: Address = Address()
    nicknames: tuple[str, ...] = ("Al", "Lili")
    nobody: None = None
    secrets: dict[str, str] = field(default_factory=lambda: {"key": "s3cret"})

    @property
    def greeting(self) -> str:
        return f"Bonjour {self.name}"

    def delete(self) -> str:
        raise AssertionError("a template called a method")

    def _hidden(self) -> str:
        raise AssertionError("a template called a method")


@dataclass
class Changeable:
    name: str = "ALICE"


def render(source: str, limits: Limits | None = None, **context: object) -> str:
    return sandbox.render(source, {"person": Person(), **context}, limits=limits or Limits())


def fault(source: str, **context: object) -> TemplateFault:
    with pytest.raises(TemplateFault) as refused:
        render(source, **context)
    return refused.value


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ person.name }} à {{ person.address.city }}", "ALICE à LYON"),
        ("{{ person.greeting }}", "Bonjour ALICE"),
        ("{{ person.nicknames.1 }}", "Lili"),
        ("{{ person.amount|euros }}", f"1{NBSP}234,50{NBSP}€"),
        ("{{ person.amount }} {{ person.due }}", f"1{NBSP}234,5 01/12/2026"),
        ("{{ person.due|longdate }}", f"1er{NBSP}décembre{NBSP}2026"),
        ("[{{ person.nobody }}{{ person.nobody|euros }}{{ person.nobody|date }}]", "[]"),
        ("{{ person.nobody|default:'–' }}", "–"),
        ("{% if person.name == 'ALICE' and not person.nobody %}oui{% else %}non{% endif %}", "oui"),
        ("{% if person.amount > 2000 %}a{% elif person.amount > 1000 %}b{% endif %}", "b"),
        ("{% for n in person.nicknames %}{{ forloop.counter }}{{ n }} {% endfor %}", "1Al 2Lili "),
        ("{% for n in person.nicknames %}{% if forloop.last %}{{ n }}{% endif %}{% endfor %}", "Lili"),
        ("{% for n in nothing %}{{ n }}{% empty %}personne{% endfor %}", "personne"),
        ("{% comment %}{{ nowhere }}{% endcomment %}{# {{ nowhere }} #}ici", "ici"),
        ("{{ '33639980001'|number }}", f"06{NBSP}39{NBSP}98{NBSP}00{NBSP}01"),
        ("{% for line in text|paragraphs %}<p>{{ line }}</p>{% endfor %}", "<p>un</p><p>deux</p>"),
    ],
)
def test_what_a_template_is_for(source: str, shown: str) -> None:
    assert render(source, nothing=(), text="un\n\n deux \n") == shown


def test_a_plain_text_is_literal_and_not_taken_for_html() -> None:
    shown = sandbox.render("{{ name|upper }} & {% if name %}{{ name }}{% endif %}", {"name": "<b>'"}, plain=True)
    assert shown == "<B>' & <b>'"
    assert not hasattr(shown, "__html__")


def test_data_is_always_escaped_and_never_a_template() -> None:
    shown = render("{{ person.name }}", person=Person(name="'; <b>{{ person.due }}{% if %}"))
    assert shown == "&#x27;; &lt;b&gt;{{ person.due }}{% if %}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ person.delete }}",
        "{{ person.name.upper }}",
        "{{ person.name.0 }}",
        "{{ person.secrets.key }}",
        "{{ person.nicknames.count }}",
        "{{ person.nicknames.9 }}",
        "{{ person.amount.as_tuple }}",
        "{{ person.due.year }}",
        "{{ changeable.name }}",
        "{{ request.user }}",
        "{{ settings.SECRET_KEY }}",
        "{{ nowhere }}",
        "{{ person.nowhere }}",
        "{{ person.name|default:nowhere }}",
        "{% if nowhere %}a{% endif %}",
        "{% if person.nowhere == 1 %}a{% endif %}",
        "{% if not nowhere %}a{% endif %}",
        "{% for x in nowhere %}a{% endfor %}",
    ],
)
def test_a_placeholder_reaches_fields_and_properties_and_nothing_else(source: str) -> None:
    refused = fault(f"un\ndeux\n{source}", changeable=Changeable())
    assert refused.line == 3
    assert "unknown placeholder" in str(refused)


@pytest.mark.parametrize("source", ["{{ person.__class__ }}", "{{ person._hidden }}", "{{ _budget.turns }}"])
def test_underscores_open_nothing(source: str) -> None:
    assert fault(f"\n{source}").line == 2


@pytest.mark.parametrize(
    "tag",
    [
        "load static",
        "include 'x.html'",
        "extends 'x.html'",
        "block x",
        "debug",
        "ssi '/etc/passwd'",
        "url 'admin:index'",
        "csrf_token",
        "autoescape off",
        "verbatim",
        "with a=person",
        "filter upper",
        "now 'Y'",
        "lorem 9",
        "translate 'x'",
    ],
)
def test_no_other_tag_exists(tag: str) -> None:
    refused = fault(f"\n{{% {tag} %}}")
    assert refused.line == 2
    assert "unexpected tag" in str(refused)


@pytest.mark.parametrize(
    "name", ["safe", "safeseq", "escape", "add", "ljust", "pprint", "join", "make_list", "random", "slice"]
)
def test_no_other_filter_exists(name: str) -> None:
    refused = fault(f"\n\n{{{{ person.name|{name} }}}}")
    assert refused.line == 3
    assert name in str(refused)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n{% if person.name %}\nb", 2),
        ("a\n\n{% for n in person.nicknames %}", 3),
        ("a\n{% endif %}", 2),
        ("{% for n of person.nicknames %}{% endfor %}", 1),
        ("{% for _budget in person.nicknames %}{% endfor %}", 1),
        ("a\n{{ person.name| }}", 2),
        ("a\n{{ }}", 2),
        ("a\n{% if person.name = 1 %}{% endif %}", 2),
        ("{{ _('text') }}", 1),
        ("{{ person.name|euros }}", 1),
        ("a\n{{ person.due|euros }}", 2),
        ("a\n{{ person.amount|date }}", 2),
        ("a\n{{ person }}", 2),
        ("a\n{{ person.nicknames }}", 2),
        ("a\n{% for letter in person.name %}{{ letter }}{% endfor %}", 2),
    ],
)
def test_a_mistake_is_named_with_its_line(source: str, line: int) -> None:
    assert fault(source).line == line


MANY = tuple("x" * 10 for _ in range(1000))


@pytest.mark.parametrize(
    ("source", "limits"),
    [
        ("{% for a in many %}{% for b in many %}{% endfor %}{% endfor %}", Limits(loop_turns=5000)),
        ("{% for a in many %}{{ a }}{% endfor %}", Limits(output_characters=5000)),
        ("{% for a in many %}{% for b in many %}{{ a }}{% endfor %}{% endfor %}", Limits(seconds=0)),
        ("x" * 101, Limits(source_characters=100)),
        ("x" * 101, Limits(output_characters=100)),
        ("{% if 1 %}" * 3000 + "{% endif %}" * 3000, Limits()),
        ("{% if 1 %}" * 420 + "{% endif %}" * 420, Limits()),
    ],
    ids=["turns", "output of a loop", "time", "source", "output", "depth", "depth of rendering"],
)
def test_no_template_can_exhaust_the_machine(source: str, limits: Limits) -> None:
    with pytest.raises(TemplateFault):
        render(source, limits, many=MANY)


def test_one_rendering_does_not_spend_the_budget_of_the_next() -> None:
    limits = Limits(loop_turns=1000)
    for _ in range(3):
        assert render("{% for a in many %}.{% endfor %}", limits, many=MANY) == "." * 1000
