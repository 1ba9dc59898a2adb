"""What every page of the back office takes from the integrator's row: name, logo, icon, colours, badge, welcome.

Unfold asks several times per page; the row is asked for once per request, from :mod:`apps.branding.memory`.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from apps.branding import colours, memory
from apps.branding.models import COLOUR, Integrator

PRODUCT = "ISM"


def integrator(request: HttpRequest) -> Integrator | None:
    """The company of this installation; None before its row exists."""
    if not hasattr(request, "_integrator"):
        request._integrator = memory.integrator()  # type: ignore[attr-defined]
    return request._integrator  # type: ignore[attr-defined]


def title(request: HttpRequest) -> str:
    company = integrator(request)
    return f"{PRODUCT} {company}" if company else PRODUCT


def header(request: HttpRequest) -> str:
    company = integrator(request)
    return str(company) if company else PRODUCT


def logo(request: HttpRequest) -> str | None:
    company = integrator(request)
    return logo_address(company) if company else None


def logo_address(company: Integrator) -> str | None:
    return reverse("logo", args=[company.logo_digest]) if company.logo_digest else None


def favicons(request: HttpRequest) -> list[dict[str, Any]]:
    company = integrator(request)
    if company and company.favicon_digest:
        address = favicon_address(company)
        return [
            {"rel": "icon", "type": "image/png", "href": address},
            {"rel": "apple-touch-icon", "type": "image/png", "href": address},
        ]
    return [{"rel": "icon", "type": "image/svg+xml", "href": static("core/favicon.svg")}]


def favicon_address(company: Integrator) -> str | None:
    return reverse("favicon", args=[company.favicon_digest]) if company.favicon_digest else None


def palette(request: HttpRequest) -> dict[str, str]:
    """The eleven weights of unfold's «primary», made of the integrator's main colour."""
    company = integrator(request)
    default: str = Integrator._meta.get_field("primary_colour").default
    if company is None:
        return colours.palette(default)
    try:
        COLOUR(company.primary_colour)
    except ValidationError:  # written past the form: no page is lost over a colour
        return colours.palette(default)
    return colours.palette(company.primary_colour)


def environment(request: HttpRequest) -> list[str] | None:
    """The badge in the header of every page and on the sign-in page: its text and its colour."""
    company = integrator(request)
    return [company.environment_name, company.environment_colour] if company and company.environment_name else None


def environment_title(request: HttpRequest) -> str:
    """The badge in the titles of tabs, which are seen when the page is not."""
    badge = environment(request)
    return f"[{badge[0]}]" if badge else ""


def welcome(request: HttpRequest) -> str:
    company = integrator(request)
    return company.welcome_message if company else ""
