"""«Explain this price»: how a stored record came to what it costs."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.exceptions import DomainError
from apps.tariffs.explanation import Explanation, GridVersion, explain
from apps.tariffs.grids import index_of
from apps.tariffs.models import Rate
from apps.tariffs.rating import Kind
from apps.usage.choices import RecordDirection, RecordKind
from apps.usage.models import RatedRecord


def explain_record(record: RatedRecord) -> Explanation:
    """Every step to the record's price, computed anew with the row of the grid that it was rated with.

    DomainError if that row is gone, or gives another price today: an explanation that does not explain is none.
    """
    rate = None
    if record.rate_id is not None:  # else free by a rule
        rate = Rate.objects.filter(pk=record.rate_id).select_related("version__tariff").first()
        if rate is None:
            raise DomainError(_("The rate with which this record was priced no longer exists."))
    assert record.kind is not None  # noqa: S101  # a rated record has both
    assert record.quantity is not None  # noqa: S101
    explanation = explain(
        index_of([] if rate is None else [rate.pk]),
        version=_version(rate),
        kind=cast(Kind, RecordKind(record.kind).usage.value),
        incoming=record.direction == RecordDirection.MT,
        origin=record.origin_zone,
        number=record.correspondent,
        measured=record.quantity,
        allowance_left=record.covered_quantity,
        bytes_per_megabyte=settings.MEGABYTE,
    )
    if explanation.price != record.price:
        raise DomainError(_("The rate with which this record was priced has been changed since."))
    return explanation


def _version(rate: Rate | None) -> GridVersion:
    if rate is None:  # free by a rule that stands above every grid
        return GridVersion(id=0, grid="", valid_from=None)
    return GridVersion(id=rate.version_id, grid=rate.version.tariff.code, valid_from=rate.version.valid_from)
