"""Changing one rate from a day on: the way out where calls were priced by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import french
from apps.core.exceptions import DomainError
from apps.tariffs.comparison import KEY
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.services.changing import change_rate
from apps.tariffs.services.locking import lock_tariff
from apps.tariffs.services.making import make_version


@transaction.atomic
def change_rate_from(*, rate: Rate, values: Mapping[str, Any], valid_from: date, actor: Any) -> Rate:
    """Give the rate other ``values`` for calls from ``valid_from`` on; gives the rate of that version.

    It is changed in the version that begins then, else in a new one, which copies the version in force. Versions that
    begin later keep what they have. DomainError where there is no such rate then, or as :func:`change_rate` refuses.
    """
    tariff = lock_tariff(rate.version.tariff_id)
    version = tariff.versions.filter(valid_from=valid_from).first()
    if version is None:
        version = make_version(source=version_on(tariff, valid_from), valid_from=valid_from, actor=actor)
    return change_rate(rate=twin_of(rate, version), values=values, actor=actor)


def version_on(tariff: Tariff, day: date) -> TariffVersion:
    """The version of the grid that is in force on ``day``. DomainError where there is none."""
    version = tariff.versions.on(day).select_related("tariff").first()
    if version is None:
        raise DomainError(_("The grid %(grid)s has no version on %(day)s.") % {"grid": tariff, "day": french.day(day)})
    return version


def twin_of(rate: Rate, version: TariffVersion) -> Rate:
    """The rate of another version for the same calls. DomainError where it has none."""
    twin: Rate | None = (
        version.rates.filter(**{name: getattr(rate, name) for name in KEY}).select_related("version__tariff").first()
    )
    if twin is None:
        raise DomainError(_("The version “%(version)s” has no rate for the same calls.") % {"version": version})
    return twin
