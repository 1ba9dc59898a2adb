"""One version of a grid taken away as a file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

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
    response = HttpResponse(resource.xlsx(), XLSX_TYPE) if is_xlsx else HttpResponse(resource.csv(), CSV_TYPE)
    since = f"_{version.valid_from:%Y-%m-%d}" if version.valid_from else ""
    name = f"grille_{version.tariff.code}{since}.{'xlsx' if is_xlsx else 'csv'}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    add_never_cache_headers(response)
    return response
