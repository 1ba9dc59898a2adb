from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from apps.core.roles import Role
from apps.tariffs.models import TariffVersion
from tests.factories import TariffFactory, TariffVersionFactory


@pytest.fixture
def billing(sign_in_as: Callable[[Role], Client]) -> Client:
    return sign_in_as(Role.BILLING)


@pytest.fixture
def version() -> TariffVersion:
    version: TariffVersion = TariffVersionFactory(tariff=TariffFactory(code="STANDARD", label="Grille standard"))
    return version
