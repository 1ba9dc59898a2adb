"""Who fills in records of customers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from apps.core.roles import Role


@pytest.fixture
def seller(sign_in_as: Callable[[Role], Client]) -> Client:
    return sign_in_as(Role.SALES)
