from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.core.roles import Role
from apps.jobs import kinds
from apps.jobs.models import Job
from apps.jobs.services import start_job
from tests.factories import UserFactory
from tests.jobs.kinds import KINDS, TESTED
from tests.people import SignIn

Start = Callable[..., Job]


@pytest.fixture(autouse=True)
def kinds_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of these tests, known to this process for as long as a test lasts."""
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, **{kind.code: kind for kind in KINDS}})
    monkeypatch.setattr(kinds, "_chores", {})


@pytest.fixture
def start() -> Start:
    """Queue a job that makes three groups."""

    def started(kind: str = TESTED, *, count: int = 3, key: str = "", about: Any = None, **parameters: Any) -> Job:
        return start_job(
            kind=kind, actor=UserFactory(), key=key, about=about, parameters={"count": count, **parameters}
        )

    return started


@pytest.fixture
def support(sign_in_as: SignIn) -> Client:
    """A browser of somebody who takes SIM cards over and acts on them."""
    return sign_in_as(Role.SUPPORT)
