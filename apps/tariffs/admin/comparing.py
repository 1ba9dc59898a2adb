"""The page «Comparer deux versions», and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from apps.core.files import as_download
from apps.core.money import round_half_up
from apps.core.spreadsheets import CSV_TYPE, Cell, as_csv
from apps.tariffs.choices import PRICE_FIELDS
from apps.tariffs.comparison import Comparison, RateChange, compare
from apps.tariffs.forms import ComparisonForm
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate
from apps.tariffs.panels import EXPORT
from apps.tariffs.wording import difference_text, field_text, field_title, price_text, usage_text

ROWS_PER_PAGE = 100

#: What a rate can have become, as tabs have it; a change of price is in two of them.
TABS: dict[str, Promise] = {
    "changed": pgettext_lazy("rates", "Changed"),
    "dearer": pgettext_lazy("rates", "Dearer"),
    "cheaper": pgettext_lazy("rates", "Cheaper"),
    "new": pgettext_lazy("rates", "New"),
    "removed": pgettext_lazy("rates", "Removed"),
}
#: By what the file of a comparison names a rate, as files of grids do.
NAMED = ("prefix", "kind", "direction", "origin_zone", "destination")
WRITTEN = {column.field: column.written for column in TariffImporter.columns}
HEADER = (
    *("CHANGEMENT", "PREFIXE", "TYPE", "SENS", "ZONE_ORIGINE", "DESTINATION"),
    *("CHAMP", "ANCIEN", "NOUVEAU", "VARIATION_PCT"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a rate says otherwise; ``way`` is up or down where it is a price."""

    title: str
    old: str
    new: str
    way: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: a rate, and what there is to say of it."""

    rate: Rate
    differences: Sequence[Difference] = ()
    price: str = ""

    @property
    def usage(self) -> str:
        return usage_text(self.rate)


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if not (model_admin.has_view_permission(request) and request.user.has_perm("tariffs.view_rate")):
        raise PermissionDenied
    asked = {"old", "new"} <= request.GET.keys()
    form = ComparisonForm(request.GET) if asked else ComparisonForm(initial=request.GET.dict())
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Compare two versions"),
        "content_title": _("Compare two versions"),
        "model_admin": model_admin,
        "media": model_admin.media,
        "form": form,
    }
    if asked and form.is_valid():
        comparison = compare(old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        if request.GET.get("format") == "csv":
            if not request.user.has_perm(EXPORT):
                raise PermissionDenied
            return download(comparison)
        context |= _shown(request, comparison)
    response = TemplateResponse(request, "tariffs/comparison.html", context)
    add_never_cache_headers(response)
    return response


def _shown(request: HttpRequest, comparison: Comparison) -> dict[str, Any]:
    found = _by_tab(comparison)
    chosen = request.GET.get("show", "")
    if chosen not in TABS:
        chosen = next((name for name in TABS if found[name]), "changed")
    versions = urlencode({"old": comparison.old.pk, "new": comparison.new.pk})
    page = Paginator(found[chosen], ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return {
        "tabs": [
            {
                "title": title,
                "count": len(found[name]),
                "chosen": name == chosen,
                "link": f"?{versions}&show={name}",
            }
            for name, title in TABS.items()
        ],
        "unchanged": comparison.unchanged,
        "page": page,
        "paged": f"?{versions}&show={chosen}",
        "rows": [_row(one) for one in page],
        "download": f"?{versions}&format=csv" if request.user.has_perm(EXPORT) else "",
    }


def _by_tab(comparison: Comparison) -> dict[str, Sequence[Rate | RateChange]]:
    changed = comparison.changed
    return {
        "changed": changed,
        "dearer": [one for one in changed if _way(one) > 0],
        "cheaper": [one for one in changed if _way(one) < 0],
        "new": comparison.added,
        "removed": comparison.removed,
    }


def _way(change: RateChange) -> Decimal:
    """Above 0 where calls become dearer, below where they become cheaper: by their price, else by the fee."""
    return change.new.price - change.old.price or change.new.connection_fee - change.old.connection_fee


def _row(one: Rate | RateChange) -> Row:
    if isinstance(one, Rate):
        return Row(one, price=price_text(one))
    return Row(one.new, [_difference(one.new.kind, *told) for told in _told(one)])


def _told(change: RateChange) -> Iterator[tuple[str, Any, Any]]:
    """The differences, the price first."""
    prices = PRICE_FIELDS.values()
    for name, (old, new) in sorted(change.differences.items(), key=lambda told: told[0] not in prices):
        yield name, old, new


def _difference(kind: str, name: str, old: Any, new: Any) -> Difference:
    told = (field_title(kind, name), field_text(kind, name, old), field_text(kind, name, new))
    if not isinstance(new, Decimal):
        return Difference(*told)
    return Difference(*told, way="up" if new > old else "down", by=difference_text(old, new))


# --- As a file


def download(comparison: Comparison) -> HttpResponse:
    """All differences, one a line."""
    names = "_".join(_file_name(version) for version in (comparison.old, comparison.new))
    return as_download(f"comparaison_{names}.csv", CSV_TYPE, as_csv(HEADER, _lines(comparison)))


def _file_name(version: Any) -> str:
    return f"{version.tariff.code}_{version.valid_from:%Y-%m-%d}" if version.valid_from else version.tariff.code


def _lines(comparison: Comparison) -> Iterator[list[Cell]]:
    for change in comparison.changed:
        for name, old, new in _told(change):
            percent = round_half_up((new - old) * 100 / old, 2) if isinstance(new, Decimal) and old else None
            yield [*_named("MODIFIE", change.new), field_title(change.new.kind, name), *map(_cell, (old, new)), percent]
    for what, rates in (("NOUVEAU", comparison.added), ("SUPPRIME", comparison.removed)):
        for rate in rates:
            price = rate.price.normalize()
            told = (price, None) if what == "SUPPRIME" else (None, price)
            yield [*_named(what, rate), field_title(rate.kind, rate.price_field), *told, None]


def _named(what: str, rate: Rate) -> list[Cell]:
    return [what, *(WRITTEN[name](getattr(rate, name)) for name in NAMED)]


def _cell(value: Any) -> Cell:
    match value:
        case bool():
            return "OUI" if value else "NON"
        case Decimal():
            return value.normalize()
    cell: Cell = value
    return cell
