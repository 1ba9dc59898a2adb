"""One version of a grid taken away as a file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from apps.core.files import as_download
from apps.core.spreadsheets import CSV_TYPE, XLSX_TYPE
from apps.tariffs.models import TariffVersion
from apps.tariffs.panels import EXPORT, asked_key
from apps.tariffs.resources import RateResource


def address(model_admin: Any) -> URLPattern:
    """``tariff/7/export/?version=12&format=xlsx``; the version in force and CSV unless asked otherwise."""

    @require_safe
    def export(request: HttpRequest, object_id: str) -> HttpResponse:
        if not (model_admin.has_view_permission(request) and request.user.has_perm(EXPORT)):
            raise PermissionDenied
        return download(_version(model_admin.get_object(request, object_id), request), request.GET.get("format", "csv"))

    return path("<path:object_id>/export/", model_admin.admin_site.admin_view(export), name="tariffs_tariff_export")


def _version(tariff: Any, request: HttpRequest) -> TariffVersion:
    if tariff is None:
        raise Http404
    is_asked = "version" in request.GET
    versions = tariff.versions.filter(pk=asked_key(request)) if is_asked else tariff.versions.on(localdate())
    version: TariffVersion | None = versions.select_related("tariff").first()
    if version is None:
        raise Http404
    return version


def download(version: TariffVersion, format: str) -> HttpResponse:
    resource = RateResource(version)
    is_xlsx = format == "xlsx"
    since = f"_{version.valid_from:%Y-%m-%d}" if version.valid_from else ""
    name = f"grille_{version.tariff.code}{since}.{'xlsx' if is_xlsx else 'csv'}"
    if is_xlsx:
        return as_download(name, XLSX_TYPE, resource.xlsx())
    return as_download(name, CSV_TYPE, resource.csv())
