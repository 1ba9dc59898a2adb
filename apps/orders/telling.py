"""What is ordered, and what becomes of it, as a clerk reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.catalog.wording import handset_price_text, mode_text
from apps.core import french
from apps.core.identifiers import national
from apps.lines.choices import DiscountBasis
from apps.lines.models import Discount
from apps.lines.wording import discount_text
from apps.orders.choices import NumberSource
from apps.orders.models import MobileItem, ServiceItem


def mobile_text(item: MobileItem) -> str:
    """«1. JEANNE MARTIN – 06 39 98 00 01»."""
    return f"{item.position}. {item.user_name} – {number_text(item.msisdn)}"


def number_text(msisdn: str) -> str:
    return national(msisdn) if msisdn else _("number given later")


def service_text(item: ServiceItem) -> str:
    """«1. 2 × Installation – 150,00 €»."""
    return f"{item.position}. {item.quantity} × {sold_text(item)} – {french.euros(item.price)}"


def sold_text(item: Any) -> str:
    """Of an item or of the terms of one: its label; of a handset, with how it is sold."""
    if item.handset is not None:
        return f"{item.handset} ({mode_text(item.sale_mode, item.months)})"
    return str(item.offer.label)


def told_of_mobile(item: MobileItem, today: date) -> str:
    """What the validation does with a line, in a sentence."""
    said = {"item": mobile_text(item), "iccid": item.sim.iccid}
    if item.number_source == NumberSource.PORTED and item.port_on is not None:
        said["day"] = french.day(item.port_on)
        return _("%(item)s: the porting is asked for, for %(day)s; the line is in service then.") % said
    if item.number_source == NumberSource.LATER:
        return _("%(item)s: the line waits for its number; card %(iccid)s is kept for it.") % said
    begins = item.active_on or today
    said["day"] = french.day(begins)
    if begins > today:
        return _("%(item)s: the line is in service from %(day)s; card %(iccid)s is kept for it.") % said
    return _("%(item)s: the line is in service from %(day)s, with card %(iccid)s.") % said


def told_of_service(item: ServiceItem) -> str:
    said = {"item": service_text(item), "start": french.day(item.start)}
    if item.handset is not None:
        price = handset_price_text(item.sale_mode, item.months, item.price)
        return _("%(item)s: charged %(price)s from %(start)s.") % {**said, "price": price}
    if item.offer is None or not item.offer.recurring:
        return _("%(item)s: charged on %(start)s.") % said
    if item.end is None:
        return _("%(item)s: charged each month from %(start)s.") % said
    return _("%(item)s: charged each month from %(start)s up to %(end)s.") % {**said, "end": french.day(item.end)}


def conditions_of(item: MobileItem) -> Iterator[str]:
    """What is agreed on for a line beside its prices."""
    if item.commitment_months:
        told = ngettext("Commitment of %(months)d month", "Commitment of %(months)d months", item.commitment_months)
        yield told % {"months": item.commitment_months}
    for one in item.discounts.all():
        if one.basis == DiscountBasis.USAGE:
            yield _("Discount on usage: %(discount)s") % {"discount": discount_text(cast("Discount", one))}
    if item.handset is not None and not item.sale_mode:
        yield _("The customer’s own handset: %(handset)s") % {"handset": item.handset}
    if item.imei:
        yield _("IMEI %(imei)s") % {"imei": item.imei}
    if item.billed_from:
        yield _("Billed from %(day)s") % {"day": french.day(item.billed_from)}
