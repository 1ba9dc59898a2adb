"""What the pages of grids and rates show under their fields."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.core.admin import status
from apps.core.slots import Panel
from apps.tariffs.choices import VersionState
from apps.tariffs.models import Rate, Tariff, TariffVersion
from apps.tariffs.uses import purchase_prices, sold_below_purchase
from apps.tariffs.wording import held_text, purchase_text, rates_text

EXPORT = "tariffs.export_tariff"
KEY_DIGITS = 18


def asked_key(request: HttpRequest) -> int:
    """The version that an address asks for; 0, which none has, where it asks for nothing or for nonsense."""
    asked = request.GET.get("version", "")
    return int(asked) if asked.isdecimal() and len(asked) <= KEY_DIGITS else 0


def rates_of(version: int) -> str:
    """Where the rates of a version are listed."""
    return f"{reverse('admin:tariffs_rate_changelist')}?version={version}"


def export_links(version: TariffVersion, request: HttpRequest) -> list[tuple[str, str]]:
    """Where one takes a version away, by format; nowhere for who may not."""
    if not request.user.has_perm(EXPORT):
        return []
    address = reverse("admin:tariffs_tariff_export", args=[version.tariff_id])
    return [(name, f"{address}?version={version.pk}&format={name.lower()}") for name in ("CSV", "XLSX")]


def comparison_of(old: int, new: int) -> str:
    """The page that compares two versions."""
    return f"{reverse('admin:tariffs_tariff_compare')}?old={old}&new={new}"


def comparison_of_latest(tariff: Tariff) -> str:
    """The same for the last two versions of a grid; where it has but one, the other is chosen there."""
    latest = tariff.versions.latest_first().values_list("pk", flat=True)[:2]
    return f"{reverse('admin:tariffs_tariff_compare')}?{urlencode(dict(zip(('new', 'old'), latest, strict=False)))}"


def below_purchase(tariff: Tariff) -> dict[int, int]:
    """How many rates of each version sell for less than their calls were bought for; versions without are left out."""
    below = sold_below_purchase(Rate.objects.filter(version__tariff=tariff))
    counted = Rate.objects.filter(pk__in=below).order_by().values("version").annotate(count=Count("pk"))
    return dict(counted.values_list("version", "count"))


def versions_of(tariff: Tariff, request: HttpRequest) -> dict[str, Any]:
    """The versions of a grid, the latest first, each with what one does with it."""
    today = localdate()
    versions: list[Any] = list(tariff.versions.with_end().with_rate_count().latest_first())
    before = {version.pk: older.pk for version, older in pairwise(versions)}
    below = below_purchase(tariff)
    return {
        "versions": [
            {
                "held": held_text(version.valid_from, version.ends_on),
                "state": status(VersionState.on(today, valid_from=version.valid_from, ends_on=version.ends_on)),
                "count": rates_text(version.rate_count),
                "created_at": version.created_at,
                "rates": rates_of(version.pk),
                "comparison": comparison_of(before[version.pk], version.pk) if version.pk in before else "",
                "exports": export_links(version, request),
                "below": below.get(version.pk, 0),
            }
            for version in versions
        ],
        "below": sum(below.values()),
    }


def version_shown(request: HttpRequest) -> dict[str, Any]:
    """What stands above the rates of one version; nothing above those of all."""
    version = TariffVersion.objects.filter(pk=asked_key(request)).select_related("tariff").first()
    if version is None:
        return {}
    siblings: list[Any] = list(version.tariff.versions.with_end().latest_first())
    place = next(place for place, one in enumerate(siblings) if one.pk == version.pk)
    ends_on = siblings[place].ends_on
    older = siblings[place + 1] if place + 1 < len(siblings) else None
    state = VersionState.on(localdate(), valid_from=version.valid_from, ends_on=ends_on)
    return {
        "version": version,
        "held": held_text(version.valid_from, ends_on),
        "state": status(state),
        "comparison": comparison_of(older.pk, version.pk) if older else "",
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


def purchase_of(rate: Rate, request: HttpRequest) -> dict[str, Any]:
    """What the calls of a rate were bought for."""
    purchase = purchase_prices(Rate.objects.filter(pk=rate.pk)).get(rate.pk)
    if purchase is None:
        return {}
    return {"said": purchase_text(rate.kind, purchase), "below": purchase.below}


PURCHASE = Panel(
    title=_("Purchase"),
    template="tariffs/purchase.html",
    context=purchase_of,
    permission="tariffs.view_rate",
    order=1,
    tab=False,
)
