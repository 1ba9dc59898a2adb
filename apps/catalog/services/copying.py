"""Copying an offer or a handset into a new one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog.choices import UsageKind
from apps.catalog.models import Handset, Offer
from apps.catalog.services.allowances import Included
from apps.catalog.services.making import make_offer
from apps.catalog.services.prices import FIRST_DAY
from apps.catalog.services.ruling import rules_of
from apps.catalog.services.telling import tell
from apps.core.exceptions import DomainError


@transaction.atomic
def copy_offer(*, offer: Offer, code: str, label: str, today: date, actor: Any) -> Offer:
    """A new offer, on sale, with the price of today, the allowances, fees and rules of ``offer``.

    DomainError if the code is taken, or if there is no price today to copy.
    """
    if Offer.objects.filter(code=code).exists():
        raise DomainError(_("“%(code)s” is taken: an offer has a code of its own.") % {"code": code})
    price = offer.price_on(today)
    if price is None:
        raise DomainError(_("“%(offer)s” has no price today: give it one first.") % {"offer": offer.code})
    requires, excludes = rules_of(offer)
    copied = {field.attname: getattr(offer, field.attname) for field in offer._meta.concrete_fields}
    copied |= {"id": None, "code": code, "label": label, "on_sale_from": None, "on_sale_until": None}
    return make_offer(
        offer=type(offer)(**copied),
        price=price,
        included={UsageKind(one.kind): Included.by(one) for one in offer.allowances.all()},
        requires=requires,
        excludes=excludes,
        actor=actor,
    )


@transaction.atomic
def copy_handset(*, handset: Handset, model: str, today: date, actor: Any) -> Handset:
    """A new model of the same brand, on sale, at the prices of today. DomainError if it is listed already."""
    if Handset.objects.filter(brand=handset.brand, model=model).exists():
        raise DomainError(_("“%(handset)s” is listed already.") % {"handset": f"{handset.brand} {model}"})
    copied = {field.attname: getattr(handset, field.attname) for field in handset._meta.concrete_fields}
    copied |= {"id": None, "model": model, "ean": "", "on_sale_from": None, "on_sale_until": None}
    new = Handset(**copied)
    new.save_without_historical_record()  # type: ignore[attr-defined]  # of simple-history
    for price in handset.prices.on(today):
        new.prices.create(mode=price.mode, months=price.months, amount=price.amount, start=FIRST_DAY)
    tell(new, _("Copied from %(handset)s") % {"handset": handset}, actor=actor)
    return new
