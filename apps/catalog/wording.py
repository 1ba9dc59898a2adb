"""Facts of the catalogue, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.choices import BeyondCeiling, SaleMode, SaleState
from apps.catalog.models import Allowance, Handset, Offer
from apps.catalog.quantities import quantity_text
from apps.core import french
from apps.core.money import round_half_up


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


def sale_text(row: Offer | Handset, today: date) -> str:
    """«En vente», «Retirée de la vente le 01/11/2026», «En vente jusqu’au 31/12/2026»."""
    state = row.sale_state(today)
    if state == SaleState.WITHDRAWN and row.on_sale_until is not None:
        return _("withdrawn from sale on %(day)s") % {"day": french.day(row.on_sale_until)}
    if state == SaleState.LATER and row.on_sale_from is not None:
        return _("on sale from %(day)s") % {"day": french.day(row.on_sale_from)}
    if row.on_sale_until is not None:
        last = row.on_sale_until - timedelta(days=1)
        return _("on sale up to %(day)s") % {"day": french.day(last)}
    return _("on sale")


def margin_text(price: Decimal, cost: Decimal) -> str:
    """«7,50 € (38 %)», of the price."""
    margin = price - cost
    said = french.euros(margin)
    if not price:
        return said
    share = round_half_up(Fraction(margin) * 100 / Fraction(price), 0)
    return f"{said} ({french.percent(share)})"
