"""Facts of the catalogue, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.choices import BeyondCeiling, SaleMode
from apps.catalog.models import Allowance
from apps.catalog.quantities import quantity_text
from apps.core import french


def allowance_text(allowance: Allowance) -> str:
    """«2 h», «100 SMS», «20 Go partagés», «Voix illimité (plafond 20 h)»."""
    if allowance.quantity is None:
        said = _("Unlimited %(usage)s") % {"usage": allowance.get_kind_display()}
    else:
        said = quantity_text(allowance.kind, allowance.quantity)
    if allowance.ceiling is not None:
        ceiling = quantity_text(allowance.kind, allowance.ceiling)
        said = _("%(quantity)s (ceiling %(ceiling)s)") % {"quantity": said, "ceiling": ceiling}
    return _("%(quantity)s shared") % {"quantity": said} if allowance.shared else said


def included_text(allowance: Allowance) -> str:
    """The whole of it: «illimité, plafond 20 Go, au-delà facturé selon la grille, partagé par les lignes du client»."""
    quantity = allowance.quantity
    parts = [_("unlimited") if quantity is None else quantity_text(allowance.kind, quantity)]
    if allowance.ceiling is not None:
        parts.append(_("ceiling %(ceiling)s") % {"ceiling": quantity_text(allowance.kind, allowance.ceiling)})
        parts.append(_("beyond it: %(what)s") % {"what": BeyondCeiling(allowance.beyond).label})
    if allowance.shared:
        parts.append(_("shared by the customer’s lines"))
    return ", ".join(parts)


def said_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """«Voix : 2 h → illimité ; Data : rien → 20 Go», of what differs."""
    nothing = _("nothing")
    return "; ".join(
        f"{name}{french.NBSP}: {before.get(name, nothing)} → {after.get(name, nothing)}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    )


def mode_text(mode: str, months: int) -> str:
    """«Comptant», «Paiement échelonné, 24 mois»."""
    label = str(SaleMode(mode).label)
    if not months:
        return label
    return ngettext("%(mode)s, %(months)d month", "%(mode)s, %(months)d months", months) % {
        "mode": label,
        "months": months,
    }


def handset_price_text(mode: str, months: int, amount: Decimal) -> str:
    """«199,00 €», «12,00 € par mois», «10,00 € par mois pendant 24 mois»."""
    said = french.euros(amount)
    if not months:
        return _("%(amount)s a month") % {"amount": said} if mode == SaleMode.RENTAL else said
    return ngettext("%(amount)s a month for %(months)d month", "%(amount)s a month for %(months)d months", months) % {
        "amount": said,
        "months": months,
    }


def sale_text(on_sale_from: date | None, on_sale_until: date | None, today: date) -> str:
    """Why it is not on sale, or until when it is; empty for what is on sale without an end."""
    if on_sale_until is not None and on_sale_until <= today:
        return _("withdrawn from sale on %(day)s") % {"day": french.day(on_sale_until)}
    if on_sale_from is not None and on_sale_from > today:
        return _("on sale from %(day)s") % {"day": french.day(on_sale_from)}
    if on_sale_until is not None:
        return _("on sale until %(day)s, excluded") % {"day": french.day(on_sale_until)}
    return ""
