"""What may be written in a layout and in the text of a payment mode, said to whoever writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language

from apps.core import sandbox
from apps.core.sandbox.kinds import element_of, is_list, members_of
from apps.documents import samples
from apps.documents.meanings import ELEMENTS, GROUPS, MEANINGS, SHOWN, UNTOLD, WRITTEN
from apps.documents.payment_texts import PLACEHOLDERS, SAMPLE, values_of
from apps.documents.presentation import Page, is_detailed_apart
from apps.documents.snapshot import InvoiceSnapshot

#: The filter that a kind is written with, where its field names no other.
FILTERS: Final[Mapping[Any, str]] = {Decimal: "euros", date: "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One thing that a text may name: ``insert`` is how it is written there, ``example`` what it looks like.

    ``group`` is the part of the document that it belongs to.
    """

    path: str
    meaning: str
    example: str
    insert: str
    group: str = ""


def documented_layout() -> list[Documented]:
    """All that a layout may name, part by part of the document. Those of a list are written inside its loop."""
    return list(_documented_in(get_language() or ""))


@lru_cache
def _documented_in(_language: str) -> tuple[Documented, ...]:
    kinds = {"invoice": InvoiceSnapshot, "page": Page}
    told: set[str] = set()
    found = [one for name, kind in kinds.items() for one in _unfolded(name, kind, told)]
    groups = list(dict.fromkeys(one.group for one in found))
    return tuple(sorted(found, key=lambda one: groups.index(one.group)))


def documented_payment() -> list[Documented]:
    """All that the text of a payment mode may name."""
    examples = values_of(SAMPLE)
    return [
        Documented(path=f"{{{name}}}", meaning=str(meaning), example=examples[name], insert=f"{{{name}}}")
        for name, meaning in PLACEHOLDERS.items()
    ]


def _unfolded(path: str, kind: Any, told: set[str]) -> Iterator[Documented]:
    """``path`` and what is below it. A list comes with the things that its loop gives, the first time that it does."""
    if path in UNTOLD:
        return
    if path in WRITTEN:
        yield _documented(path, WRITTEN[path])
    elif is_list(kind):
        name = ELEMENTS.get(path, "line")
        yield _documented(path, f"{{% for {name} in {path} %}}…{{% endfor %}}")
        if path in ELEMENTS and name not in told:
            told.add(name)
            yield from _unfolded(name, element_of(kind), told)
    elif is_dataclass(kind):
        if path in MEANINGS:  # what may be absent
            yield _documented(path, f"{{% if {path} %}}…{{% endif %}}")
        for name, member in members_of(kind).items():
            yield from _unfolded(f"{path}.{name}", member, told)
    elif kind is bool:
        yield _documented(path, f"{{% if {path} %}}…{{% endif %}}")
    else:
        shown = SHOWN.get(path.rpartition(".")[2]) or FILTERS.get(kind, "")
        yield _documented(path, f"{{{{ {path}|{shown} }}}}" if shown else f"{{{{ {path} }}}}")


def _documented(path: str, insert: str) -> Documented:
    head = path.partition(".")[0]
    group = next((name for prefix, name in GROUPS.items() if path.startswith(prefix)), GROUPS[head])
    return Documented(path=path, meaning=str(_meaning(path)), example=_example(insert), insert=insert, group=str(group))


def _meaning(path: str) -> str | Promise:
    """That of the path, or of its last two names: the address of the seller means what that of the buyer means."""
    *_before, owner, name = path.split(".")
    return MEANINGS.get(path) or MEANINGS.get(f"{owner}.{name}") or MEANINGS.get(f"party.{name}") or ""


def _example(insert: str) -> str:
    """What it looks like on the first sample that has it."""
    if "…" in insert:
        return ""
    for sample in samples.SAMPLES:
        snapshot = sample.make()
        page = Page.of(snapshot, logo=None, detailed_apart=is_detailed_apart(snapshot))
        context: dict[str, Any] = {"invoice": snapshot, "page": page}
        context |= _elements(context)
        try:
            shown = sandbox.render(insert, context, plain=True)
        except sandbox.TemplateFault:  # absent from this sample
            continue
        if shown and "<img" not in shown:
            return shown.replace("<br>", " ").strip()
    return ""


def _elements(context: Mapping[str, Any]) -> dict[str, Any]:
    """The first thing of each list, by the name that its loop gives it."""
    found: dict[str, Any] = {}
    for path, name in ELEMENTS.items():
        head, *rest = path.split(".")
        value = found.get(head) or context.get(head)
        for member in rest:
            value = getattr(value, member, ())
        if value:
            found[name] = value[0]
    return found
