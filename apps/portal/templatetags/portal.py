"""What the pages of the customer space show of the integrator, and where in the space they stand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core import french
from apps.lines.choices import LineStatus
from apps.lines.models import Line, Subscription
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
        address = reverse(f"portal:{name}")
        is_here = path == address or (address != home and path.startswith(address))
        menu.append({"label": labels[name], "address": address, "is_here": is_here})
    return menu


@register.simple_tag
def line_state(line: Line) -> SafeString:
    """The state of a line, in a colour of its own."""
    status = LineStatus(line.status)
    return format_html('<span class="state {}">{}</span>', status.colour, status.label)


@register.simple_tag
def commitment(line: Line, today: date) -> str:
    """«31/12/2027», the last day of the commitment, or that there is none (any more)."""
    until = line.committed_until
    if until is None:
        return _("no commitment")
    last = french.day(until - timedelta(days=1))
    return last if until > today else _("%(day)s (over)") % {"day": last}


@register.simple_tag
def agreed(subscription: Subscription, today: date) -> str:
    """«Forfait 20 Go, 12,00 € HT par mois», and from when, where that is still to come."""
    facts = {"offer": subscription.offer.label, "price": french.euros(subscription.price)}
    said = _("%(offer)s, %(price)s a month excluding tax") % facts
    if subscription.quantity > 1:
        said = f"{subscription.quantity} × {said}"
    if subscription.start > today:
        return _("%(offer)s, from %(day)s") % {"offer": said, "day": french.day(subscription.start)}
    return said
