from __future__ import annotations

import pytest

from tests.billing.conftest import rated
from tests.factories import IntegratorFactory

__all__ = ["rated"]


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing has its own tests; here it would only be slow."""
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)


@pytest.fixture
def company() -> None:
    IntegratorFactory()
