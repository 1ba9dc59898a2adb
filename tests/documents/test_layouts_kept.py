"""Attacks on the check that a version of the layout must pass to be kept: refused with a sentence, in time."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from apps.documents.services import LayoutValues, check_layout, checking
from apps.documents.services.layouts import layout_in_force
from apps.documents.shipped import shipped_layout
from tests.core.attacks import CANARY, REFUSED
from tests.documents.attacks import BODIES, ENDLESS_BODIES, ENDLESS_STYLES

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
#: The time of the check, in these tests: of the processor.
SECONDS = 8.0
#: Beside it: starting a process on a busy machine, and ending it.
SPARE = 60.0


@pytest.fixture
def short_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECK_SECONDS", SECONDS)


def check(html: str) -> list[str]:
    values: LayoutValues = replace(LayoutValues.of(layout_in_force()), html=html)
    with translation.override("fr"):
        return [fault.reason for fault in check_layout(values, today=TODAY)]


def with_body(piece: str) -> str:
    """The shipped layout, at whose end stands ``piece``."""
    return shipped_layout().replace("</body>", f"{piece}</body>")


def with_style(rules: str) -> str:
    return shipped_layout().replace("</style>", f"{rules}</style>")


def test_the_shipped_layout_passes() -> None:
    assert check("") == []
    assert check(with_body("<p>Merci.</p>")) == []


def test_no_attack_on_the_sandbox_can_be_kept() -> None:
    """What names a customer or lines that an invoice has not is refused for that, and so is the rest."""
    kept = {}
    for name, source in REFUSED.items():
        start = time.perf_counter()
        faults = check(with_body(source))
        if not faults or CANARY in " ".join(faults) or time.perf_counter() - start > SPARE:
            kept[name] = faults
    assert kept == {}


@pytest.mark.usefixtures("short_clock")
@pytest.mark.parametrize("name", ["a cell over a million", "a million entities", "pages"])
def test_a_page_that_never_ends_is_refused_in_time(name: str) -> None:
    ends_in_time(with_body(ENDLESS_BODIES[name]))


@pytest.mark.usefixtures("short_clock")
@pytest.mark.parametrize("name", ["deep selectors", "unclosed comment"])
def test_a_style_sheet_that_never_ends_is_refused_in_time(name: str) -> None:
    ends_in_time(with_style(ENDLESS_STYLES[name]))


@pytest.mark.parametrize(
    "name",
    [
        "a script",
        "an object",
        "an embed",
        "an iframe",
        "an attachment",
        "a signature",
        "a form that is sent",
        "a link that is code",
        "a link that starts a programme",
        "a link to a style sheet",
        "a canvas of nonsense",
        "a PDF put in",
        "SVG that reads a file",
    ],
)
def test_what_would_act_when_the_document_is_opened_is_refused_with_its_line(name: str) -> None:
    html = with_body(f"\n{BODIES[name]}")
    values: LayoutValues = replace(LayoutValues.of(layout_in_force()), html=html)
    faults = check_layout(values, today=TODAY)
    assert faults
    assert {fault.line for fault in faults} == {html.partition(BODIES[name])[0].count("\n") + 1}


def ends_in_time(html: str) -> None:
    start = time.perf_counter()
    faults = check(html)
    assert time.perf_counter() - start < SECONDS + SPARE
    assert faults
