"""What every page of the customer space takes from the integrator's row: its name, pictures, colours, contact."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.branding import colours, shell
from apps.branding.models import COLOUR, Integrator

_HEXADECIMAL = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True)
class Brand:
    """The integrator as its customers see it. Everything may be empty: the space opens before the row is filled in."""

    name: str
    welcome: str
    logo: str | None
    icons: list[dict[str, str]]
    colours: str
    contact: str
    email: str
    phone: str
    badge: str


def brand(request: HttpRequest) -> Brand:
    company = shell.integrator(request)
    return Brand(
        name=str(company) if company else shell.PRODUCT,
        welcome=shell.welcome(request),
        logo=shell.logo(request),
        icons=shell.favicons(request),
        colours=reverse("portal:colours", args=[main_colour(company).removeprefix("#")]),
        contact=company.contact if company else "",
        email=(company.mail_reply_to or company.email) if company else "",
        phone=company.phone if company else "",
        badge=company.environment_name if company else "",
    )


def main_colour(company: Integrator | None) -> str:
    """The integrator's colour as ``#1f4e79``; the product's own where none can be read."""
    default: str = Integrator._meta.get_field("primary_colour").default
    chosen = company.primary_colour if company else default
    try:
        COLOUR(chosen)
    except ValidationError:  # written past the form
        return default
    return chosen.lower()


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def painted(request: HttpRequest, colour: str) -> HttpResponse:
    """The colours of the space as a style sheet: the policy of its pages lets no style stand in a page.

    The address says the colour, so that another colour is another file and no browser shows the old one.
    """
    if not _HEXADECIMAL.fullmatch(colour):
        raise Http404
    weights = colours.palette(f"#{colour}")
    variables = "".join(f"--brand-{weight}:{value};" for weight, value in weights.items())
    return HttpResponse(f":root{{{variables}}}", content_type="text/css; charset=utf-8")
