"""Grid versions out of the database, in the words of matching and rating."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import cast

from django.db.models import F

from apps.core.periods import Days
from apps.tariffs.choices import Direction
from apps.tariffs.matching import RateIndex
from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.rating import Kind, RateTerms


def versions_of(tariff_ids: Collection[int]) -> dict[int, list[tuple[int, Days]]]:
    """For each grid its versions (by id), and on which Paris days each is in force, the first one first.

    A version without date holds from the beginning; each ends where the next begins.
    """
    begun: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = TariffVersion.objects.filter(tariff__in=tariff_ids).values_list("tariff", "valid_from", "pk")
    for tariff, valid_from, version in rows.order_by(F("valid_from").asc(nulls_first=True)):
        begun[tariff].append((valid_from or date.min, version))
    return {
        tariff: [
            (version, Days(start, end))
            for (start, version), end in zip(versions, [*(start for start, _ in versions[1:]), None], strict=True)
        ]
        for tariff, versions in begun.items()
    }


def rate_index(version_ids: Collection[int]) -> RateIndex:
    """The rows of these versions, ready to be searched."""
    versions: dict[int, list[RateTerms]] = {version: [] for version in version_ids}
    for rate in Rate.objects.filter(version__in=version_ids).iterator():
        versions[rate.version_id].append(terms_of(rate))
    return RateIndex(versions)


def terms_of(rate: Rate) -> RateTerms:
    return RateTerms(
        id=rate.pk,
        kind=cast(Kind, rate.kind),
        incoming=rate.direction == Direction.MT,
        origin=rate.origin_zone,
        special=rate.special,
        prefix=rate.prefix,
        destination=rate.destination,
        destination_zone=rate.destination_zone,
        price_minute=rate.price_minute,
        price_unit=rate.price_unit,
        price_megabyte=rate.price_megabyte,
        connection_fee=rate.connection_fee,
        first_step=rate.first_step,
        step=rate.step,
        free_seconds=rate.free_seconds,
        included=rate.included,
    )


def index_of(rate_ids: Collection[int]) -> RateIndex:
    """These rows alone, each under its own version: enough to price again what was once found with them."""
    versions: defaultdict[int, list[RateTerms]] = defaultdict(list)
    for rate in Rate.objects.filter(pk__in=rate_ids):
        versions[rate.version_id].append(terms_of(rate))
    return RateIndex(versions)
