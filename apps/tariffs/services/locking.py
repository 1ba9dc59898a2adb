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


def revise(pk: int) -> None:
    """Rates of the version, which is locked, have changed or gone: loads that know them by heart read them again."""
    TariffVersion.objects.filter(pk=pk).update(revision=F("revision") + 1)


def held_revisions(version_ids: Collection[int]) -> dict[int, int]:
    """Hold these versions, together with others who do: none of their rates changes until the transaction ends.

    Gives the revision of each. On SQLite a writing transaction is alone from its first statement.
    """
    if not version_ids:
        return {}
    versions = TariffVersion.objects.filter(pk__in=version_ids).order_by("pk").values_list("pk", "revision")
    if connection.vendor != "postgresql":
        return dict(versions)
    sql, parameters = versions.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FOR SHARE", parameters)
        return dict(cursor.fetchall())
