"""What the pages of grids and rates show under their fields."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.core.admin import status
from apps.core.slots import Panel
from apps.tariffs.choices import VersionState
from apps.tariffs.models import Tariff, TariffVersion
from apps.tariffs.wording import held_text, rates_text

EXPORT = "tariffs.export_tariff"


def rates_of(version: int) -> str:
    """Where the rates of a version are listed."""
    return f"{reverse('admin:tariffs_rate_changelist')}?version={version}"


def export_links(version: TariffVersion, request: HttpRequest) -> list[tuple[str, str]]:
    """Where one takes a version away, by format; nowhere for who may not."""
    if not request.user.has_perm(EXPORT):
        return []
    address = reverse("admin:tariffs_tariff_export", args=[version.tariff_id])
    return [(name, f"{address}?version={version.pk}&format={name.lower()}") for name in ("CSV", "XLSX")]


def versions_of(tariff: Tariff, request: HttpRequest) -> dict[str, Any]:
    """The versions of a grid, the latest first, each with what one does with it."""
    today = localdate()
    versions: list[Any] = list(tariff.versions.with_end().with_rate_count().latest_first())
    return {
        "versions": [
            {
                "held": held_text(version.valid_from, version.ends_on),
                "state": status(VersionState.on(today, valid_from=version.valid_from, ends_on=version.ends_on)),
                "count": rates_text(version.rate_count),
                "created_at": version.created_at,
                "rates": rates_of(version.pk),
                "exports": export_links(version, request),
            }
            for version in versions
        ]
    }


def version_shown(request: HttpRequest) -> dict[str, Any]:
    """What stands above the rates of one version; nothing above those of all."""
    asked = request.GET.get("version", "")
    version = TariffVersion.objects.filter(pk=asked).select_related("tariff").first() if asked.isdecimal() else None
    if version is None:
        return {}
    siblings: list[Any] = list(version.tariff.versions.with_end().latest_first())
    place = next(place for place, one in enumerate(siblings) if one.pk == version.pk)
    ends_on = siblings[place].ends_on
    state = VersionState.on(localdate(), valid_from=version.valid_from, ends_on=ends_on)
    return {
        "version": version,
        "held": held_text(version.valid_from, ends_on),
        "state": status(state),
        "exports": export_links(version, request),
        "simulated_on": _day_within(state, version.valid_from, ends_on),
    }


def _day_within(state: VersionState, valid_from: date | None, ends_on: date | None) -> date | None:
    """A day on which the version is in force; None for today."""
    match state:
        case VersionState.COMING:
            return valid_from
        case VersionState.PAST:
            return ends_on - timedelta(days=1) if ends_on else None
    return None


VERSIONS = Panel(
    title=_("Versions"),
    template="tariffs/versions.html",
    context=versions_of,
    permission="tariffs.view_rate",
    order=1,
    tab=False,
)
