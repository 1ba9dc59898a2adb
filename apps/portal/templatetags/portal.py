"""What the pages of the customer space show of the integrator, and where in the space they stand."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.portal import branding

register = template.Library()

SECTIONS = ("home", "lines", "invoices", "account")


@register.simple_tag(takes_context=True)
def brand(context: dict[str, Any]) -> branding.Brand:
    """The integrator: ``{% brand as brand %}``."""
    return branding.brand(context["request"])


@register.simple_tag(takes_context=True)
def sections(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The menu: each page with its label, its address and whether one is in it."""
    labels = {
        "home": pgettext("customer space", "Home"),
        "lines": pgettext("customer space", "Lines"),
        "invoices": _("Invoices"),
        "account": _("My account"),
    }
    home, path = reverse("portal:home"), context["request"].path
    menu = []
    for name in SECTIONS:
        try:
            address = reverse(f"portal:{name}")
        except NoReverseMatch:  # while pages are being added
            continue
        is_here = path == address or (address != home and path.startswith(address))
        menu.append({"label": labels[name], "address": address, "is_here": is_here})
    return menu
