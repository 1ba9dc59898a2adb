from __future__ import annotations

import pytest

from apps.core import slots
from apps.core.slots import Panel


@pytest.fixture(autouse=True)
def empty_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import defaultdict

    monkeypatch.setattr(slots, "_slots", defaultdict(list))


def panel(title: str, order: int) -> Panel:
    return Panel(title, "panel.html", lambda obj, request: {}, "billing.view_invoice", order)


def test_panels_come_in_their_order_whoever_came_first() -> None:
    slots.contribute("lines.line.panels", panel("late", 20))
    slots.contribute("lines.line.panels", panel("early", 10))
    assert [entry.title for entry in slots.contributions("lines.line.panels")] == ["early", "late"]


def test_the_same_entry_counts_once_and_an_empty_slot_is_empty() -> None:
    entry = panel("one", 1)
    slots.contribute("x", entry)
    slots.contribute("x", entry)
    assert slots.contributions("x") == [entry]
    assert slots.contributions("y") == []


def test_everybody_who_listens_is_told_and_errors_are_the_callers() -> None:
    heard: list[tuple[str, list[int]]] = []
    slots.contribute("lines.allowances_changed", lambda line_ids: heard.append(("a", line_ids)))
    slots.contribute("lines.allowances_changed", lambda line_ids: heard.append(("b", line_ids)))
    slots.notify("lines.allowances_changed", line_ids=[1, 2])
    assert heard == [("a", [1, 2]), ("b", [1, 2])]
    slots.contribute("lines.allowances_changed", lambda line_ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        slots.notify("lines.allowances_changed", line_ids=[1])
