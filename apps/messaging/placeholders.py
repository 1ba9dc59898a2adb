"""What may be written in the texts of an event, said to whoever writes them.

A placeholder is mostly a frozen dataclass: each of its fields says what it means where it is declared
(:func:`apps.messaging.events.means`), and this module unfolds them into the paths that a text may name:
``invoice.number``, ``company.phone``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from apps.core import sandbox
from apps.core.sandbox.kinds import element_of, kind_of, members_of
from apps.messaging.events import Event, Placeholder
from apps.messaging.letterhead import COMPANY

#: The filter that a kind is written with, where its field names no other.
FILTERS = {Decimal: "euros", date: "date"}
#: What a loop calls each thing of a list.
ELEMENT = "element"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One thing that a text may name: ``insert`` is how it is written there, ``example`` what it looks like.

    ``group`` is the name of its placeholder. A list is written as a loop over it.
    """

    path: str
    meaning: str
    example: str
    insert: str
    group: str


def placeholders_of(event: Event) -> tuple[Placeholder, ...]:
    """Those of the event, and «company», which every text has."""
    return (*event.placeholders, COMPANY)


def kinds_of(event: Event) -> dict[str, Any]:
    """The kinds of all that a text of ``event`` may name (:mod:`apps.core.sandbox.kinds`)."""
    return {placeholder.name: kind_of(placeholder.example) for placeholder in placeholders_of(event)}


def documented(event: Event) -> list[Documented]:
    """All that a text of ``event`` may name, in the order of its placeholders and their fields."""
    return [one for placeholder in placeholders_of(event) for one in _unfolded(placeholder)]


def undocumented(event: Event) -> list[str]:
    """Fields that do not say what they mean: a mistake of the program, for its tests."""
    return [one.path for one in documented(event) if not one.meaning]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A path that ends in something a text shows."""

    path: str
    meaning: str | Promise
    kind: Any
    shown: str = ""

    @property
    def insert(self) -> str:
        element = element_of(self.kind)
        if element is not None:
            written = " ".join(leaf.insert for leaf in _leaves(_Leaf(ELEMENT, "", element)))
            return f"{{% for {ELEMENT} in {self.path} %}}{written} {{% endfor %}}"
        if self.kind is bool:
            return f"{{% if {self.path} %}}…{{% endif %}}"
        chosen = self.shown or FILTERS.get(self.kind, "")
        return f"{{{{ {self.path}|{chosen} }}}}" if chosen else f"{{{{ {self.path} }}}}"

    @property
    def said(self) -> str:
        """What it means; of a list of things also what each of them holds. Empty where a meaning lacks."""
        held = [leaf.meaning for leaf in _leaves(_Leaf(ELEMENT, "", element_of(self.kind))) if leaf.path != ELEMENT]
        if not (self.meaning and all(held)):
            return ""
        return f"{self.meaning} ({', '.join(map(str, held))})" if held else str(self.meaning)


def _leaves(leaf: _Leaf) -> Iterator[_Leaf]:
    if not is_dataclass(leaf.kind):
        yield leaf
        return
    kinds = members_of(leaf.kind)
    for field in fields(leaf.kind):
        said = field.metadata
        yield from _leaves(
            _Leaf(f"{leaf.path}.{field.name}", said.get("meaning", ""), kinds[field.name], said.get("shown", ""))
        )


def _unfolded(placeholder: Placeholder) -> Iterator[Documented]:
    whole = _Leaf(placeholder.name, placeholder.meaning, kind_of(placeholder.example))
    for leaf in _leaves(whole):
        shown = sandbox.render(leaf.insert, {placeholder.name: placeholder.example}, plain=True)
        yield Documented(
            path=leaf.path, meaning=leaf.said, example=shown.strip(), insert=leaf.insert, group=placeholder.name
        )
