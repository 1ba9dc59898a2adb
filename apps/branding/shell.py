"""What every page of the back office takes from the integrator's row: name, logo, colours.

Unfold asks several times per page; the row is read once per request, so that a change shows at once on all machines.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from apps.branding.models import Integrator

PRODUCT = "ISM"
# How much of the colour each weight of unfold's scale holds, mixed with white or, beyond 600, with black.
TINTS = {"50": 6, "100": 12, "200": 22, "300": 32, "400": 44, "500": 60}
SHADES = {"700": 84, "800": 68, "900": 52, "950": 36}


def integrator(request: HttpRequest) -> Integrator | None:
    """The company of this installation; None before its row exists."""
    if not hasattr(request, "_integrator"):
        request._integrator = Integrator.objects.defer("logo").first()  # type: ignore[attr-defined]
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


def palette(request: HttpRequest) -> dict[str, str]:
    """The eleven weights of unfold's «primary», made of the integrator's main colour."""
    company = integrator(request)
    colour = company.primary_colour if company else Integrator._meta.get_field("primary_colour").default
    tints = {weight: f"color-mix(in oklab, {colour} {part}%, white)" for weight, part in TINTS.items()}
    shades = {weight: f"color-mix(in oklab, {colour} {part}%, black)" for weight, part in SHADES.items()}
    return {**tints, "600": _readable(colour), **shades}


def _readable(colour: str) -> str:
    """The colour, darkened where white text on it could not be read (ITU-R BT.601 brightness)."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    if 299 * red + 587 * green + 114 * blue < 150_000:
        return colour
    return f"color-mix(in oklab, {colour} 60%, black)"
