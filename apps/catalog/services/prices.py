"""Dated prices of offers and handsets. What was agreed on subscriptions stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog.choices import SaleMode
from apps.catalog.models import Handset, HandsetPrice, Offer, OfferPrice
from apps.catalog.services.telling import tell
from apps.catalog.wording import handset_price_text, mode_text
from apps.core.exceptions import DomainError
from apps.core.french import day, euros
from apps.core.imports import ROWS_PER_UPDATE

# The first price of an offer holds for all lines, however old: a fleet taken over began long before.
FIRST_DAY = date(2000, 1, 1)


@transaction.atomic
def set_prices(*, prices: Mapping[int, Decimal], on: date) -> None:
    """Sell offers (by primary key) at new monthly prices from ``on``, up to the next price already planned.

    A second change on one day replaces the first.
    """
    periods: dict[int, list[OfferPrice]] = {offer: [] for offer in prices}
    for period in OfferPrice.objects.select_for_update().filter(offer__in=prices).order_by("start"):
        periods[period.offer_id].append(period)
    ended, replaced, begun = [], [], []
    for offer, amount in prices.items():
        current = _current(periods[offer], on)
        if current is not None and current.start == on:
            current.amount = amount
            replaced.append(current)
            continue
        begun.append(OfferPrice(offer_id=offer, amount=amount, start=on, end=_next_start(periods[offer], on)))
        if current is not None:
            current.end = on
            ended.append(current)
    OfferPrice.objects.bulk_update([*ended, *replaced], ["amount", "end"], batch_size=ROWS_PER_UPDATE)
    OfferPrice.objects.bulk_create(begun)


def _current[P: (OfferPrice, HandsetPrice)](periods: Sequence[P], on: date) -> P | None:
    return next((period for period in periods if on in period.days), None)


def _next_start(periods: Sequence[OfferPrice | HandsetPrice], on: date) -> date | None:
    return next((period.start for period in periods if period.start > on), None)


@transaction.atomic
def change_price(*, offer: Offer, amount: Decimal, on: date, today: date, actor: Any) -> None:
    """Sell the offer at ``amount`` from ``on``: today or a day to come.

    DomainError for a day that is past: what was proposed then was proposed.
    """
    _refuse_past(on, today)
    Offer.objects.select_for_update().get(pk=offer.pk)
    before = offer.price_on(on)
    set_prices(prices={offer.pk: amount}, on=on)
    said = {"old": _("none") if before is None else euros(before), "new": euros(amount), "day": day(on)}
    tell(offer, _("Price from %(day)s: %(old)s → %(new)s") % said, actor=actor)


@transaction.atomic
def change_handset_price(
    *, handset: Handset, mode: SaleMode, months: int, amount: Decimal, on: date, today: date, actor: Any
) -> None:
    """As :func:`change_price`, for one sale mode; instalments have a price for each number of ``months``.

    The first price of a mode may hold since ever.
    """
    Handset.objects.select_for_update().get(pk=handset.pk)
    periods = list(handset.prices.filter(mode=mode, months=months).order_by("start"))
    if periods:
        _refuse_past(on, today)
    current = _current(periods, on)
    if current is not None and current.start == on:
        current.amount = amount
        current.save(update_fields=["amount"])
    else:
        if current is not None:
            current.end = on
            current.save(update_fields=["end"])
        handset.prices.create(mode=mode, months=months, amount=amount, start=on, end=_next_start(periods, on))
    said = {"mode": mode_text(mode, months), "new": handset_price_text(mode, months, amount), "day": day(on)}
    told = _("%(mode)s: %(new)s") if on == FIRST_DAY else _("%(mode)s: %(new)s from %(day)s")
    tell(handset, told % said, actor=actor)


@transaction.atomic
def take_price_back(*, price: OfferPrice | HandsetPrice, today: date, actor: Any) -> None:
    """Drop a price that has not begun: the one before it goes on. DomainError once it has begun."""
    model: Any = type(price)
    price = model.objects.select_for_update().get(pk=price.pk)
    if price.start <= today:
        raise DomainError(_("This price has begun on %(day)s: it stays.") % {"day": day(price.start)})
    if isinstance(price, OfferPrice):
        owner: Any = price.offer
        siblings = owner.prices.all()
    else:
        owner = price.handset
        siblings = owner.prices.filter(mode=price.mode, months=price.months)
    price.delete()
    for before in siblings.filter(end=price.start):
        before.end = price.end
        before.save(update_fields=["end"])
    said = {"amount": euros(price.amount), "day": day(price.start)}
    tell(owner, _("The price of %(amount)s planned for %(day)s is taken back") % said, actor=actor)


def _refuse_past(on: date, today: date) -> None:
    if on < today:
        raise DomainError(_("A price changes from today on, or from a day to come."))
