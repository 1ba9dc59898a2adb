"""What speaks against a service, an equipment or a handset that is ordered apart from a new line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from apps.catalog.choices import OfferKind
from apps.catalog.models import Handset, Offer
from apps.lines.models import Line
from apps.orders.models import Order
from apps.orders.services.selling import not_on_sale, sale_faults
from apps.orders.terms import ServiceTerms

#: How far back something may be charged from: further back it is a typing error.
MOST_DAYS_BACK: Final = 366
PRODUCTS: Final = (OfferKind.SERVICE, OfferKind.EQUIPMENT)


def faults_of_service(terms: ServiceTerms, *, order: Order, today: date) -> Iterator[str]:
    """What speaks against selling this to the customer of the order."""
    if terms.offer is not None and terms.handset is not None:
        yield _("Choose a service or a handset, not both.")
    elif terms.offer is not None:
        yield from _product(terms.offer, terms, today)
    elif terms.handset is not None:
        yield from _handset(terms.handset, terms, today)
    else:
        yield _("Choose a service, an equipment or a handset.")
    yield from _figures(terms, today)
    if terms.line is not None:
        yield from _line(terms.line, terms, order)


def _product(offer: Offer, terms: ServiceTerms, today: date) -> Iterator[str]:
    if offer.kind not in PRODUCTS:
        yield _("%(offer)s is neither a service nor an equipment.") % {"offer": offer}
    yield from not_on_sale(offer, offer.code, today)
    if terms.sale_mode or terms.months:
        yield _("Only handsets have sale modes.")
    if terms.end is not None and not offer.recurring:
        yield _("%(offer)s is charged once: it has no end.") % {"offer": offer.code}


def _handset(handset: Handset, terms: ServiceTerms, today: date) -> Iterator[str]:
    yield from not_on_sale(handset, str(handset), today)
    if not terms.sale_mode:
        yield _("Choose how the handset is sold.")
    else:
        yield from sale_faults(terms.sale_mode, has_price=True, months=terms.months)
    if terms.end is not None:
        yield _("The sale of a handset has no end date.")
    if terms.line is not None and terms.quantity > 1:
        yield _("A line has one handset at a time: order the others without a line.")


def _figures(terms: ServiceTerms, today: date) -> Iterator[str]:
    if terms.quantity < 1:
        yield _("The quantity is 1 at least.")
    if terms.price < 0:
        yield _("A price is not negative.")
    if terms.start < today - timedelta(days=MOST_DAYS_BACK):
        yield _("Nothing is charged from so long ago: %(day)s.") % {"day": f"{terms.start:%d/%m/%Y}"}
    if terms.end is not None and terms.end <= terms.start:
        yield _("The end comes after the start.")


def _line(line: Line, terms: ServiceTerms, order: Order) -> Iterator[str]:
    if line.customer_id != order.customer_id:
        yield _("The line %(line)s is another customer’s.") % {"line": line}
    elif not Line.objects.serving_on(terms.start).filter(pk=line.pk).exists():
        yield _("The line %(line)s does not serve on %(day)s.") % {"line": line, "day": f"{terms.start:%d/%m/%Y}"}
    elif terms.end is not None and line.terminated_on is not None and terms.end > line.terminated_on:
        yield _("The line %(line)s ends on %(day)s: choose that day or an earlier one.") % {
            "line": line,
            "day": f"{line.terminated_on:%d/%m/%Y}",
        }
