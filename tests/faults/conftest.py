"""What the tests of races share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection


@pytest.fixture
def elsewhere() -> Any:
    """Runs something on a connection of its own, at the same time."""
    with ThreadPoolExecutor() as threads:

        def start(act: Callable[[], Any]) -> Future[Any]:
            def run() -> Any:
                try:
                    return act()
                finally:
                    connection.close()

            return threads.submit(run)

        yield start
