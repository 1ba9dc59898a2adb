"""What a process of its own does with what is too slow, dies, fails, or comes when others are at it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.exceptions import DomainError
from apps.core.roles import Role
from apps.documents import apart
from apps.documents.apart import Crashed, TookTooLong, TooManyAtOnce, run_apart
from apps.documents.services import LayoutValues, check_layout, checking, layout_in_force, previewing
from apps.documents.snapshot import InvoiceSnapshot
from tests.documents import labours
from tests.documents.asking import typed
from tests.people import SignIn


def test_what_waits_too_long_is_stopped() -> None:
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        run_apart(time.sleep, 600, seconds=0.5)
    assert time.monotonic() - started < 30


def test_what_works_too_long_is_stopped_by_its_own_time_and_not_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 600)
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        run_apart(labours.toil, seconds=1)
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("work", [(labours.die,), (labours.eat,), (InvoiceSnapshot.from_json, {"x": 1})])
def test_a_process_that_dies_or_fails_is_a_sentence_and_is_logged(
    work: tuple[object, ...], caplog: pytest.LogCaptureFixture
) -> None:
    function, *arguments = work
    with pytest.raises(Crashed, match="journal du serveur"):
        run_apart(function, *arguments, seconds=20)  # type: ignore[arg-type]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_refusal_is_handed_on() -> None:
    with pytest.raises(DomainError, match=r"^Non\.$"):
        run_apart(labours.refuse, seconds=20)


# --- Several at once


@pytest.fixture
def as_admin(sign_in_as: SignIn) -> Client:
    return sign_in_as(Role.ADMINISTRATOR)


@pytest.fixture
def full_house(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else holds every place of this machine."""
    monkeypatch.setattr(apart, "QUEUE_SECONDS", 0.2)
    with apart._place(), apart._place():
        yield


@pytest.mark.usefixtures("full_house")
def test_no_more_than_two_draw_at_once_on_a_machine() -> None:
    with pytest.raises(TooManyAtOnce):
        run_apart(time.time, seconds=20)


def test_a_place_is_given_back() -> None:
    for _turn in range(apart.AT_ONCE + 1):
        with apart._place():
            pass


def test_the_place_of_a_killed_process_is_free() -> None:
    code = (
        "import os, django; django.setup(); from apps.documents import apart\n"
        "with apart._place(), apart._place(): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == -9
    with apart._place():
        pass


@pytest.mark.django_db
@pytest.mark.usefixtures("full_house")
def test_whoever_comes_when_the_house_is_full_keeps_what_was_typed_and_is_told(as_admin: Client) -> None:
    layout = layout_in_force()
    page = reverse("admin:documents_invoicelayout_change", args=[layout.pk])
    shown = as_admin.post(page, typed(layout, footer="Le mien"))
    assert shown.status_code == 200
    assert "Le mien" in shown.content.decode()
    assert "dans quelques secondes" in shown.content.decode()
    preview = as_admin.post(
        reverse("admin:documents_invoicelayout_preview", args=[layout.pk]), typed(layout, footer="Le mien")
    )
    assert preview.status_code == 422
    assert "dans quelques secondes" in preview.content.decode()


@pytest.mark.django_db
def test_a_check_that_breaks_off_is_a_fault_of_the_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "try_layout", labours.die)
    values = LayoutValues.of(layout_in_force())
    assert [fault.field for fault in check_layout(values, today=layout_in_force().made_at.date())] == ["html"]


@pytest.mark.django_db
def test_a_preview_that_breaks_off_says_so(as_admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "draw_whole", labours.die)
    layout = layout_in_force()
    shown = as_admin.get(reverse("admin:documents_invoicelayout_preview", args=[layout.pk]))
    assert shown.status_code == 422
