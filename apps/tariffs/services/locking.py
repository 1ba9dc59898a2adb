"""Who waits for whom: what changes a grid, and loads that are pricing calls by it.

Whoever changes or removes rates of a version holds its row; whoever stores calls priced by them holds it together
with others who do. So a rate is found unused only while nobody is storing a call of its. Order: the grid, then its
versions, by key; lines, files and months before them.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models import F

from apps.tariffs.models import Tariff, TariffVersion


def lock_tariff(pk: int) -> Tariff:
    """The locked row of a grid: nobody else makes versions of it. Lines may still be put on it."""
    return Tariff.objects.select_for_update(no_key=True).get(pk=pk)


def lock_version(pk: int) -> TariffVersion:
    """The locked row of a version whose rates are going to change."""
    return TariffVersion.objects.select_for_update(no_key=True).get(pk=pk)
