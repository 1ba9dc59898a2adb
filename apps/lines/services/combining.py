"""Whether a line may have an offer: it is on sale then, and goes with what the line has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import OfferKind
from apps.catalog.models import Offer
from apps.catalog.rules import Rules
from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.lines.services.periods import not_ended


def offers_held(line: Line, *, on: date) -> list[Offer]:
    """The plan and options that the line has from ``on`` on, those to come too."""
    kinds = [OfferKind.PLAN, OfferKind.OPTION]
    held = line.subscriptions.filter(not_ended(on), kind__in=kinds).select_related("offer")
    return list({subscription.offer_id: subscription.offer for subscription in held}.values())


def refuse_unless_on_sale(offer: Offer, on: date) -> None:
    if not offer.is_on_sale(on):
        raise DomainError(_("%(offer)s is not on sale on %(day)s.") % {"offer": offer.code, "day": f"{on:%d/%m/%Y}"})


def refuse_unless_combined(offers: Collection[Offer], *, about: Collection[Offer]) -> None:
    """DomainError naming the rules about some offers that a line with all ``offers`` would break."""
    ids = {offer.pk for offer in offers}
    broken = list(Rules.about(ids).broken_by(offers, about={offer.pk for offer in about}))
    if broken:
        first, *others = [str(one.sentence) for one in broken]
        raise DomainError(first, reasons=others)


def refuse_unless_each_combined(combinations: Sequence[Collection[Offer]]) -> None:
    """As :func:`refuse_unless_combined`, for the whole offers of many new lines at once."""
    rules = Rules.about(offer.pk for offers in combinations for offer in offers)
    broken = {str(one.sentence): None for offers in combinations for one in rules.broken_by(offers)}
    if broken:
        first, *others = broken
        raise DomainError(first, reasons=others)
