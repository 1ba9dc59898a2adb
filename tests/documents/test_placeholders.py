"""What the editor of the layout offers: all of it can be written, and all of it says what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

from apps.core.sandbox.checking import faults_of
from apps.core.sandbox.kinds import element_of, is_list, members_of
from apps.documents.meanings import UNTOLD
from apps.documents.placeholders import documented_layout, documented_payment
from apps.documents.presentation import Page
from apps.documents.snapshot import InvoiceSnapshot

KINDS = {"invoice": InvoiceSnapshot, "page": Page}
LOOPS = {"item": "invoice.items", "part": "invoice.vat_totals", "block": "page.blocks"}


def paths(path: str, kind: Any) -> Iterator[str]:
    if is_list(kind):
        yield path
    elif is_dataclass(kind):
        for name, member in members_of(kind).items():
            yield from paths(f"{path}.{name}", member)
    else:
        yield path


def test_every_placeholder_that_is_offered_says_what_it_means_once() -> None:
    told = documented_layout()
    assert [one.path for one in told if not (one.meaning and one.group)] == []
    assert len({one.path for one in told}) == len(told)


def test_everything_that_a_layout_may_name_is_offered_or_left_out_on_purpose() -> None:
    told = {one.path for one in documented_layout()}
    known = [path for name, kind in KINDS.items() for path in paths(name, kind)]
    item, part = element_of(members_of(InvoiceSnapshot)["items"]), element_of(members_of(InvoiceSnapshot)["vat_totals"])
    known += [*paths("item", item), *paths("part", part)]
    assert sorted(set(known) - told - UNTOLD) == []


@pytest.mark.parametrize("one", documented_layout(), ids=lambda one: one.path)
def test_what_a_click_puts_in_is_accepted(one: Any) -> None:
    source = one.insert
    loop = LOOPS.get(one.path.partition(".")[0])
    while loop:
        name = next(name for name, path in LOOPS.items() if path == loop)
        source = f"{{% for {name} in {loop} %}}{source}{{% endfor %}}"
        loop = LOOPS.get(loop.partition(".")[0])
    assert faults_of(source, KINDS) == []


def test_placeholders_of_payment_texts_have_meanings_and_examples() -> None:
    assert all(one.meaning and one.example and one.insert == one.path for one in documented_payment())
    assert next(one.example for one in documented_payment() if one.path == "{customer_iban}").startswith("FR76")
