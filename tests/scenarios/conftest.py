"""Stories an accountant can follow: the arithmetic stands beside what the commands answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import IntegratorFactory
from tests.scenarios.office import Office


@pytest.fixture
def office(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The story's own back office. No PDF is drawn: the sample reseller's are, all of them."""
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)
    IntegratorFactory()
    return Office(tmp_path)
