from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from apps.catalog.models import Offer
from apps.core.roles import Role
from tests.factories import (
    PlanFactory,
)


@pytest.fixture
def manager(sign_in_as: Callable[[Role], Client]) -> Client:
    return sign_in_as(Role.ADMINISTRATOR)


@pytest.fixture
def plan() -> Offer:
    return PlanFactory(code="PRO", label="Forfait Pro", throughput="5G")
