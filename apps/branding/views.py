from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.branding.logo import FORMATS, content_type
from apps.branding.models import Integrator


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """The logo, for everybody: it stands on the sign-in page. Its address changes with it."""
    company = Integrator.objects.filter(logo_digest=digest).exclude(logo_digest="").first()
    if company is None or not company.logo:
        raise Http404
    data = bytes(company.logo)
    return HttpResponse(data, content_type=content_type(data))


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def favicon(request: HttpRequest, digest: str) -> HttpResponse:
    """The icon of the browser's tabs, for everybody like the logo."""
    company = Integrator.objects.filter(favicon_digest=digest).exclude(favicon_digest="").first()
    if company is None or not company.favicon:
        raise Http404
    return HttpResponse(bytes(company.favicon), content_type=FORMATS["PNG"])
